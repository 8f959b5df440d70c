"""A person at a command line: adds, begins, finishes, gives up, takes back, settles disagreements, and triages by keys."""

import json
import os
import pty
import select
import subprocess
import time

import oracle


class Person:
    def __init__(self, rng):
        self.rng, self.number = rng, 0
        self.counts = {}
        # What they were told is so: words that are there, and those that they finished and never opened again.
        self.added, self.finished = set(), set()
        self.last_finished = None
        # What is to be gone for good, and what may be: that was said by a command that was killed.
        self.forgotten, self.perhaps_forgotten = set(), set()

    def act(self, machine, may_be_killed):
        kind = self.rng.choice(["add", "add", "start", "done", "done", "drop", "reopen", "edit", "undo", "resolve", "triage", "archive", "forget"])
        done = getattr(self, kind)(machine, may_be_killed)
        if done is not None and done.ok:
            self.counts[kind] = self.counts.get(kind, 0) + 1

    def pick(self, machine, *options):
        listed = json.loads(machine.ok("--json", "list", *options))
        return self.rng.choice(listed) if listed else None

    def add(self, machine, may_be_killed):
        self.number += 1
        words = f"Remember errand {self.number}"
        done = machine.run("add", words, "--project", "acme/" + self.rng.choice(["shop", "api"]), may_be_killed=may_be_killed)
        if done.ok:
            self.added.add(words)
        self.last_finished = None
        return done

    def on_one(self, machine, may_be_killed, verb, *more, options=()):
        todo = self.pick(machine, *options)
        if todo is None:
            return None, None
        self.last_finished = None
        return todo["content"], machine.run(verb, todo["id"], *more, may_be_killed=may_be_killed)

    def start(self, machine, may_be_killed):
        return self.on_one(machine, may_be_killed, "start")[1]

    def done(self, machine, may_be_killed):
        words, done = self.on_one(machine, may_be_killed, "done")
        if done is not None and done.ok:
            self.finished.add(words)
            self.last_finished = words
        return done

    def drop(self, machine, may_be_killed):
        words, done = self.on_one(machine, may_be_killed, "drop")
        # Killed or not, it may have been said.
        self.finished.discard(words)
        return done

    def reopen(self, machine, may_be_killed):
        words, done = self.on_one(machine, may_be_killed, "reopen", options=("--status", "completed"))
        self.finished.discard(words)
        return done

    def edit(self, machine, may_be_killed):
        return self.on_one(machine, may_be_killed, "edit", "--priority", self.rng.choice(["high", "low"]))[1]

    def undo(self, machine, may_be_killed):
        done = machine.run("undo", may_be_killed=may_be_killed)
        # Which act that was is known to the program only, where one before was killed.
        for todo in json.loads(machine.ok("--json", "list", "--all")):
            if todo["status"] != "completed":
                self.finished.discard(todo["content"])
        self.finished.discard(self.last_finished)
        return done

    def resolve(self, machine, may_be_killed):
        conflicts = json.loads(machine.ok("--json", "conflicts"))["conflicts"]
        if not conflicts:
            return None
        conflict = self.rng.choice(conflicts)
        self.finished.discard(conflict["content"])
        self.last_finished = None
        side = conflict[self.rng.choice(["local_session", "remote_session"])] or conflict["remote_session"]
        return machine.run("resolve", conflict["id"], "--take", side, may_be_killed=may_be_killed)

    def forget(self, machine, may_be_killed):
        words, done = self.on_one(machine, may_be_killed, "forget", "--yes", options=("--all",))
        if done is not None:
            (self.forgotten if done.ok else self.perhaps_forgotten).add(words)
            self.added.discard(words)
            self.finished.discard(words)
        return done

    @property
    def gone(self):
        return self.forgotten | self.perhaps_forgotten

    def archive(self, machine, may_be_killed):
        return machine.run("-q", "archive", may_be_killed=may_be_killed)

    def triage(self, machine, may_be_killed):
        """Answers the first few by keys, on a terminal."""
        keys = "".join(self.rng.choice("kdxl") for _ in range(self.rng.randint(1, 5))) + "q"
        before = {todo["id"]: todo["content"] for todo in json.loads(machine.ok("--json", "list", "--left-behind"))}
        for words in before.values():
            self.finished.discard(words)
        ours, theirs = pty.openpty()
        environment = {**machine.environment(), "TERM": "xterm"}
        child = subprocess.Popen(["git-chittysync", "triage"], env=environment, cwd=machine.home, stdin=theirs, stdout=theirs,
                                 stderr=theirs, start_new_session=True)
        os.close(theirs)
        ended, shown = time.monotonic() + 60, b""
        while child.poll() is None and time.monotonic() < ended:
            if select.select([ours], [], [], 0.3)[0]:
                try:
                    shown += os.read(ours, 65536)
                except OSError:
                    break
            elif keys:
                os.write(ours, keys[0].encode())
                keys = keys[1:]
        code = child.wait(timeout=30)
        os.close(ours)
        assert code in (0, 1), f"triage ended with {code}: {shown.decode(errors='replace')}"
        if before and code == 0:
            self.counts["triage of some"] = self.counts.get("triage of some", 0) + 1
        return None

    def missing(self, found):
        wrong = [f"'{words}' was added, and is not there" for words in self.added if words not in found]
        wrong += [f"'{words}' was forgotten, and is there again" for words in self.forgotten if words in found]
        for words in self.finished:
            if oracle.winner(found[words]) != "completed":
                wrong.append(f"'{words}' was finished by a person, and is {found[words]}")
        return wrong
