"""The machines of the month: homes, clocks of their own, a hub, commands that are killed now and then."""

import datetime
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time

BEGIN = datetime.datetime(2026, 9, 1, tzinfo=datetime.timezone.utc)
PROJECTS = ["shop", "api", "docs", "site"]
# Has git present the hub's token that a variable holds, as somebody's own helper does.
CONFIG = """[user]
	name = Sam
	email = sam@example.com
[init]
	defaultBranch = main
[chittysync]
	device = {device}
	fsync = false
[credential]
	helper = "!f() {{ test \\"$1\\" = get && echo username=x && echo password=$HUB_TOKEN; }}; f"
"""


class Done:
    """What became of a command. Of one that was killed nothing is known."""

    def __init__(self, arguments, code, out, err, killed=False):
        self.arguments, self.code, self.out, self.err, self.killed = arguments, code, out, err, killed
        self.ok = code == 0 and not killed


class World:
    """A directory with everything in it, and what chance decides."""

    def __init__(self, directory: pathlib.Path, programs: pathlib.Path, rng):
        self.directory, self.rng = directory, rng
        self.day, self.minute = 0, 0
        self.took = {}
        self.kills, self.commands = 0, 0
        bin = directory / "bin"
        bin.mkdir()
        for name in ["git-chittysync", "git-chittysync-hub"]:
            (bin / name).symlink_to(programs / name)
        self.path = f"{bin}:{os.environ['PATH']}"

    def environment(self, home, now, more=None):
        return {
            "PATH": self.path,
            "HOME": str(home),
            "TMPDIR": str(self.directory),
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CEILING_DIRECTORIES": str(self.directory),
            "CHITTYSYNC_NOW": now,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **(more or {}),
        }

    def run(self, arguments, environment, directory, given="", may_be_killed=0.0):
        """Runs a command. With this chance it is killed at a random moment of the time that such a command takes."""
        kind = arguments[1] if arguments[0] != "git" and len(arguments) > 1 else arguments[0]
        limit = None
        if self.rng.random() < may_be_killed:
            limit = self.rng.uniform(0, 1.1) * self.took.get(kind, 0.2)
        started = time.monotonic()
        child = subprocess.Popen(arguments, env=environment, cwd=directory, text=True, start_new_session=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.commands += 1
        try:
            out, err = child.communicate(given, timeout=limit or 300)
        except subprocess.TimeoutExpired:
            assert limit, f"{arguments} has not ended in five minutes"
            # With what it started, or alone: both happen.
            if self.rng.random() < 0.5:
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
            child.wait()
            for pipe in [child.stdin, child.stdout, child.stderr]:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
            self.kills += 1
            return Done(arguments, None, "", "", killed=True)
        if limit is None:
            spent = time.monotonic() - started
            self.took[kind] = 0.8 * self.took.get(kind, spent) + 0.2 * spent
        return Done(arguments, child.returncode, out, err)


class Machine:
    """One computer: a home, a clock, and whether it is awake and online."""

    def __init__(self, world, name, offset, drift):
        self.world, self.name = world, name
        # Seconds by which its clock is wrong, and by which that grows a day.
        self.offset, self.drift = offset, drift
        self.home = world.directory / name
        self.asleep_until, self.is_awake, self.is_online, self.token = 0, True, True, ""
        self.home.mkdir()
        (self.home / ".gitconfig").write_text(CONFIG.format(device=name))
        for project in PROJECTS:
            place = self.home / "code" / project
            place.mkdir(parents=True)
            self.git("init", "-q", directory=place)
            self.git("remote", "add", "origin", f"https://git.example/acme/{project}.git", directory=place)

    @property
    def store(self):
        return self.home / ".local/share/chittysync/store.git"

    def time(self):
        """Its own time: two minutes pass with each thing that happens anywhere."""
        self.world.minute += 2
        seconds = self.offset + self.drift * self.world.day
        return BEGIN + datetime.timedelta(days=self.world.day, minutes=480 + self.world.minute, seconds=seconds)

    def now(self):
        return self.time().strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def environment(self, now=None):
        more = {"HUB_TOKEN": self.token}
        if not self.is_online:
            more["http_proxy"] = "http://127.0.0.1:9"
        return self.world.environment(self.home, now or self.now(), more)

    def run(self, *arguments, given="", may_be_killed=0.0, now=None, directory=None):
        return self.world.run(["git-chittysync", *arguments], self.environment(now), directory or self.home, given, may_be_killed)

    def ok(self, *arguments, **named):
        done = self.run(*arguments, **named)
        assert done.ok, f"{self.name}: {arguments}: {done.code}\n{done.out}\n{done.err}"
        return done.out

    def rest(self):
        """Waits until nothing works in its store any more: packing, a sync that a hook began, a git of what was killed."""
        def is_ours(process):
            try:
                started_for = (process / "cmdline").read_text(errors="replace").replace("\0", " ")
                return str(self.store) in started_for or (process / "cwd").readlink().is_relative_to(self.store)
            except OSError:
                return False

        ended = time.monotonic() + 120
        while any(is_ours(process) for process in pathlib.Path("/proc").glob("[0-9]*")):
            assert time.monotonic() < ended, f"{self.name}: something works in the store for two minutes"
            time.sleep(0.2)

    def git(self, *arguments, directory=None):
        done = self.world.run(["git", *arguments], self.environment(), directory or self.store)
        assert done.ok, f"{self.name}: git {arguments}: {done.err}"
        return done.out


def free_port():
    """A port that the system gives to nobody who asks for any: no connection takes it while the hub is down."""
    while True:
        with socket.socket() as free:
            port = random.SystemRandom().randrange(10240, 32768)
            try:
                free.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Hub(Machine):
    """The machine on which the hub runs. Its clock stands at each start of the hub."""

    def __init__(self, world):
        super().__init__(world, "hub", 0, 0)
        self.process, self.starts, self.falls = None, 0, 0
        self.port = free_port()
        self.ok("init", "-q", "--default")
        # A fall is another thread's doing.
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/git/todos.git"

    def start(self):
        with self.lock:
            self.starts += 1
            for _ in range(50):
                log = open(self.home / "hub.log", "a")
                self.process = subprocess.Popen(["git-chittysync", "hub", "--listen", f"127.0.0.1:{self.port}"], text=True,
                                                env=self.environment(), cwd=self.home, stdout=subprocess.PIPE, stderr=log)
                if self.process.stdout.readline().startswith("http://"):
                    return
                self.process.wait()
                # The port is taken for a moment by who was answered last.
                time.sleep(0.1)
            raise AssertionError("the hub does not start: see hub.log")

    def kill(self):
        with self.lock:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def stop(self):
        """Ends it, if it runs."""
        if self.process and self.process.poll() is None:
            self.kill()

    def falls_during(self, act, chance):
        """Runs this, while the hub may be killed and started again."""
        if self.world.rng.random() >= chance:
            return act()
        self.falls += 1
        delay, away = self.world.rng.uniform(0, 1.0), self.world.rng.uniform(0, 0.5)

        def fall():
            time.sleep(delay)
            self.kill()
            time.sleep(away)
            self.start()

        thread = threading.Thread(target=fall)
        thread.start()
        done = act()
        thread.join()
        return done
