#!/usr/bin/env python3
"""A month of use in an hour: five agents on three machines with clocks of their own, a hub, three mirrors, a person who
triages, laptops that sleep, and commands that are killed at any moment. At its end nothing is lost, all agree, and hooks are
as fast as on the first day.

    CHITTYSYNC_DAYS=30 CHITTYSYNC_SEED=1 python3 tests/month/month.py

CHITTYSYNC_PROGRAMS is the directory of git-chittysync and git-chittysync-hub [default: target/debug]. What is decided by
chance follows from the seed, but for the moment at which something is killed. CHITTYSYNC_SESSIONS is how many sessions each
agent begins on a day [default: 1], CHITTYSYNC_KILLS how many times as often something is killed [default: 1], CHITTYSYNC_SLOWER
how many times as long as on the first day hooks may take [default: 3]. CHITTYSYNC_KEEP=1 keeps the directory."""

import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

import oracle
import person
from players import ROOT, Session
from world import PROJECTS, Hub, Machine, World

AGENTS = {"laptop": ["claude", "opencode"], "desk": ["codex", "gemini", "claude"], "box": ["qwen", "claude"]}
# What agents, and the background of every command, wait for: at most so many times as long as on the first day. What is read
# takes longer as there is more of it.
WAITED_FOR, SLOWER = ["hook", "capture", "consolidate"], float(os.environ.get("CHITTYSYNC_SLOWER", "3"))
# How often something is killed: a hook, a command, the hub while somebody syncs.
OFTENER = float(os.environ.get("CHITTYSYNC_KILLS", "1"))
KILLS = {"hook": 0.06 * OFTENER, "command": 0.15 * OFTENER, "hub": 0.1 * OFTENER}


