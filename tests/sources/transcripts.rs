//! `projects/<slug>/<session>.jsonl`.

use serde_json::{Value, json};

use crate::common::{World, set_time};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

/// A transcript in the making.
#[derive(Clone)]
pub struct Transcript {
    session: String,
    lines: Vec<Value>,
}

impl Transcript {
    pub fn new(session: &str) -> Self {
        let head = json!({"type": "file-history-snapshot", "messageId": "m"});
        Transcript { session: session.to_owned(), lines: vec![head] }
    }

    /// Adds a call and its result, which stands under this time.
    pub fn call(&mut self, at: &str, name: &str, input: &Value, result: &Value) -> &mut Self {
        self.call_with(at, name, input, result, &json!({}))
    }

    /// As [`Transcript::call`], with more keys in both lines.
    pub fn call_with(&mut self, at: &str, name: &str, input: &Value, result: &Value, more: &Value) -> &mut Self {
        let id = format!("toolu_{}_{}", &self.session[..4], self.lines.len());
        let call = json!({"type": "tool_use", "id": id, "name": name, "input": input});
        let outcome = json!({"type": "tool_result", "tool_use_id": id, "content": "ok"});
        for (role, part) in [("assistant", call), ("user", outcome)] {
            let uuid = format!("{}-{}", self.session, self.lines.len());
            let mut line = json!({"type": role, "sessionId": self.session, "cwd": "/nowhere/acme", "gitBranch": "main",
                "uuid": uuid, "timestamp": at, "isSidechain": false, "message": {"role": role, "content": [part]}});
            if role == "user" {
                line["toolUseResult"] = result.clone();
            }
            for (key, value) in more.as_object().expect("an object") {
                line[key] = value.clone();
            }
            self.lines.push(line);
        }
        self
    }

    /// Adds a TodoWrite of a whole list.
    pub fn todos(&mut self, at: &str, list: &[(&str, &str)]) -> &mut Self {
        let todos: Vec<_> = list.iter().map(|(c, s)| json!({"content": c, "status": s, "activeForm": c})).collect();
        self.call(at, "TodoWrite", &json!({"todos": todos}), &json!({"oldTodos": [], "newTodos": todos}))
    }

    /// Returns what a resumed session begins with: copies of all lines, under its own name.
    fn resumed(&self, session: &str) -> Self {
        let mut copy = self.clone();
        session.clone_into(&mut copy.session);
        for line in copy.lines.iter_mut().filter(|line| line.get("sessionId").is_some()) {
            line["sessionId"] = session.into();
        }
        copy
    }

    /// Moves every line into this directory.
    pub fn in_directory(&mut self, directory: &str) {
        for line in self.lines.iter_mut().filter(|line| line.get("cwd").is_some()) {
            line["cwd"] = directory.into();
        }
    }

    /// Adds a line without todos.
    pub fn say(&mut self, at: &str) {
        let line =
            json!({"type": "user", "sessionId": self.session, "cwd": "/nowhere/acme", "uuid": at, "timestamp": at});
        self.lines.push(line);
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    pub fn write(&self, world: &World, at: &str) {
        self.write_text(world, at, &self.text());
    }

    fn write_text(&self, world: &World, at: &str, text: &str) {
        write_file(world, &self.session, at, text);
    }

    /// Writes it under another name than its session's.
    pub fn write_to(&self, world: &World, name: &str, at: &str) {
        write_file(world, name, at, &self.text());
    }
}

fn write_file(world: &World, name: &str, at: &str, text: &str) {
    let path = world.write(&format!("claude/projects/-nowhere-acme/{name}.jsonl"), text.as_bytes());
    set_time(&path, at);
}

fn dates(world: &World, session: &str) -> Vec<String> {
    let log = world.git(
        &world.store(),
        &["log", "--reverse", "--format=%ad", "--date=iso-strict", &format!("refs/chittysync/{session}")],
    );
    log.lines().map(str::to_owned).collect()
}

#[test]
fn a_commit_for_each_state_with_its_own_date() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript
        .todos("2026-11-01T10:00:00.500Z", &[("A", "in_progress"), ("B", "pending")])
        .todos("2026-11-01T10:05:00Z", &[("A", "in_progress"), ("B", "pending")])
        .todos("2026-11-01T10:10:00Z", &[("A", "completed"), ("B", "in_progress")])
        .todos("2026-11-01T10:20:00Z", &[("A", "completed"), ("B", "completed")]);
    transcript.write(&world, "2026-11-01T10:20:01Z");
    world.sync();
    let expected = ["2026-11-01T10:00:00Z", "2026-11-01T10:10:00Z", "2026-11-01T10:20:00Z"];
    assert_eq!(dates(&world, ONE).iter().map(|date| date.replace("+00:00", "Z")).collect::<Vec<_>>(), expected);
    assert_eq!(world.states(), ["A: completed", "B: completed"]);
    let session = &world.json(&["sessions"])[0];
    assert_eq!((&session["project"], &session["branch"]), (&json!("acme"), &json!("main")));
    // No path and no user name is written.
    let found = world.git_run(&world.store(), &["grep", "-e", "nowhere", &format!("refs/chittysync/{ONE}")]);
    assert_eq!((found.code, found.stdout.as_str()), (Some(1), ""));
}

