//! A session and its sub-agents keep one list of tasks, and each has a transcript of its own, which tells of its
//! own calls only. Events and files have the shapes that Claude Code 2.1.197 wrote.

use serde_json::{Value, json};

use crate::common::{World, set_time};
use crate::hooks::{SESSION, complete, create, event, tool};
use crate::transcripts::Transcript;

const AGENT: &str = "a95182f9386937d70";

/// The calls of the session and its sub-agent: when (to a second), by the sub-agent, the tool, its input and its answer.
fn calls() -> Vec<(&'static str, bool, &'static str, Value, Value)> {
    let created = |id: &str, subject: &str| json!({"task": {"id": id, "subject": subject}});
    let task = |subject: &str| json!({"subject": subject, "description": "d"});
    let change = |id: &str, status: &str| json!({"taskId": id, "status": status});
    let changed = |id: &str| json!({"success": true, "taskId": id, "updatedFields": ["status"]});
    vec![
        ("2026-11-20T12:00:01", false, "TaskCreate", task("Write the parser"), created("1", "Write the parser")),
        ("2026-11-20T12:00:02", false, "TaskCreate", task("Test the parser"), created("2", "Test the parser")),
        ("2026-11-20T12:00:03", true, "TaskCreate", task("Fuzz the parser"), created("3", "Fuzz the parser")),
        ("2026-11-20T12:00:04", true, "TaskUpdate", change("2", "completed"), changed("2")),
        ("2026-11-20T12:00:05", true, "TaskUpdate", change("3", "in_progress"), changed("3")),
        ("2026-11-20T12:00:06", false, "TaskUpdate", change("1", "in_progress"), changed("1")),
    ]
}

/// Tells of all calls as hooks do: the events of tasks do not say that a sub-agent was at work.
fn tell(world: &World) {
    world.write("claude/settings.json", b"{}");
    for (at, by_agent, name, input, response) in calls() {
        let at = format!("{at}Z");
        let task =
            json!({"task_id": response["task"]["id"], "task_subject": input["subject"], "task_description": "d"});
        if name == "TaskCreate" {
            world.hook_at(&at, &event(SESSION, "TaskCreated", &task));
        }
        let mut call = tool(SESSION, name, &input, &response);
        if by_agent {
            call["agent_id"] = json!(AGENT);
            call["agent_type"] = json!("general-purpose");
        }
        world.hook_at(&at, &call);
    }
    let stop = event(SESSION, "SubagentStop", &json!({"agent_id": AGENT, "stop_hook_active": false}));
    world.hook_at("2026-11-20T12:00:06Z", &stop);
}

/// Writes the two transcripts, whose lines are written when all hooks are done.
fn write_transcripts(world: &World) {
    let (mut main, mut agent) = (Transcript::new(SESSION), Transcript::new(SESSION));
    for (at, by_agent, name, input, result) in calls() {
        let at = format!("{at}.400Z");
        if by_agent {
            agent.call_with(
                &at,
                name,
                &input,
                &result,
                &json!({"isSidechain": true, "agentId": AGENT, "uuid": format!("{AGENT} {at}")}),
            );
        } else {
            main.call(&at, name, &input, &result);
        }
    }
    main.write(world, "2026-11-20T12:00:07Z");
    agent.write_to(world, &format!("{SESSION}/subagents/agent-{AGENT}"), "2026-11-20T12:00:07Z");
}

/// Writes the files of the list.
fn write_tasks(world: &World) {
    let tasks =
        [("Write the parser", "in_progress"), ("Test the parser", "completed"), ("Fuzz the parser", "in_progress")];
    for (id, (subject, status)) in (1..).zip(tasks) {
        let id = id.to_string();
        let task =
            json!({"id": id, "subject": subject, "description": "d", "status": status, "blocks": [], "blockedBy": []});
        let path = world.write(&format!("claude/tasks/{SESSION}/{id}.json"), task.to_string().as_bytes());
        set_time(&path, "2026-11-20T12:00:06Z");
    }
}

#[test]
fn sub_agents_change_the_tasks_of_their_session() {
    type Write = fn(&World);
    let ways: [&[Write]; 6] = [
        &[tell],
        &[write_transcripts],
        &[write_transcripts, write_tasks],
        &[tell, write_transcripts],
        &[tell, write_tasks],
        &[tell, write_tasks, write_transcripts],
    ];
    for (number, ways) in ways.into_iter().enumerate() {
        // All at once, and with a look at everything in between.
        for in_between in [false, true] {
            let world = World::new();
            let _daemon = world.as_daemon();
            for write in ways {
                write(&world);
                if in_between {
                    world.sync_at("2026-11-20T12:05:00Z");
                }
            }
            world.sync_at("2026-11-20T12:06:00Z");
            let expected =
                ["Fuzz the parser: in_progress", "Test the parser: completed", "Write the parser: in_progress"];
            assert_eq!(world.states(), expected, "way {number}, {in_between}");
            assert_eq!(world.sessions(), [SESSION], "way {number}, {in_between}");
            let log = world.ok(&["log"]);
            assert!(!log.contains("reopened") && !log.contains("dropped"), "way {number}, {in_between}: {log}");
        }
    }
}

