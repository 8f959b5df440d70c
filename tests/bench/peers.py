#!/usr/bin/env python3
"""What the same acts cost here and in other programs that keep todos: processor time and time on the clock.

    tests/bench/peers.py PROGRAM [--peers DIRECTORY] [--sizes 20,1000,10000] [--rounds 5]

PROGRAM is an optimised build of git-chittysync. Of the others those are measured that can be found: in DIRECTORY what
`npm install get-tbd backlog.md task-master-ai` made there, on PATH Taskwarrior (`task`) and todo.txt (`todo-txt`). Each
gets the same todos, a quarter of them completed, in a git repository and a home of its own, by its own import; a
program without one gets them as the files that it keeps. All take turns in each round. A row is an act at one size: the
median of each program, and how it compares with ours. What takes longer than `--patience` seconds is given up.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

WORDS = "Add Fix Refactor Document Test Remove Update Investigate Verify Migrate".split()


def titles(count):
    return [f"{WORDS[at % len(WORDS)]} step {at} of the export job" for at in range(count)]


def beads(count):
    stamps = {"created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-02T10:00:00Z"}
    todo = lambda at, title: {"id": f"px-{at:05x}", "title": title, "status": "closed" if at % 4 == 0 else "open"}
    return [dict(todo(at, title), priority=at % 5, issue_type="task", **stamps) for at, title in enumerate(titles(count))]


class Peer:
    """A program, with a place of its own. `imports` is its own way to take a file in; others are given their files."""

    name, imports = "", None

    def __init__(self, program, place):
        self.program, self.place = program, place
        self.project = place / "project"
        self.project.mkdir(parents=True)
        self.file = place / "todos.jsonl"
        self.env = {"HOME": str(place), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
        (place / ".gitconfig").write_text("[user]\nname = U\nemail = u@todos.example\n")
        for call in ("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "start"):
            subprocess.run(["git", *call], cwd=self.project, env=self.env, check=True)

    def begin(self, count):
        """Makes an empty place for todos, and the file to take in."""
        self.file.write_text("".join(json.dumps(todo) + "\n" for todo in beads(count)))

    def fill(self, count):
        """Gives it todos without an import."""

    def call(self, *arguments):
        return [*self.program, *arguments]

    list = add = ready = None


class Ours(Peer):
    name = "git-chittysync"
    imports = lambda self: self.call("import", "--format", "beads", str(self.file))
    list = lambda self: self.call("list")
    ready = lambda self: self.call("ready")
    add = lambda self, title: self.call("add", title)


class Tbd(Peer):
    name = "tbd"
    imports = lambda self: self.call("import", str(self.file))
    list = lambda self: self.call("list")
    ready = lambda self: self.call("ready")
    add = lambda self, title: self.call("create", title)

    def begin(self, count):
        super().begin(count)
        run(self.call("init", "--prefix", "px"), self)


class Backlog(Peer):
    name = "backlog.md"
    list = lambda self: self.call("task", "list", "--plain")
    add = lambda self, title: self.call("task", "create", title, "--plain")

    def begin(self, count):
        super().begin(count)
        run(self.call("init", "peers", "--defaults"), self)

    def fill(self, count):
        for at, title in enumerate(titles(count), 1):
            status = "Done" if at % 4 == 1 else "To Do"
            head = f"id: TASK-{at}\ntitle: {title}\nstatus: {status}\nassignee: []\ncreated_date: '2026-11-01 10:00'"
            path = self.project / f"backlog/tasks/task-{at} - {title.replace(' ', '-')}.md"
            path.write_text(f"---\n{head}\nlabels: []\ndependencies: []\nordinal: {at * 1000}\n---\n")


class TaskMaster(Peer):
    name = "task-master"
    list = lambda self: self.call("list")
    ready = lambda self: self.call("next")

    def begin(self, count):
        super().begin(count)
        run(self.call("init", "-y"), self)

    def fill(self, count):
        keys = {"details": "", "testStrategy": "", "priority": "medium", "dependencies": [], "subtasks": []}
        status = lambda at: "done" if at % 4 == 1 else "pending"
        task = lambda at, title: dict(id=at, title=title, description=title, status=status(at), **keys)
        tasks = [task(at, title) for at, title in enumerate(titles(count), 1)]
        path = self.project / ".taskmaster/tasks/tasks.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"master": {"tasks": tasks, "metadata": {"created": "2026-11-01T10:00:00.000Z"}}}))


class Taskwarrior(Peer):
    name = "Taskwarrior"
    imports = lambda self: self.call("import", str(self.file))
    list = lambda self: self.call("list")
    ready = lambda self: self.call("ready")
    add = lambda self, title: self.call("add", title)

    def begin(self, count):
        status = lambda at: {"status": "completed", "end": "20261102T100000Z"} if at % 4 == 0 else {"status": "pending"}
        todo = lambda at, title: dict(description=title, entry="20261101T100000Z", **status(at))
        self.file.write_text(json.dumps([todo(at, title) for at, title in enumerate(titles(count))]))
        (self.place / ".taskrc").write_text(f"data.location={self.place}/task\nconfirmation=off\nnews.version=9.9.9\n")
        (self.place / "task").mkdir()


class TodoTxt(Peer):
    name = "todo.txt"
    list = lambda self: self.call("list")
    add = lambda self, title: self.call("add", title)

    def begin(self, count):
        config = f"export TODO_DIR={self.place}\nexport TODO_FILE=$TODO_DIR/todo.txt\nexport DONE_FILE=$TODO_DIR/done.txt\n"
        (self.place / "config").write_text(config + "export REPORT_FILE=$TODO_DIR/report.txt\n")
        self.program = [*self.program, "-d", str(self.place / "config")]

    def fill(self, count):
        done = lambda at: "x 2026-11-02 " if at % 4 == 0 else ""
        lines = [f"{done(at)}2026-11-01 {title}\n" for at, title in enumerate(titles(count))]
        (self.place / "todo.txt").write_text("".join(lines))


def run(command, peer, patience=600):
    """Runs a command to its end, and returns what it took in seconds: processor time and clock. Nothing if too long."""
    # One process that waits for it, so that what it started counts too.
    wrapped = ["timeout", str(patience), "bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\" >\"$OUT\" 2>&1", "bash", *command]
    out = peer.place / "said"
    started = time.monotonic()
    done = subprocess.run(wrapped, cwd=peer.project, env=dict(peer.env, OUT=str(out)), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    clock = time.monotonic() - started
    if done.returncode == 124:
        return None
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {out.read_text()[-500:]}")
    return sum(map(float, done.stderr.split()[-2:])), clock


def found(options):
    """Returns the programs that can be measured: how each is called, and what makes a place for it."""
    yield Ours, [str(pathlib.Path(options.program).resolve())]
    binaries = pathlib.Path(options.peers).resolve() / "node_modules/.bin" if options.peers else None
    for kind, name in (Tbd, "tbd"), (Backlog, "backlog"), (TaskMaster, "task-master"):
        if binaries and (binaries / name).exists():
            yield kind, [str(binaries / name)]
    for kind, name in (Taskwarrior, "task"), (TodoTxt, "todo-txt"):
        if shutil.which(name):
            yield kind, [name]


def measure(kinds, size, options, directory):
    costs = {}

    def note(act, peer, command):
        cost = run(command, peer, options.patience)
        if cost:
            costs.setdefault(act, {}).setdefault(peer.name, []).append(cost)
        return cost

    peers = []
    for kind, program in kinds:
        peer = kind(program, directory / f"{kind.__name__}-{size}")
        peer.begin(size)
        if peer.imports and not note("import", peer, peer.imports()):
            print(f"{peer.name}: the import of {size} takes more than {options.patience} s")
            continue
        peer.fill(size)
        run(peer.list(), peer, options.patience)
        # Not the whole title, which a narrow table cuts off.
        last = f"step {size - 1}"
        assert last in (peer.place / "said").read_text(), f"{peer.name} does not list {last}"
        peers.append(peer)
    for at in range(options.rounds):
        for peer in peers:
            for act, command in ("list", peer.list), ("ready", peer.ready), ("add", peer.add):
                if command:
                    note(act, peer, command(f"One more, number {at}") if act == "add" else command())
    for act, measured in costs.items():
        ours = None
        for name, taken in measured.items():
            cpu, clock = (statistics.median(column) * 1e3 for column in zip(*taken))
            ours = ours or (cpu, clock)
            ratios = f"{cpu / max(ours[0], 1):8.1f} {clock / ours[1]:8.1f}"
            print(f"{size:>6} {act:<7} {name:<15} CPU {cpu:9.0f} ms  clock {clock:9.0f} ms  {ratios}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--peers")
    parser.add_argument("--sizes", default="20,1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=int, default=600)
    options = parser.parse_args()
    kinds = list(found(options))
    with tempfile.TemporaryDirectory(prefix="peers-") as directory:
        for size in map(int, options.sizes.split(",")):
            measure(kinds, size, options, pathlib.Path(directory))


if __name__ == "__main__":
    main()