#[test]
fn what_is_appended_adds_only_its_own_states() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "in_progress")]);
    transcript.write(&world, "2026-11-01T10:00:01Z");
    world.sync();
    let before = world.git(&world.store(), &["rev-parse", &format!("refs/chittysync/{ONE}")]);
    transcript.todos("2026-11-01T11:00:00Z", &[("A", "completed")]);
    let whole = transcript.text();
    // The last line is still being written.
    let cut = whole.trim_end().len() - 20;
    transcript.write_text(&world, "2026-11-01T11:00:01Z", &whole[..cut]);
    world.sync();
    assert_eq!(world.git(&world.store(), &["rev-parse", &format!("refs/chittysync/{ONE}")]), before);
    transcript.write(&world, "2026-11-01T11:00:02Z");
    world.sync();
    assert_eq!(world.git(&world.store(), &["rev-parse", &format!("refs/chittysync/{ONE}^")]), before);
    assert_eq!((world.commits(), world.states()), (2, vec!["A: completed".to_owned()]));
}

#[test]
fn tasks_are_created_changed_and_deleted() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    let created = |id: &str, subject: &str| json!({"task": {"id": id, "subject": subject}});
    let done = json!({"success": true, "taskId": "1", "updatedFields": []});
    transcript
        .call("2026-11-01T10:00:00Z", "TaskCreate", &json!({"subject": "A", "description": "d", "metadata": {"k": 1, "l": 2}}), &created("1", "A"))
        .call("2026-11-01T10:01:00Z", "TaskCreate", &json!({"subject": "B", "active_form": "Doing B"}), &created("2", "B"))
        .call("2026-11-01T10:02:00Z", "TaskCreate", &json!({"subject": "C"}), &created("3", "C"))
        .call("2026-11-01T10:03:00Z", "TaskUpdate", &json!({"taskId": "1", "status": "in_progress", "addBlocks": ["2"], "owner": "ana", "metadata": {"l": null}}), &done)
        .call("2026-11-01T10:04:00Z", "TaskUpdate", &json!({"task_id": "2", "subject": "B, better"}), &done)
        .call("2026-11-01T10:05:00Z", "TaskUpdate", &json!({"id": "3", "status": "deleted"}), &done)
        .call("2026-11-01T10:06:00Z", "TaskUpdate", &json!({"taskId": "9", "status": "completed"}), &done)
        .call("2026-11-01T10:07:00Z", "TaskCreate", &json!({"subject": "own", "metadata": {"_internal": true}}), &created("4", "own"));
    transcript.write(&world, "2026-11-01T10:08:00Z");
    world.sync();
    assert_eq!(world.states(), ["A: in_progress", "B, better: pending", "B: dropped", "C: dropped"]);
    let a = world.todo("A");
    assert_eq!(
        (&a["blocks"], &a["owner"], &a["metadata"]),
        (&json!([world.todo("B, better")["id"]]), &json!("ana"), &json!({"k": 1}))
    );
    assert_eq!(world.todo("B, better")["renamedFrom"], world.todo("B")["id"]);
    assert_eq!(world.todo("B, better")["activeForm"], "Doing B");
}

#[test]
fn a_call_that_failed_was_never_the_list() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    let list = json!({"todos": [{"content": "Refused", "status": "pending"}]});
    transcript.call("2026-11-01T10:01:00Z", "TodoWrite", &list, &json!("Error: the user said no"));
    let last = transcript.lines.last_mut().expect("a line");
    last["message"]["content"][0]["is_error"] = true.into();
    transcript.call(
        "2026-11-01T10:02:00Z",
        "TaskUpdate",
        &json!({"taskId": "1", "status": "completed"}),
        &json!({"success": false, "taskId": "1", "error": "not found"}),
    );
    // And one whose result never came.
    transcript.call("2026-11-01T10:03:00Z", "TodoWrite", &list, &json!({}));
    transcript.lines.pop();
    transcript.write(&world, "2026-11-01T10:04:00Z");
    world.sync();
    assert_eq!((world.commits(), world.states()), (1, vec!["A: pending".to_owned()]));
}