/// The transcript of the session has the call that a hook told of before, and is younger than what the sub-agent did
/// after it.
#[test]
fn a_transcript_that_is_written_late_undoes_nothing() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    world.ok(&["consolidate", "-q"]);
    let mut transcript = Transcript::new(SESSION);
    let task = json!({"subject": "Fix login", "description": "All of it", "activeForm": "Doing: Fix login"});
    transcript.call("2026-11-20T11:59:58Z", "TaskCreate", &task, &json!({"task": {"id": "1"}}));
    transcript.write(&world, "2026-11-20T11:59:58Z");
    world.sync();
    let started = json!({"taskId": "1", "status": "in_progress"});
    transcript.call("2026-11-20T11:59:59Z", "TaskUpdate", &started, &json!({"success": true, "taskId": "1"}));
    world.hook(&event(SESSION, "TaskCompleted", &json!({"task_id": "1", "task_subject": "Fix login"})));
    transcript.write(&world, "2026-11-20T12:00:01Z");
    world.sync_at("2026-11-20T12:01:00Z");
    assert_eq!(world.states(), ["Fix login: completed"]);
}

/// Of two transcripts the one with the older calls is read last.
#[test]
fn a_task_whose_transcript_is_written_late_is_not_lost() {
    let world = World::new();
    let (mut main, mut agent) = (Transcript::new(SESSION), Transcript::new(SESSION));
    let task = |subject: &str| json!({"subject": subject});
    main.call("2026-11-20T12:00:01Z", "TaskCreate", &task("Fix login"), &json!({"task": {"id": "1"}}));
    let done = json!({"taskId": "1", "status": "completed"});
    main.call("2026-11-20T12:00:02Z", "TaskUpdate", &done, &json!({"success": true, "taskId": "1"}));
    let more = json!({"isSidechain": true, "agentId": AGENT, "uuid": "late"});
    agent.call_with("2026-11-20T12:00:03Z", "TaskCreate", &task("Ship"), &json!({"task": {"id": "2"}}), &more);
    agent.write_to(&world, &format!("{SESSION}/subagents/agent-{AGENT}"), "2026-11-20T12:00:03Z");
    world.sync_at("2026-11-20T12:00:04Z");
    main.write(&world, "2026-11-20T12:00:05Z");
    world.sync_at("2026-11-20T12:00:06Z");
    assert_eq!(world.states(), ["Fix login: completed", "Ship: pending"]);
    assert_eq!(world.sessions(), [SESSION]);
}

/// What a session said before its end may be read of its files after that.
#[test]
fn a_session_that_ended_stays_so() {
    let world = World::new();
    let _daemon = world.as_daemon();
    tell(&world);
    let end = event(SESSION, "SessionEnd", &json!({"reason": "other"}));
    world.hook_at("2026-11-20T12:00:08Z", &end);
    let state = |now: &str| {
        world.sync_at(now);
        world.json(&["sessions"])[0]["state"].clone()
    };
    assert_eq!(state("2026-11-20T12:05:00Z"), "ended");
    let mut transcript = Transcript::new(SESSION);
    let task = |subject: &str| json!({"subject": subject});
    transcript.call("2026-11-20T12:00:07Z", "TaskCreate", &task("Never heard of"), &json!({"task": {"id": "4"}}));
    transcript.write(&world, "2026-11-20T12:00:09Z");
    assert_eq!(state("2026-11-20T12:06:00Z"), "ended");
    assert_eq!(world.todo("Never heard of")["status"], "pending");
    transcript.call("2026-11-20T12:07:00Z", "TaskCreate", &task("One thing more"), &json!({"task": {"id": "5"}}));
    transcript.write(&world, "2026-11-20T12:07:00Z");
    assert_eq!(state("2026-11-20T12:08:00Z"), "active");
}

/// A call in a transcript: at this second, by the sub-agent, the tool, its input, the number of a new task.
type Call<'a> = (&'a str, bool, &'a str, Value, &'a str);