class Month:
    def __init__(self, directory, programs, seed):
        self.rng = random.Random(seed)
        self.world = World(directory, programs, self.rng)
        self.hub = Hub(self.world)
        # One is right, one is slow and gets slower, one is far ahead.
        clocks = {"laptop": (0, 0), "desk": (-900, -7), "box": (3 * 3600, 20)}
        self.machines = [Machine(self.world, name, *clocks[name]) for name in AGENTS]
        self.everything, self.events = [], []
        self.person = person.Person(self.rng)
        # How many sessions each agent begins on a day.
        self.each = int(os.environ.get("CHITTYSYNC_SESSIONS", "1"))
        self.counts = {"statements": 0, "syncs": 0, "failed syncs": 0, "asleep": 0, "offline": 0}

    def begin(self):
        hub = self.hub
        for machine in self.machines:
            machine.token = json.loads(hub.ok("--json", "hub", "token", "add", "--device", machine.name, "--scope", "write",
                                              "--expires", "never"))["token"]
        hub.start()
        for machine in self.machines:
            machine.ok("init", "-q", "--default", "--remote", hub.url)
        # One leaves merging to the hub, one has no sync begun by hooks.
        self.machines[2].git("config", "chittysync.remote.origin.merges", "hub")
        self.machines[1].git("config", "chittysync.hookSync", "off")
        # A mirror of a store without a branch has nothing to hold.
        hub.ok("add", "Look after the todos", "--project", "acme/shop")
        hub.ok("mirror", "add", "papers", "files", str(hub.home / "papers"))
        hub.ok("mirror", "add", "copy", "command", f'git -C "$CHITTYSYNC_STORE" push -q --force "{hub.home}/copy.git" consolidated')
        hub.git("init", "-q", "--bare", str(hub.home / "copy.git"))
        self.laptop.ok("add", "Buy a new bag", "--project", "acme/shop")
        self.laptop.ok("mirror", "add", "shop", "files", str(self.laptop.home / "shop-papers"), "--project", "acme/shop")

    @property
    def laptop(self):
        return self.machines[0]

    def live(self, day):
        """One day: sessions begin, or go on; agents work, machines sync, in any order."""
        self.world.day, self.world.minute = day, 0
        self.hub.kill()
        self.hub.start()
        acts = []
        for machine in self.machines:
            machine.is_awake = day >= machine.asleep_until
            if not machine.is_awake:
                self.counts["asleep"] += 1
                continue
            if day > 0 and self.rng.random() < 0.15:
                machine.asleep_until = day + self.rng.randint(1, 5)
            machine.is_online = day == 0 or self.rng.random() > 0.12
            self.counts["offline"] += not machine.is_online
            for session in self.begun(machine):
                steps = [session.start] + [None] * self.rng.randint(2, 4) + ([session.end] if self.rng.random() < 0.9 else [])
                acts.append([(self.work, (session, step)) for step in steps])
            acts.append([(self.sync, (machine,))] * 2)
            # The person is at the laptop, or at the desk when that sleeps.
            if machine is self.laptop or machine is self.machines[1] and not self.laptop.is_awake:
                acts.append([(self.decide, (machine,))] * 5)
        while acts:
            row = self.rng.choice(acts)
            act, arguments = row[0]
            act(*arguments)
            del row[0]
            acts = [row for row in acts if row]
        self.tidy()
        for machine in self.machines:
            if machine.is_awake:
                self.look(machine)

    def begun(self, machine):
        """The sessions that speak on a machine today: new ones, and some of the days before."""
        own = [said.session for said in self.everything if said.session.machine is machine]
        today = [session for session in own[-12:] if self.rng.random() < 0.15]
        for agent in AGENTS[machine.name] * self.each:
            session = Session(agent, machine, self.rng.choice(PROJECTS), self.rng)
            self.everything.append(oracle.Said(session))
            today.append(session)
        return today

    def of(self, session):
        return next(said for said in self.everything if said.session is session)

    def work(self, session, step):
        if step is not None:
            step(KILLS["hook"])
            return
        said = self.of(session)
        session.advance()
        self.counts["statements"] += 1
        said.is_unsure = True
        done = session.say(KILLS["hook"])
        if done is not None and not done.killed:
            assert done.ok and done.err == "", f"{session.agent}: a hook failed: {done.code} {done.err}"
            said.acknowledged(self.events)

    def files_were_read(self, machine):
        """All that stands in files of this machine is saved now."""
        for said in self.everything:
            if said.session.machine is machine and said.is_unsure and said.session.agent in ("claude", "qwen", "opencode"):
                said.acknowledged(self.events)

    def sync(self, machine):
        self.counts["syncs"] += 1
        done = self.hub.falls_during(lambda: machine.run("-q", "sync", may_be_killed=KILLS["command"]), KILLS["hub"])
        if done.ok:
            self.files_were_read(machine)
        elif not done.killed:
            self.counts["failed syncs"] += 1

    def decide(self, machine):
        self.person.act(machine, KILLS["command"])

    def tidy(self):
        """Mirrors, and what a person lets run at night."""
        self.hub.run("-q", "mirror", "sync", may_be_killed=KILLS["command"])
        self.laptop.run("-q", "mirror", "sync", may_be_killed=KILLS["command"])
        if self.rng.random() < 0.2:
            self.rng.choice(self.machines).run("-q", "maintenance", may_be_killed=KILLS["command"])

    def look(self, machine):
        """A machine has all that was acknowledged on it, today and ever."""
        machine.ok("-q", "consolidate")
        own = [said for said in self.everything if said.session.machine is machine]
        wrong = oracle.missing(oracle.lines(machine), own, self.person.gone)
        assert not wrong, f"day {self.world.day + 1}, {machine.name}:\n" + "\n".join(wrong[:20])

    def end(self):
        """All awake, nothing killed: until nobody has anything new."""
        self.world.minute = 900
        self.hub.kill()
        self.hub.start()
        for machine in self.machines:
            machine.is_online = True
        tip = lambda machine: machine.git("rev-parse", "refs/heads/consolidated").strip()
        before = None
        for _ in range(8):
            for machine in self.machines:
                machine.ok("-q", "sync")
                self.files_were_read(machine)
            self.hub.ok("-q", "consolidate")
            tips = {tip(machine) for machine in [*self.machines, self.hub]}
            if len(tips) == 1 and tips == before:
                break
            before = tips
        assert len(tips) == 1, {machine.name: tip(machine) for machine in [*self.machines, self.hub]}
        lists = {machine.ok("--json", "list", "--all") for machine in [*self.machines, self.hub]}
        assert len(lists) == 1, "they list different things"
        found, gone = oracle.lines(self.hub), self.person.gone
        assert oracle.missing({}, self.everything, gone) and oracle.untold([], self.events, gone), "the oracle sees nothing"
        wrong = oracle.missing(found, self.everything, gone) + self.person.missing(found)
        assert not wrong, "\n".join(wrong[:20])
        log = json.loads(self.hub.ok("--json", "log", "-n", "1000000"))
        wrong = oracle.untold(log, self.events, gone)
        assert not wrong, f"{len(wrong)} statements are in no history: {wrong[:10]}"
        listed = {todo["content"]: todo["status"] for todo in json.loads(lists.pop())}
        other = {words for words, claims in found.items() if words in listed and listed[words] != oracle.winner(claims)}
        assert not other, f"another state than the rules say: {sorted(other)[:10]}"
        for machine in [self.hub, self.laptop]:
            machine.ok("-q", "mirror", "sync")
            same = json.loads(machine.ok("--json", "mirror", "verify"))["mirrors"]
            assert same and all(mirror["same"] for mirror in same), same
        copy = self.hub.git("rev-parse", "consolidated", directory=self.hub.home / "copy.git").strip()
        assert copy == tip(self.hub), "the mirror of the kind command is behind"
        self.hub.kill()
        for machine in [*self.machines, self.hub]:
            machine.rest()
            machine.git("fsck", "--no-dangling", "--no-progress")
        return {"todos": len(found), "events": len(log), "acknowledged": len(self.events)}

    def keep(self, name):
        """A copy of the laptop as it is: commands are timed in copies. What is being packed cannot be copied."""
        self.laptop.rest()
        copy = Machine.__new__(Machine)
        copy.__dict__.update(self.laptop.__dict__, home=self.world.directory / name)
        shutil.copytree(self.laptop.home, copy.home, symlinks=True)
        copy.git("config", "chittysync.hookSync", "off")
        return copy


