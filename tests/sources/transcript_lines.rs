//! Transcripts as they are found: lines cut and joined, results that say it in words only, several in one line,
//! sub-agents at any depth, goals. What cannot be applied is told.

use serde_json::{Value, json};

use crate::common::World;

const ONE: &str = "11111111-1111-4111-8111-111111111111";

/// Lines of a session, two for each call.
struct Lines(Vec<Value>);

impl Lines {
    fn new() -> Self {
        Lines(Vec::new())
    }

    fn line(&mut self, role: &str, parts: &Value, more: &Value) -> &mut Self {
        let at = self.0.len();
        let mut line = json!({"type": role, "sessionId": ONE, "cwd": "/nowhere/shop", "uuid": format!("u{at}"),
            "timestamp": format!("2026-11-01T10:{:02}:{:02}Z", at / 60, at % 60), "isSidechain": false,
            "message": {"role": role, "content": parts}});
        for (key, value) in more.as_object().expect("an object") {
            line[key] = value.clone();
        }
        self.0.push(line);
        self
    }

    /// Adds a call, and a result with these words and this data.
    fn call(&mut self, name: &str, input: &Value, words: &Value, data: &Value) -> &mut Self {
        let id = format!("toolu_{}", self.0.len());
        let answer = json!([{"type": "tool_result", "tool_use_id": id, "content": words}]);
        let data = if data.is_null() { json!({}) } else { json!({ "toolUseResult": data }) };
        self.line("assistant", &json!([{"type": "tool_use", "id": id, "name": name, "input": input}]), &json!({}));
        self.line("user", &answer, &data)
    }

    fn made(&mut self, number: &str, words: &str) -> &mut Self {
        let data = json!({"task": {"id": number, "subject": words}});
        self.call("TaskCreate", &json!({ "subject": words }), &json!("ok"), &data)
    }

    fn done(&mut self, number: &str) -> &mut Self {
        let input = json!({"taskId": number, "status": "completed"});
        self.call("TaskUpdate", &input, &json!("ok"), &json!({"success": true, "taskId": number}))
    }

    fn text(&self) -> Vec<String> {
        self.0.iter().map(Value::to_string).collect()
    }

    fn write(&self, world: &World) {
        write(world, ONE, &self.text().join("\n"));
    }
}

fn write(world: &World, name: &str, text: &str) {
    world.write(&format!("claude/projects/-nowhere-shop/{name}.jsonl"), format!("{text}\n").as_bytes());
}

/// The record behind a cut one, beside a whole one, or behind what a full disk left, counts as if it stood alone.
#[test]
fn every_whole_record_in_a_line_counts() {
    let mut lines = Lines::new();
    let lines = lines.made("1", "A").made("2", "B").done("1").done("2").text();
    let cut = r#"{"type":"progress","sessionId":"x","uuid":"y","data":{"output":"some long te"#;
    let half = &lines[7][..lines[7].len() / 2];
    for (last, expected, told) in [
        (format!("{}\n{}", lines[4], lines[5]), ["A: completed", "B: pending"], None),
        (format!("{}{}", lines[4], lines[5]), ["A: completed", "B: pending"], None),
        (format!("{}\n{cut}{}", lines[4], lines[5]), ["A: completed", "B: pending"], None),
        (format!("{}\n{}{}", lines[4], "\0".repeat(300), lines[5]), ["A: completed", "B: pending"], None),
        (format!("{}\n{}{}\n{}", lines[4], lines[5], lines[6], lines[7]), ["A: completed", "B: completed"], None),
        // Of what was cut off something is lost, which is told.
        (
            format!("{}\n{}\n{half}{}", lines[6], lines[4], lines[5]),
            ["A: completed", "B: pending"],
            Some("cannot be read"),
        ),
    ] {
        let world = World::new();
        write(&world, ONE, &format!("{}\n{last}", lines[..4].join("\n")));
        let said = world.sync().stderr;
        assert_eq!(world.states(), expected, "{last}");
        assert_eq!(said.contains("of its lines on todos cannot be read"), told.is_some(), "{said}");
    }
}