fn write_calls(world: &World, calls: &[Call<'_>]) {
    let (mut main, mut agent) = (Transcript::new(SESSION), Transcript::new(SESSION));
    for (at, by_agent, name, input, id) in calls {
        let at = format!("2026-11-20T12:00:{at}.400Z");
        let result = json!({"success": true, "task": {"id": id}});
        if *by_agent {
            let more = json!({"isSidechain": true, "agentId": AGENT, "uuid": format!("{AGENT} {at}")});
            agent.call_with(&at, name, input, &result, &more);
        } else {
            main.call(&at, name, input, &result);
        }
    }
    main.write(world, "2026-11-20T12:00:50Z");
    agent.write_to(world, &format!("{SESSION}/subagents/agent-{AGENT}"), "2026-11-20T12:00:50Z");
}

fn made<'a>(at: &'a str, by_agent: bool, id: &'a str, subject: &str) -> Call<'a> {
    (at, by_agent, "TaskCreate", json!({"subject": subject, "description": "All of it"}), id)
}

fn changed<'a>(at: &'a str, by_agent: bool, id: &'a str, more: &Value) -> Call<'a> {
    let mut input = json!({"taskId": id});
    more.as_object().expect("an object").iter().for_each(|(key, value)| input[key] = value.clone());
    (at, by_agent, "TaskUpdate", input, id)
}

/// The task was done by the sub-agent and cleared away when the next one came.
#[test]
fn a_call_about_a_task_that_was_cleared_away_does_not_reopen_it() {
    let world = World::new();
    write_calls(
        &world,
        &[
            made("01", false, "1", "Fix login"),
            changed("03", true, "1", &json!({"status": "completed"})),
            made("05", false, "2", "Ship"),
            changed("07", false, "1", &json!({"addBlocks": ["2"]})),
        ],
    );
    world.sync_at("2026-11-20T12:01:00Z");
    assert_eq!(world.states(), ["Fix login: completed", "Ship: pending"]);
}

/// Hooks that began in the middle heard of the last call only.
#[test]
fn all_that_hooks_never_heard_of_is_taken_as_it_was_in_the_end() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "5", "Write notes");
    write_calls(
        &world,
        &[
            made("01", false, "1", "Fix login"),
            changed("02", true, "1", &json!({"status": "completed"})),
            made("03", true, "2", "Given up"),
            changed("04", false, "2", &json!({"status": "deleted"})),
            made("05", false, "3", "Tidy"),
            changed("06", true, "3", &json!({"subject": "Tidy up", "status": "in_progress"})),
            made("07", false, "4", "Ship"),
            made("08", false, "5", "Write notes"),
        ],
    );
    world.sync_at("2026-11-20T12:01:00Z");
    let expected = ["Fix login: completed", "Ship: pending", "Tidy up: in_progress", "Write notes: pending"];
    let states: Vec<_> = world.states().into_iter().filter(|state| !state.ends_with(": dropped")).collect();
    assert_eq!(states, expected);
}

#[test]
fn a_number_that_is_given_again_renames_nothing() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    complete(&world, SESSION, "1", "Fix login");
    world.hook(&event(SESSION, "SessionStart", &json!({"source": "resume"})));
    create(&world, SESSION, "1", "Ship");
    world.ok(&["consolidate", "-q"]);
    assert_eq!(world.states(), ["Fix login: completed", "Ship: pending"]);

    // Nor does an older task with much the same words.
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login tests again");
    let mut old = Transcript::new(SESSION);
    let task = json!({"subject": "Fix login tests"});
    old.call("2026-11-20T11:00:00Z", "TaskCreate", &task, &json!({"task": {"id": "1"}}));
    old.write(&world, "2026-11-20T11:00:00Z");
    world.sync();
    assert_eq!(world.states(), ["Fix login tests again: pending", "Fix login tests: pending"]);
}

#[test]
fn words_are_the_same_whatever_stands_between_them_and_each_occurrence_has_its_status() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix  login\n tests");
    complete(&world, SESSION, "1", "Fix  login\n tests");
    create(&world, SESSION, "2", "Other");
    create(&world, SESSION, "3", "Run tests");
    complete(&world, SESSION, "3", "Run tests");
    create(&world, SESSION, "4", "Run tests");
    world.ok(&["consolidate", "-q"]);
    assert_eq!(
        world.states(),
        ["Fix login tests: completed", "Other: pending", "Run tests: completed", "Run tests: pending"]
    );
    complete(&world, SESSION, "4", "Run tests");
    world.ok(&["consolidate", "-q"]);
    assert_eq!(
        world.states(),
        ["Fix login tests: completed", "Other: pending", "Run tests: completed", "Run tests: completed"]
    );
}

/// A list that is written whole: the transcript is read when a hook has told of more.
#[test]
fn a_transcript_that_is_a_line_behind_undoes_nothing() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let mut transcript = Transcript::new(SESSION);
    let mut tell = |second: u32, list: &[(&str, &str)], written: bool| {
        let todos: Vec<_> = list.iter().map(|(c, s)| json!({"content": c, "status": s, "activeForm": c})).collect();
        let call = tool(SESSION, "TodoWrite", &json!({"todos": todos}), &json!({"newTodos": todos}));
        world.hook_at(&format!("2026-11-20T12:00:0{second}Z"), &call);
        if written {
            transcript.todos(&format!("2026-11-20T12:00:0{second}.400Z"), list);
        }
        transcript.write(&world, &format!("2026-11-20T12:00:0{second}.400Z"));
        world.sync_at(&format!("2026-11-20T12:00:0{second}.500Z"));
    };
    tell(1, &[("A", "pending")], true);
    tell(3, &[("A", "in_progress")], true);
    tell(5, &[("A", "completed"), ("B", "pending")], false);
    assert_eq!(world.states(), ["A: completed", "B: pending"]);
}
