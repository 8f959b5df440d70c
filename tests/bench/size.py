#!/usr/bin/env python3
"""What commands cost as a store grows: processor time, as ratios, all sizes in turn within one run.

    tests/bench/size.py PROGRAM DIRECTORY [--sizes 264,2500,10000] [--rounds 15] [--only WORD[,WORD]]

PROGRAM is an optimised build of git-chittysync. In DIRECTORY, a home and a store of each size are made, once. Each has
a small project, `tiny`, which is the same in all of them, and 12 to 60 others, which are not: 1 to 20 todos a session,
3.6 in the mean, a quarter of them said by several sessions, transcripts for four sessions of five, and file times over
the year before 2026-11-20. Commands run on a copy of the store and are about `tiny`, where they are about a project.
A daemon is taken to be there, so that no hook starts one.

A row is a command: the least and the median of its processor time (user and system, milliseconds) at each size, the
ratio of each least to that at the first size, and to its floor, which the last column names.
"""

import argparse
import datetime
import fcntl
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import uuid

import processor

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc)
VERBS = "Add Fix Refactor Document Test Remove Update Investigate Verify Migrate Extract Rename Simplify Measure Cache".split()
THINGS = "the login form|the billing webhook|the retry queue|pagination of orders|the CSV export|rate limiting|the importer|the release notes|database indexes|the results page|feature flags|the nightly backup|session expiry|the health endpoint".split("|")


def words(rnd, different):
    number = rnd.randrange(different)
    return f"{VERBS[number % len(VERBS)]} {THINGS[number % len(THINGS)]} step {number}"


def put(path, text, at):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at.timestamp(), at.timestamp()))


def session(home, rnd, project, contents, at, transcript):
    name = str(uuid.UUID(int=rnd.getrandbits(128), version=4))
    done = rnd.randint(0, len(contents))
    state = [
        {"content": text, "status": "completed" if n < done else "in_progress" if n == done else "pending", "activeForm": text}
        for n, text in enumerate(contents)
    ]
    put(home / "todos" / f"{name}-agent-{name}.json", json.dumps(state), at)
    if not transcript:
        return
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    head = {"cwd": f"/home/dev/{project}", "sessionId": name, "version": "2.1.200", "gitBranch": "main", "timestamp": stamp}
    use = {"type": "tool_use", "id": f"toolu_{name[:8]}", "name": "TodoWrite", "input": {"todos": state}}
    lines = [
        dict(head, type="user", uuid=name[:8] + "-u", message={"role": "user", "content": f"Please {contents[0].lower()}"}),
        dict(head, type="assistant", uuid=name[:8] + "-a", message={"role": "assistant", "content": [use]}),
    ]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    put(home / "projects" / f"-home-dev-{project}" / f"{name}.jsonl", text, at)