/// In words as a text or as parts, in both tools, from the session and from a sub-agent.
#[test]
fn a_result_without_data_says_it_in_words() {
    let world = World::new();
    let parts = |words: &str| json!([{"type": "text", "text": words}]);
    let mut lines = Lines::new();
    lines
        .call("TaskCreate", &json!({"subject": "A"}), &json!("Task #4 created successfully: A"), &json!(null))
        .call("TaskCreate", &json!({"subject": "B"}), &parts("Task #5 created successfully: B"), &json!(null))
        .call(
            "TaskUpdate",
            &json!({"taskId": "4", "status": "completed"}),
            &json!("Updated task #4 status"),
            &json!(null),
        )
        .call("TaskUpdate", &json!({"taskId": "5", "status": "completed"}), &json!("Task #5 not found"), &json!(null))
        .call("TaskCreate", &json!({"subject": "C"}), &json!("x"), &json!("Task #6 created successfully: C"));
    lines.write(&world);
    assert_eq!(world.sync().stderr.matches("not read").count(), 0);
    assert_eq!(world.states(), ["A: completed", "B: pending", "C: pending"]);
}

#[test]
fn several_results_in_one_line_keep_their_own_numbers() {
    for (first, second) in [
        ("Task #1 created successfully: A", "Task #2 created successfully: B"),
        // Where one says nothing, the data is that of the other.
        ("ok", "Task #2 created successfully: B"),
    ] {
        let world = World::new();
        let mut lines = Lines::new();
        let call = |id: &str, words: &str| json!({"type": "tool_use", "id": id, "name": "TaskCreate", "input": {"subject": words}});
        let result = |id: &str, words: &str| json!({"type": "tool_result", "tool_use_id": id, "content": words});
        lines.line("assistant", &json!([call("x1", "A"), call("x2", "B")]), &json!({}));
        let data = json!({"toolUseResult": {"task": {"id": "1", "subject": "A"}}});
        lines.line("user", &json!([result("x1", first), result("x2", second)]), &data).done("1");
        lines.write(&world);
        world.sync();
        assert_eq!(world.states(), ["A: completed", "B: pending"], "{first}");
    }
}

/// The line of the call is lost; the result has what it did.
#[test]
fn a_result_whose_call_is_lost_says_what_it_did() {
    let world = World::new();
    let mut lines = Lines::new();
    let data = json!({"success": true, "taskId": "1", "statusChange": {"from": "pending", "to": "completed"}});
    lines.made("1", "A").call("TaskUpdate", &json!({"taskId": "1", "status": "completed"}), &json!("ok"), &data);
    // What another tool was answered is no task of the list.
    let other = json!({"task": {"id": "9", "subject": "Seen", "status": "pending"}});
    lines.call("TaskGet", &json!({"taskId": "9"}), &json!("ok"), &other);
    lines.0.remove(2);
    lines.0.remove(0);
    lines.write(&world);
    world.sync();
    assert_eq!(world.states(), ["A: completed"]);
}

#[test]
fn what_is_saved_may_differ_from_what_was_asked_for() {
    let world = World::new();
    let mut lines = Lines::new();
    let data = json!({"task": {"id": "1", "subject": "A", "description": "as saved"}});
    lines.call("TaskCreate", &json!({"subject": "A", "description": "as asked"}), &json!("ok"), &data);
    lines.write(&world);
    world.sync();
    assert_eq!(world.todo("A")["description"], "as saved");
}