def times(copies):
    """How long commands take in two copies, turn by turn, so that what else the machine does slows both: the best of each."""
    rounds, taken = 9, {}
    for turn in range(rounds):
        for name, copy in copies.items():
            todos = json.dumps([{"content": f"Time turn {turn}", "status": "pending", "activeForm": "x"}])
            event = json.dumps({"session_id": f"time-{turn}", "cwd": str(copy.home / "code/shop"), "hook_event_name": "PostToolUse",
                                "tool_name": "TodoWrite", "tool_input": {"todos": json.loads(todos)}})
            commands = {"hook": (["hook", "PostToolUse"], event), "capture": (["-q", "capture"], ""), "consolidate": (["-q", "consolidate"], ""),
                        "list": (["list"], ""), "ready": (["ready"], ""), "status": (["status"], ""), "sessions": (["sessions"], ""),
                        "conflicts": (["conflicts"], ""), "log": (["log"], ""), "add": (["add", f"Time {turn}", "--project", "acme/shop"], "")}
            for command, (arguments, given) in commands.items():
                started = time.monotonic()
                copy.ok(*arguments, given=given)
                taken.setdefault(command, {}).setdefault(name, []).append(time.monotonic() - started)
    return {command: {name: min(all) for name, all in by.items()} for command, by in taken.items()}


def main():
    days, seed = int(os.environ.get("CHITTYSYNC_DAYS", "30")), int(os.environ.get("CHITTYSYNC_SEED", "1"))
    programs = pathlib.Path(os.environ.get("CHITTYSYNC_PROGRAMS", ROOT / "target/debug")).resolve()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="chittysync-month-"))
    started, month = time.monotonic(), Month(directory, programs, seed)
    try:
        month.begin()
        for day in range(days):
            month.live(day)
            if day == 0:
                first = month.keep("first")
            print(f"day {day + 1}: {len(month.everything)} sessions, {month.world.commands} commands, {month.world.kills} killed, "
                  f"{time.monotonic() - started:.0f} s", flush=True)
        ended = month.end()
        taken = times({"first": first, "last": month.keep("last")})
    finally:
        month.hub.stop()
        if os.environ.get("CHITTYSYNC_KEEP"):
            print(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{days} days, seed {seed}, {time.monotonic() - started:.0f} s: {month.world.commands} commands, {month.world.kills} killed, "
          f"the hub fell {month.hub.falls} times while somebody synced; {month.counts}; {ended}; acts of a person: {month.person.counts}")
    print("command      first day   last day   ratio")
    for command, by in taken.items():
        print(f"{command:<12} {by['first'] * 1000:6.0f} ms  {by['last'] * 1000:6.0f} ms  {by['last'] / by['first']:6.2f}")
    slow = [command for command in WAITED_FOR if taken[command]["last"] > SLOWER * taken[command]["first"]]
    assert not slow, f"more than {SLOWER} times as slow as on the first day: {slow}"
    print("Nothing is lost, all agree, mirrors are the same, hooks are as fast as on the first day.")


if __name__ == "__main__":
    sys.exit(main())
