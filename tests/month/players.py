"""Five agents, played by writing the files that they write and calling the hooks that they call."""

import json
import os
import pathlib
import sqlite3
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERBS = ["Fix", "Write", "Test", "Move", "Measure", "Explain", "Remove", "Check"]
THINGS = ["login", "invoice", "search", "cart", "menu", "report", "cache", "upload"]


class Session:
    """One conversation of an agent, and its list."""

    def __init__(self, agent, machine, project, rng):
        self.agent, self.machine, self.project, self.rng = agent, machine, project, rng
        self.name = ("ses_" if agent == "opencode" else "") + str(uuid.UUID(int=rng.getrandbits(128), version=4))
        self.items, self.numbers, self.is_started = [], 0, False
        self.place = machine.home / "code" / project
        for _ in range(rng.randint(3, 6)):
            self.add()

    def add(self):
        """One more entry: words of its own, or some that others have too."""
        if self.rng.random() < 0.2:
            words = f"{self.rng.choice(VERBS)} the shared {self.rng.choice(THINGS)} of {self.project}"
        else:
            words = f"{self.rng.choice(VERBS)} the {self.rng.choice(THINGS)} {self.name[-6:]} {self.numbers}"
        self.numbers += 1
        if all(item["words"] != words for item in self.items):
            self.items.append({"id": str(self.numbers), "words": words, "status": "pending"})

    def advance(self):
        """The agent works: it finishes what it is at, begins something, thinks of more, or gives something up."""
        open_items = [item for item in self.items if item["status"] != "completed"]
        chance = self.rng.random()
        if chance < 0.15 or not open_items:
            self.add()
        elif chance < 0.22 and len(self.items) > 2:
            self.items.remove(self.rng.choice(open_items))
        elif open_items[0]["status"] == "in_progress":
            open_items[0]["status"] = "completed"
            if len(open_items) > 1:
                open_items[1]["status"] = "in_progress"
        else:
            open_items[0]["status"] = "in_progress"

    def hook(self, event, may_be_killed, **keys):
        name = event if self.agent == "claude" else self.agent
        given = json.dumps({"session_id": self.name, "cwd": str(self.place), "hook_event_name": event, **keys})
        return self.machine.run("hook", name, given=given, may_be_killed=may_be_killed, directory=self.place)

    def start(self, may_be_killed):
        """Begins, or is resumed."""
        now = self.machine.now()
        if self.agent in ("claude", "qwen") and not self.is_started:
            below = ".claude/projects/p/{}.jsonl" if self.agent == "claude" else ".qwen/projects/p/chats/{}.jsonl"
            record = {"type": "user", "sessionId": self.name, "cwd": str(self.place), "timestamp": now,
                      "message": {"role": "user", "content": "Go on"}}
            self.write(below.format(self.name), json.dumps(record) + "\n")
        self.hook("SessionStart", may_be_killed, source="resume" if self.is_started else "startup")
        self.is_started = True

    def end(self, may_be_killed):
        if self.agent != "opencode":
            self.hook("SessionEnd", may_be_killed, reason="other")

    def write(self, below, text):
        """A file as the agent writes it: beside its place, renamed; changed at this machine's time."""
        path = self.machine.home / below
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".tmp")
        new.write_text(text)
        at = self.machine.time().timestamp()
        os.utime(new, (at, at))
        new.rename(path)

    def say(self, may_be_killed):
        """Writes the list down where the agent does, and tells the hook. Returns what became of the hook; nothing where none was called."""
        return getattr(self, self.agent)(may_be_killed)

    def claude(self, may_be_killed):
        todos = [{"content": item["words"], "status": item["status"], "activeForm": item["words"]} for item in self.items]
        self.write(f".claude/todos/{self.name}-agent-{self.name}.json", json.dumps(todos))
        # One without hooks for this once, as when they are turned off.
        if self.rng.random() < 0.2:
            return None
        return self.hook("PostToolUse", may_be_killed, tool_name="TodoWrite", tool_input={"todos": todos},
                         tool_response={"oldTodos": [], "newTodos": todos})

    def codex(self, may_be_killed):
        plan = [{"step": item["words"], "status": item["status"]} for item in self.items]
        return self.hook("PostToolUse", may_be_killed, tool_name="update_plan", tool_input={"plan": plan},
                                tool_response="Plan updated")

    def qwen(self, may_be_killed):
        todos = [{"id": item["id"], "content": item["words"], "status": item["status"]} for item in self.items]
        plan = {"planId": f"plan-{self.name}", "todos": todos}
        self.write(f".qwen/todos/{self.name}.json", json.dumps({**plan, "sessionId": self.name}))
        shown = {"llmContent": "ok", "returnDisplay": {"type": "todo_list", **plan}}
        return self.hook("PostToolUse", may_be_killed, tool_name="todo_write", tool_input={"todos": todos}, tool_response=shown)

    def gemini(self, may_be_killed):
        todos = [{"description": item["words"], "status": item["status"]} for item in self.items]
        shown = {"llmContent": "ok", "returnDisplay": {"todos": todos}}
        return self.hook("AfterTool", may_be_killed, tool_name="write_todos", tool_input={"todos": todos}, tool_response=shown)

    def opencode(self, may_be_killed):
        path = self.machine.home / ".local/share/opencode/opencode.db"
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=30)
        if is_new:
            schema = (ROOT / "fixtures/agents/opencode/opencode.sql").read_text().split("INSERT INTO")[0]
            database.executescript(schema)
        at = int(self.machine.time().timestamp() * 1000)
        with database:
            known = database.execute("SELECT 1 FROM session WHERE id = ?", (self.name,)).fetchone()
            if not known:
                row = (self.name, "a1", "calm", str(self.place), "Work on " + self.name[-6:], "1.18.33", at, at)
                database.execute("INSERT INTO session(id, project_id, slug, directory, title, version, time_created, time_updated) "
                                 "VALUES(?, ?, ?, ?, ?, ?, ?, ?)", row)
            database.execute("DELETE FROM todo WHERE session_id = ?", (self.name,))
            for number, item in enumerate(self.items):
                database.execute("INSERT INTO todo VALUES(?, ?, ?, 'medium', ?, ?, ?)",
                                 (self.name, item["words"], item["status"], number, at, at))
        database.close()
        if self.rng.random() < 0.4:
            return None
        todos = [{"content": item["words"], "status": item["status"], "priority": "medium"} for item in self.items]
        return self.hook("PostToolUse", may_be_killed, tool_name="todowrite", tool_input={"todos": todos})