/// Agents of a workflow, and those that they start, at whatever depth.
#[test]
fn sub_agents_are_found_at_every_depth() {
    let world = World::new();
    let mut lines = Lines::new();
    lines.made("1", "A").made("2", "B").made("3", "C").made("4", "D").write(&world);
    for (number, place) in [(1, ""), (2, "workflows/wf_1/"), (3, "workflows/wf_1/again/and/again/")] {
        let mut lines = Lines::new();
        lines.done(&number.to_string());
        for line in &mut lines.0 {
            line["uuid"] = format!("w{number}{}", line["uuid"]).into();
            line["timestamp"] = "2026-11-01T12:00:00Z".into();
            (line["isSidechain"], line["agentId"]) = (true.into(), format!("a{number}").into());
        }
        write(&world, &format!("{ONE}/subagents/{place}agent-a{number}"), &lines.text().join("\n"));
        // What else stands there says nothing.
        write(&world, &format!("{ONE}/subagents/{place}journal"), r#"{"type":"started"}"#);
    }
    world.sync();
    assert_eq!(world.states(), ["A: completed", "B: completed", "C: completed", "D: pending"]);
}

/// One line beside the session's list, which the agent writes whole and without it.
#[test]
fn a_goal_is_one_line_of_its_session() {
    let world = World::new();
    let goal = |lines: &mut Lines, words: &str, mut says: Value| {
        says["type"] = "goal_status".into();
        says["condition"] = words.into();
        lines.line("attachment", &json!(null), &json!({ "attachment": says }));
    };
    let (set, cleared) = (json!({"met": false, "sentinel": true}), json!({"met": true, "sentinel": true}));
    let mut lines = Lines::new();
    goal(&mut lines, "All tests pass", set.clone());
    lines.made("1", "A").done("1");
    lines.write(&world);
    world.sync();
    assert_eq!(world.states(), ["A: completed", "All tests pass: in_progress"]);
    goal(&mut lines, "All tests pass", json!({"met": false, "reason": "two fail"}));
    goal(&mut lines, "All tests pass", json!({"met": true, "iterations": 2, "durationMs": 9000, "tokens": 700}));
    goal(&mut lines, "The release is out", set.clone());
    lines.write(&world);
    world.sync();
    assert_eq!(world.states(), ["A: completed", "All tests pass: completed", "The release is out: in_progress"]);
    // One that a person takes away is not met, nor is one that cannot be.
    goal(&mut lines, "The release is out", cleared);
    goal(&mut lines, "Every user is happy", set);
    goal(&mut lines, "Every user is happy", json!({"met": false, "failed": true, "reason": "they are people"}));
    lines.write(&world);
    world.sync();
    let states =
        ["A: completed", "All tests pass: completed", "Every user is happy: dropped", "The release is out: dropped"];
    assert_eq!(world.states(), states);
}

/// Nothing is passed over in silence.
#[test]
fn what_cannot_be_applied_is_counted() {
    let world = World::new();
    let mut lines = Lines::new();
    lines
        .made("1", "A")
        .call("TaskCreate", &json!({"subject": "B"}), &json!("ok"), &json!({}))
        .call("TaskCreate", &json!({}), &json!("ok"), &json!({"task": {"id": "3"}}))
        .call("TaskUpdate", &json!({"status": "completed"}), &json!("ok"), &json!({"success": true}))
        .call("TodoWrite", &json!({}), &json!("ok"), &json!({}));
    lines.write(&world);
    let said = world.sync().stderr;
    for why in ["do not say the number of a new task", "make a task without words", "name no task", "hold no list"] {
        assert!(said.contains(&format!("1 of its lines on todos {why}")), "{why}: {said}");
    }
}

/// A call about a task of which nothing tells is told of until the file is gone, and each once.
#[test]
fn calls_about_unknown_tasks_are_counted() {
    let world = World::new();
    let told = |world: &World| {
        let said = world.sync().stderr;
        let end = " of its calls are about tasks that nothing tells of";
        said.split(end).next().filter(|before| before.len() < said.len()).map(|before| before.ends_with(" 2"))
    };
    let mut lines = Lines::new();
    lines.made("1", "A").done("7").done("8");
    lines.write(&world);
    assert_eq!(told(&world), Some(true));
    assert_eq!(told(&world), Some(true), "it is not news, and still so");
    std::os::unix::fs::symlink(world.path("claude"), world.home().join(".claude")).expect("a link");
    let doctor = world.run(&["doctor"]).stdout;
    assert!(doctor.contains("1 thing of theirs could not be read or applied"), "{doctor}");
    lines.done("1").write(&world);
    assert_eq!((told(&world), world.states()), (Some(true), vec!["A: completed".to_owned()]));
    // What another source tells of in the same run is known.
    let world = World::new();
    let mut lines = Lines::new();
    lines.made("1", "A").done("2").write(&world);
    let task = json!({"id": "2", "subject": "B", "status": "completed"}).to_string();
    world.write(&format!("claude/tasks/{ONE}/2.json"), task.as_bytes());
    let task = json!({"id": "1", "subject": "A", "status": "pending"}).to_string();
    world.write(&format!("claude/tasks/{ONE}/1.json"), task.as_bytes());
    assert_eq!((told(&world), world.states()), (None, vec!["A: pending".to_owned(), "B: completed".to_owned()]));
}