def make_home(home, sessions):
    """The same arguments make the same bytes."""
    tiny = random.Random(1)
    for number in range(12):
        at = NOW - datetime.timedelta(days=1 + number * 2)
        session(home, tiny, "tiny", [f"{text} of tiny" for text in {words(tiny, 40) for _ in range(4)}], at, True)
    rnd = random.Random(sessions)
    projects = min(60, 12 + sessions // 200)
    for number in range(sessions - 12):
        at = NOW - datetime.timedelta(minutes=60 + 365 * 24 * 60 * number // sessions)
        size = min(20, max(1, round(rnd.lognormvariate(1.0, 0.75))))
        shared = [words(rnd, max(20, sessions // 2)) if rnd.random() < 0.25 else f"{words(rnd, 10**6)} {number}" for _ in range(size)]
        session(home, rnd, f"project{rnd.randrange(projects)}", list(dict.fromkeys(shared)), at, rnd.random() < 0.8)


class Size:
    """A home and a store of so many sessions."""

    def __init__(self, program, directory, sessions):
        self.sessions, self.root = sessions, directory / str(sessions)
        self.program = program
        self.agent, made, self.store = self.root / "claude", self.root / "made.git", self.root / "store.git"
        self.tiny = self.root / "tiny"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "TMPDIR": str(self.root), "TZ": "UTC",
            "GIT_CONFIG_SYSTEM": "/dev/null", "CHITTYSYNC_NOW": NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "CHITTYSYNC_STORE": str(self.store), "LC_ALL": "C.UTF-8", "GIT_CEILING_DIRECTORIES": str(self.root),
        }
        if not (self.root / "complete").exists():
            shutil.rmtree(self.root, ignore_errors=True)
            (self.root / "home").mkdir(parents=True)
            make_home(self.agent, sessions)
            subprocess.run(["git", "init", "-q", self.tiny], check=True, env=self.environment)
            print(f"{sessions} sessions: made a home, importing it", file=sys.stderr)
            self.run(["-q", "--store", made, "sync", "--from", self.agent])
            (self.root / "complete").touch()
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(made, self.store)
        # As it is between two imports: a sync that finds what the first one was too early to be sure of.
        self.run(["-q", "sync", "--from", self.agent])
        self.daemon = open(self.store / "chittysync" / "daemon.lock", "w")
        fcntl.flock(self.daemon, fcntl.LOCK_EX)
        lists = self.git("ls-tree", "-r", "--name-only", "consolidated").split("\n")
        self.wanted = {"working": [], "sessions": []}
        for path in filter(None, lists):
            kind = "sessions" if path.startswith("sessions/") else "working" if "/archive/" not in path else None
            self.wanted.get(kind, []).append(f"consolidated:{path}")
        self.wanted["archive"] = [f"consolidated:{path}" for path in lists if "/archive/" in path]
        self.number = 0

    def git(self, *arguments):
        command = ["git", "-C", self.store, *arguments]
        return subprocess.run(command, check=True, env=self.environment, stdout=subprocess.PIPE, text=True).stdout

    def run(self, arguments):
        subprocess.run([self.program, *arguments], check=True, env=self.environment, cwd=self.tiny, stdout=subprocess.DEVNULL)

    def event(self, name, **more):
        session = "0e000000-0000-4000-8000-%012d" % (self.number if name == "SessionStart" else 1)
        return json.dumps({"hook_event_name": name, "session_id": session, "cwd": str(self.tiny), **more})

    def cpu(self, command, given="", cwd=None):
        """Runs a command to its end and returns its processor time in milliseconds."""
        return processor.cpu(command, self.environment, cwd or self.tiny, given, self.root / "input")


def floors():
    """What a command is compared with: it does no more than what the command cannot do without."""
    read = lambda *kinds: lambda size: (["git", "-C", size.store, "cat-file", "--batch", "--buffer"], "\n".join(name for kind in kinds for name in size.wanted[kind]) + "\n")
    one = lambda size: (["git", "-C", size.store, "cat-file", "blob", "consolidated:projects/tiny/todos.json"], "")
    look = lambda size: (["find", size.agent, "-type", "f", "-printf", "%s %T@ %p\\n"], "")
    refs = lambda size: (["git", "-C", size.store, "for-each-ref"], "")
    return {
        "git --version": lambda size: (["git", "--version"], ""),
        "cat-file of tiny's list": one,
        "cat-file of all lists": read("working"),
        "cat-file of all lists and sessions": read("working", "sessions"),
        "cat-file of all lists, archives and sessions": read("working", "archive", "sessions"),
        "find of the home": look,
        "for-each-ref": refs,
    }


def rows():
    """Each command: its name, its arguments and input, and its floor."""
    def call(*arguments, given=lambda size: ""):
        return lambda size: ([size.program, *(part(size) if callable(part) else part for part in arguments)], given(size))

    def numbered(text):
        return lambda size: f"{text} {size.number}"

    tiny, all_of_it = "cat-file of tiny's list", "cat-file of all lists and sessions"
    todos = lambda size: [{"content": f"Event {size.number} of tiny", "status": "pending", "activeForm": "x"}, {"content": "Kept by the hook", "status": "in_progress", "activeForm": "x"}]
    posted = lambda size: size.event("PostToolUse", tool_name="TodoWrite", tool_input={"todos": todos(size)}, tool_response={"oldTodos": [], "newTodos": todos(size)})
    listed = lambda size: json.dumps([{"content": f"Listed {size.number} of tiny", "status": "pending"}])
    return [
        ("--version", call("--version"), "git --version"),
        ("hook PostToolUse", call("hook", "PostToolUse", given=posted), tiny),
        ("hook SessionStart", call("hook", "SessionStart", given=lambda size: size.event("SessionStart", source="startup")), tiny),
        ("status --line", call("status", "--line", given=lambda size: json.dumps({"session_id": "0e000000-0000-4000-8000-000000000001", "cwd": str(size.tiny)})), tiny),
        ("consolidate", call("-q", "consolidate"), "for-each-ref"),
        ("add", call("add", numbered("Measured thing")), tiny),
        ("start", call("start", numbered("Measured thing")), tiny),
        ("done", call("done", numbered("Measured thing")), tiny),
        ("show", call("show", numbered("Measured thing")), tiny),
        ("import of one list", call("import", "--session", "measured", "--project", "tiny", given=listed), tiny),
        ("ready", call("ready"), tiny),
        ("list --project", call("list", "--project", "tiny"), tiny),
        ("list --project --json", call("list", "--project", "tiny", "--json"), tiny),
        ("list --project, no such", call("list", "--project", "nothing"), tiny),
        ("list", call("list"), all_of_it),
        ("list --json", call("list", "--json"), all_of_it),
        ("status", call("status"), "cat-file of all lists"),
        ("sessions", call("sessions"), "cat-file of all lists, archives and sessions"),
        ("projects", call("projects"), "cat-file of all lists, archives and sessions"),
        ("conflicts", call("conflicts"), all_of_it),
        ("sync, nothing new", call("-q", "sync", "--from", lambda size: size.agent), "find of the home"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("directory", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--sizes", default="264,2500,10000")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sizes = [Size(given.program, given.directory, int(sessions)) for sessions in given.sizes.split(",")]
    wanted = [word for word in given.only.split(",") if word]
    chosen = [row for row in rows() if not wanted or row[0] in wanted or (row[0] in ("add", "start") and {"start", "done", "show"} & set(wanted))]
    floor_of = floors()
    used = [name for name in floor_of if any(row[2] == name for row in chosen)]
    measured = {}
    for turn in range(given.rounds):
        for name, call in [(name, floor_of[name]) for name in used] + [(name, call) for name, call, _ in chosen]:
            for size in sizes:
                size.number = turn + 1
                command, text = call(size)
                measured.setdefault((name, size.sessions), []).append(size.cpu(command, text))
    print(f"{'milliseconds of CPU, least / median':<44}" + "".join(f"{size.sessions:>16}" for size in sizes) + f"{'ratios':>16}   to its floor")
    for name, floor in [(name, None) for name in used] + [(name, floor) for name, _, floor in chosen]:
        each = [measured[name, size.sessions] for size in sizes]
        least = [min(costs) for costs in each]
        cells = "".join(f"{low:>9.1f} /{statistics.median(costs):>5.1f}" for low, costs in zip(least, each))
        ratios = " ".join(f"{low / least[0]:.2f}" for low in least[1:])
        beside = f"{least[-1] / min(measured[floor, sizes[-1].sessions]):.1f} x {floor}" if floor else ""
        print(f"{name:<44}{cells}{ratios:>16}   {beside}")


main()