#[test]
fn a_sidechain_is_a_sub_agents_list() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    let todos = json!([{"content": "B", "status": "pending"}]);
    let more = json!({"isSidechain": true, "agentId": "a7743ae"});
    transcript.call_with(
        "2026-11-01T10:01:00Z",
        "TodoWrite",
        &json!({"todos": todos}),
        &json!({"newTodos": todos}),
        &more,
    );
    transcript.write(&world, "2026-11-01T10:02:00Z");
    world.sync();
    assert_eq!(world.sessions(), [ONE.to_owned(), format!("{ONE}-agent-a7743ae")]);
    assert_eq!(world.states(), ["A: pending", "B: pending"]);
}

/// Says which sessions claim a todo.
fn speakers(world: &World, content: &str) -> Value {
    world.todo(content)["sessions"].clone()
}

/// The copy has the smaller name, and its file may be the older one, as after a checkout.
#[test]
fn copied_lines_of_a_resumed_session_count_once() {
    for times in [["2026-11-01T12:00:00Z", "2026-11-01T10:00:01Z"], ["2026-11-01T10:00:01Z", "2026-11-01T12:00:00Z"]] {
        let world = World::new();
        let mut original = Transcript::new(TWO);
        original.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
        let mut copy = original.resumed(ONE);
        copy.todos("2026-11-01T11:00:00Z", &[("B", "pending")]);
        original.write(&world, times[0]);
        copy.write(&world, times[1]);
        world.sync();
        assert_eq!((speakers(&world, "A"), speakers(&world, "B")), (json!([TWO]), json!([ONE])));
    }
}

/// First the copy holds nothing of its own; what it says later does not make the copied lines its own.
#[test]
fn copied_lines_count_once_across_runs() {
    let world = World::new();
    let mut original = Transcript::new(TWO);
    original.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    original.write(&world, "2026-11-01T10:00:01Z");
    let mut copy = original.resumed(ONE);
    copy.write(&world, "2026-11-01T10:30:00Z");
    world.sync();
    assert_eq!(world.sessions(), [TWO]);
    copy.todos("2026-11-01T11:00:00Z", &[("B", "pending")]);
    copy.write(&world, "2026-11-01T11:00:01Z");
    world.sync();
    assert_eq!((speakers(&world, "A"), speakers(&world, "B")), (json!([TWO]), json!([ONE])));
    // The original goes on.
    original.todos("2026-11-01T11:30:00Z", &[("A", "completed")]);
    original.write(&world, "2026-11-01T11:30:01Z");
    world.sync();
    assert_eq!((speakers(&world, "A"), world.todo("A")["status"].clone()), (json!([TWO]), json!("completed")));
    let before = world.commits();
    std::fs::remove_dir_all(world.store().join("chittysync")).expect("a cache");
    world.sync();
    assert_eq!(world.commits(), before);
}

#[test]
fn lines_that_are_no_json_are_passed_over() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    let text = format!(
        "not JSON TodoWrite\n\n[]\nnull\n\"TodoWrite\"\n{{\"message\":{{\"content\":[7]}}}}\n{}",
        transcript.text()
    );
    transcript.write_text(&world, "2026-11-01T10:00:01Z", &text);
    let done = world.sync();
    assert_eq!(world.states(), ["A: pending"]);
    assert!(done.stderr.contains("1 of its lines on todos cannot be read"), "{done:?}");
}

/// What tells of todos and cannot be taken is named, with the reason.
#[test]
fn what_is_not_taken_is_told() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    let no_time = transcript.text().replace("2026-11-01T10:00:00Z", "yesterday");
    transcript.call("2026-11-01T10:00:00Z", "TodoWrite", &json!({"todos": {}}), &json!({"newTodos": {}}));
    for (text, reason) in [(no_time, "have no time"), (transcript.text(), "hold no list")] {
        transcript.write_text(&world, "2026-11-01T10:00:01Z", &text);
        let done = world.sync();
        assert!(done.stderr.contains(reason), "{reason}: {done:?}");
    }
}

#[test]
fn a_transcript_that_is_cut_at_every_byte() {
    let world = World::new();
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "pending")]);
    let start = transcript.text().len();
    transcript.todos("2026-11-01T11:00:00Z", &[("A", "completed"), ("B", "pending")]);
    let text = transcript.text();
    for cut in (start..text.len()).step_by(9) {
        transcript.write_text(&world, "2026-11-01T11:00:01Z", &text[..cut]);
        world.sync();
        // A line counts once it is whole, with or without its line end.
        let expected = usize::from(cut >= text.len() - 1) + 1;
        assert_eq!(world.commits(), expected, "cut at {cut} of {}", text.len());
    }
}
