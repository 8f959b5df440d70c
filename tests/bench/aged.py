#!/usr/bin/env python3
"""What commands cost in a store that was used for years: processor time, beside a store that came to the same today.

    tests/bench/aged.py PROGRAM DIRECTORY [--updates 10000] [--sessions 264] [--rounds 15] [--only WORD[,WORD]]

PROGRAM is an optimised build of git-chittysync. In DIRECTORY, three stores are made, once, each with a bare repository as
its remote. `aged` was told of each update by a hook, consolidated each, and synced every hundred; it kept itself small
as it does. `gc` is a copy of it after `git gc`, in store and remote. `fresh` heard only the last list of each session.
All three say the same. Then all take turns within one run.

A row is a command: the least and the median of its processor time (user and system, with that of the processes that it
starts, milliseconds) in each store, and the ratio of each least to that of the fresh one.
"""

import argparse
import fcntl
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys

import processor

STATES = ("pending", "in_progress", "completed")


class Store:
    def __init__(self, program, directory, name):
        self.program, self.name, self.root = program, name, directory / name
        self.store, self.remote, self.work = self.root / "store.git", self.root / "remote.git", self.root / "web"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "TMPDIR": str(self.root), "TZ": "UTC", "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_SYSTEM": "/dev/null", "CHITTYSYNC_STORE": str(self.store), "GIT_CEILING_DIRECTORIES": str(self.root),
        }
        self.number = 0

    def at(self, minutes):
        """A moment some minutes after the first update: events and commits are of then."""
        self.environment["CHITTYSYNC_NOW"] = f"2026-{1 + minutes // 40320:02}-{1 + minutes // 1440 % 28:02}T{minutes // 60 % 24:02}:{minutes % 60:02}:00.000Z"

    def run(self, *arguments, given=""):
        subprocess.run([self.program, *arguments], check=True, env=self.environment, cwd=self.work, input=given, text=True, stdout=subprocess.DEVNULL)

    def git(self, *arguments):
        return subprocess.run(["git", *map(str, arguments)], check=True, env=self.environment, stdout=subprocess.PIPE, text=True).stdout

    def begin(self):
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "home").mkdir(parents=True)
        (self.root / "none").mkdir()
        self.git("init", "-q", self.work)
        self.git("init", "-q", "--bare", self.remote)
        self.at(0)
        self.run("-q", "init", "--remote", f"file://{self.remote}")
        for key, value in [("chittysync.fsync", "false"), ("chittysync.hookSync", "off"), ("chittysync.retireAfter", "never")]:
            self.git("-C", self.store, "config", key, value)

    def say(self, session, todos, minutes):
        self.at(minutes)
        event = {"hook_event_name": "PostToolUse", "session_id": f"{session:08x}-0000-4000-8000-000000000000", "cwd": str(self.work), "tool_name": "TodoWrite"}
        self.run("hook", "PostToolUse", given=json.dumps({**event, "tool_input": {"todos": todos}, "tool_response": {"oldTodos": [], "newTodos": todos}}))
        self.run("-q", "consolidate")

    def sync(self):
        self.run("-q", "sync", "--from", self.root / "none")

    def settle(self, minutes):
        """Nothing is left to be sent, merged or packed. Commands are later than all that was said."""
        self.at(minutes)
        self.sync()
        self.run("-q", "maintenance")

    def cpu(self, command, given=""):
        """Runs a command to its end and returns its processor time in milliseconds."""
        return processor.cpu(command, self.environment, self.work, given, self.root / "input")


def updates(sessions, count):
    """Each update: which session, and its list. Sessions take turns at random; each list grows, and is worked off."""
    rnd, lists = random.Random(count), {}
    for _ in range(count):
        session = rnd.randrange(sessions)
        todos = lists.setdefault(session, [])
        open_ones = [todo for todo in todos if todo["status"] != "completed"]
        if len(open_ones) < 3:
            todos.append({"content": f"Step {len(todos) + 1} of task {session}", "status": "pending", "activeForm": "x"})
        else:
            todo = rnd.choice(open_ones)
            todo["status"] = STATES[STATES.index(todo["status"]) + 1]
        yield session, todos


def made(program, directory, sessions, count):
    stores = [Store(program, directory, name) for name in ("fresh", "aged", "gc")]
    fresh, aged, gc = stores
    if not (directory / "complete").exists():
        aged.begin()
        last = {}
        for number, (session, todos) in enumerate(updates(sessions, count)):
            last[session] = (todos, number)
            aged.say(session, todos, number)
            if number % 100 == 99:
                aged.sync()
            if number % 1000 == 999:
                print(f"{number + 1} updates", file=sys.stderr)
        fresh.begin()
        for session, (todos, number) in sorted(last.items(), key=lambda item: item[1][1]):
            fresh.say(session, todos, number)
        for store in (aged, fresh):
            store.settle(count)
        shutil.copytree(aged.root, gc.root)
        gc.git("-C", gc.store, "config", "remote.origin.url", f"file://{gc.remote}")
        for path in (gc.store, gc.remote):
            gc.git("-C", path, "gc", "--quiet", "--prune=now")
        (directory / "complete").touch()
    shown = []
    for store in stores:
        # Commands run on copies, so that every run begins with the same.
        for path in (store.store, store.remote):
            kept = path.with_suffix(".made")
            if not kept.exists():
                shutil.copytree(path, kept)
            shutil.rmtree(path)
            shutil.copytree(kept, path)
        store.at(count + 60)
        store.daemon = open(store.store / "chittysync" / "daemon.lock", "w")
        fcntl.flock(store.daemon, fcntl.LOCK_EX)
        commits = store.git("-C", store.store, "rev-list", "--count", "consolidated").strip()
        print(f"{store.name}: {commits} commits", file=sys.stderr)
        lists = store.git("-C", store.store, "ls-tree", "-r", "consolidated", "--", "sessions/").split("\n")
        shown.append(len(lists))
    assert len(set(shown)) == 1, "they do not say the same"
    return stores


def rows():
    """Each command: its name, what prepares it, its arguments, its input."""
    def call(*arguments, given=lambda store: "", before=None):
        return before, lambda store: [store.program, *(part(store) if callable(part) else part for part in arguments)], given

    def todos(store):
        return [{"content": f"Event {store.number}", "status": "pending", "activeForm": "x"}]

    def event(name, **more):
        base = lambda store: {"hook_event_name": name, "session_id": "0e000000-0000-4000-8000-%012d" % store.number, "cwd": str(store.work)}
        return lambda store: json.dumps({**base(store), **{key: value(store) for key, value in more.items()}})

    posted = event("PostToolUse", tool_name=lambda store: "TodoWrite", tool_input=lambda store: {"todos": todos(store)})
    new = lambda store: store.run("-q", "add", f"Sent {store.number}")
    clone = lambda path: lambda store: ["git", "clone", "-q", "--mirror", f"file://{path(store)}", store.root / "clone.git"]
    clear = lambda store: shutil.rmtree(store.root / "clone.git", ignore_errors=True)
    return {
        "hook PostToolUse": call("hook", "PostToolUse", given=posted),
        "hook SessionStart": call("hook", "SessionStart", given=event("SessionStart", source=lambda store: "startup")),
        "status --line": call("status", "--line", given=event("Status")),
        "consolidate": call("-q", "consolidate"),
        "add": call("add", lambda store: f"Measured {store.number}"),
        "start": call("start", lambda store: f"Measured {store.number}"),
        "done": call("done", lambda store: f"Measured {store.number}"),
        "show": call("show", lambda store: f"Measured {store.number}"),
        "ready": call("ready"),
        "list": call("list"),
        "sessions": call("sessions"),
        "projects": call("projects"),
        "conflicts": call("conflicts"),
        "status": call("status"),
        "log": call("log"),
        "sync, nothing new": call("-q", "sync", "--from", lambda store: store.root / "none"),
        "sync, one new todo": call("-q", "sync", "--from", lambda store: store.root / "none", before=new),
        "git clone of the store": (clear, clone(lambda store: store.store), lambda store: ""),
        "git clone of the remote": (clear, clone(lambda store: store.remote), lambda store: ""),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("directory", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--updates", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=264)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    stores = made(given.program, given.directory, given.sessions, given.updates)
    needs = {"start": "add", "done": "add", "show": "add"}
    wanted = {word for word in given.only.split(",") if word}
    chosen = {name: row for name, row in rows().items() if not wanted or name in wanted or name in {needs.get(word) for word in wanted}}
    measured = {}
    for turn in range(given.rounds):
        for name, (before, arguments, text) in chosen.items():
            for store in stores:
                store.number = turn + 1
                if before:
                    before(store)
                measured.setdefault((name, store.name), []).append(store.cpu(arguments(store), text(store)))
    print(f"{'milliseconds of CPU, least / median':<36}" + "".join(f"{store.name:>18}" for store in stores) + f"{'ratios':>14}")
    for name in chosen:
        each = [measured[name, store.name] for store in stores]
        least = [min(costs) for costs in each]
        cells = "".join(f"{low:>10.1f} /{statistics.median(costs):>6.1f}" for low, costs in zip(least, each))
        print(f"{name:<36}{cells}   " + " ".join(f"{low / least[0]:5.2f}" for low in least[1:]))


main()
