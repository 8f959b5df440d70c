//! What an agent's hooks tell: events become statements, and the same todos that are read of files later.

use serde_json::{Value, json};

use crate::common::{World, set_time};
use crate::transcripts::Transcript;

pub const SESSION: &str = "11111111-1111-4111-8111-111111111111";
const OTHER: &str = "22222222-2222-4222-8222-222222222222";

/// Returns an event of a session that works in `acme`.
pub fn event(session: &str, name: &str, more: &Value) -> Value {
    let mut event = json!({
        "session_id": session,
        "transcript_path": format!("/nowhere/.claude/projects/-nowhere-acme/{session}.jsonl"),
        "cwd": "/nowhere/acme",
        "permission_mode": "default",
        "hook_event_name": name,
    });
    for (key, value) in more.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

pub fn tool(session: &str, name: &str, input: &Value, response: &Value) -> Value {
    let more = json!({"tool_name": name, "tool_input": input, "tool_response": response, "tool_use_id": "toolu_01",
        "duration_ms": 3});
    event(session, "PostToolUse", &more)
}

/// The two events of a new task.
pub fn create(world: &World, session: &str, id: &str, subject: &str) {
    let more = json!({"task_id": id, "task_subject": subject, "task_description": "All of it"});
    assert_eq!(world.hook(&event(session, "TaskCreated", &more)), "");
    let input = json!({"subject": subject, "description": "All of it", "activeForm": format!("Doing: {subject}")});
    world.hook(&tool(session, "TaskCreate", &input, &json!({"task": {"id": id, "subject": subject}})));
}

fn update(world: &World, session: &str, id: &str, more: &Value) {
    let mut input = json!({"taskId": id});
    for (key, value) in more.as_object().expect("an object") {
        input[key] = value.clone();
    }
    let fields: Vec<&String> = more.as_object().expect("an object").keys().collect();
    let response = json!({"success": true, "taskId": id, "updatedFields": fields});
    world.hook(&tool(session, "TaskUpdate", &input, &response));
}

pub fn complete(world: &World, session: &str, id: &str, subject: &str) {
    world.hook(&event(session, "TaskCompleted", &json!({"task_id": id, "task_subject": subject})));
    update(world, session, id, &json!({"status": "completed"}));
}

fn states(world: &World) -> Vec<String> {
    world.ok(&["consolidate", "-q"]);
    world.states()
}

#[test]
fn tasks_as_they_are_made_changed_and_done() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    create(&world, SESSION, "2", "Write notes");
    create(&world, SESSION, "3", "Ship");
    update(&world, SESSION, "1", &json!({"status": "in_progress", "addBlocks": ["3"]}));
    update(&world, SESSION, "2", &json!({"subject": "Write the notes", "metadata": {"size": 2}}));
    complete(&world, SESSION, "1", "Fix login");
    update(&world, SESSION, "3", &json!({"status": "deleted"}));
    let expected = ["Fix login: completed", "Ship: dropped", "Write notes: dropped", "Write the notes: pending"];
    assert_eq!(states(&world), expected);
    assert_eq!(world.todo("Fix login")["blocks"], json!([world.todo("Ship")["id"]]));
    assert_eq!(world.todo("Fix login")["activeForm"], "Doing: Fix login");
    assert_eq!(world.todo("Write the notes")["description"], "All of it");
    assert_eq!(world.todo("Write the notes")["renamedFrom"], world.todo("Write notes")["id"]);
    assert_eq!(world.todo("Write the notes")["project"], "acme");
    let sessions = world.json(&["sessions"]);
    assert_eq!((sessions[0]["session"].as_str(), sessions[0]["source"].as_str()), (Some(SESSION), Some("claude-hook")));
    assert_eq!(sessions.as_array().map(Vec::len), Some(1));
}

#[test]
fn lists_are_taken_whole_and_sub_agents_have_their_own() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let write = |agent: Option<&str>, list: &[(&str, &str)], cleared: bool| {
        let todos: Vec<Value> = list.iter().map(|(c, s)| json!({"content": c, "status": s, "activeForm": c})).collect();
        let new = if cleared { json!([]) } else { json!(todos) };
        let mut event = tool(SESSION, "TodoWrite", &json!({"todos": todos}), &json!({"oldTodos": [], "newTodos": new}));
        if let Some(agent) = agent {
            event["agent_id"] = json!(agent);
            event["agent_type"] = json!("Explore");
        }
        world.hook(&event);
    };
    write(None, &[("Fix login", "in_progress"), ("Ship", "pending")], false);
    write(Some("a7743ae"), &[("Read the code", "pending")], false);
    assert_eq!(states(&world), ["Fix login: in_progress", "Read the code: pending", "Ship: pending"]);
    assert_eq!(world.sessions(), [SESSION.to_owned(), format!("{SESSION}-agent-a7743ae")]);
    // What is all done is cleared at once, and was done all the same.
    write(None, &[("Fix login", "completed"), ("Ship", "completed")], true);
    assert_eq!(states(&world), ["Fix login: completed", "Read the code: pending", "Ship: completed"]);
}

/// What the files and the transcript say later is nothing new.
#[test]
fn the_same_todos_are_read_of_files_later() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    create(&world, SESSION, "2", "Write notes");
    complete(&world, SESSION, "1", "Fix login");
    states(&world);
    let commits = world.commits();
    let mut transcript = Transcript::new(SESSION);
    let mut tasks = Vec::new();
    for (id, subject, status) in [("1", "Fix login", "completed"), ("2", "Write notes", "pending")] {
        let mut task =
            json!({"subject": subject, "description": "All of it", "activeForm": format!("Doing: {subject}")});
        transcript.call("2026-11-20T11:59:58Z", "TaskCreate", &task, &json!({"task": {"id": id, "subject": subject}}));
        for (key, value) in
            [("id", json!(id)), ("status", json!(status)), ("blocks", json!([])), ("blockedBy", json!([]))]
        {
            task[key] = value;
        }
        tasks.push((id, task));
    }
    transcript.call(
        "2026-11-20T12:00:02Z",
        "TaskUpdate",
        &json!({"taskId": "1", "status": "completed"}),
        &json!({"success": true, "taskId": "1"}),
    );
    transcript.write(&world, "2026-11-20T12:04:00Z");
    for (id, task) in tasks {
        let path = world.write(&format!("claude/tasks/{SESSION}/{id}.json"), task.to_string().as_bytes());
        set_time(&path, "2026-11-20T12:00:03Z");
    }
    world.sync_at("2026-11-20T12:05:00Z");
    assert_eq!(world.states(), ["Fix login: completed", "Write notes: pending"]);
    assert_eq!(world.sessions(), [SESSION]);
    let more = world.commits() - commits;
    assert_eq!(more, 0, "what is known makes no commit");
}

/// Hooks that were installed while a session ran know only of what changed since.
#[test]
fn what_was_said_before_the_hooks_is_not_lost() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let mut transcript = Transcript::new(SESSION);
    for (id, subject) in [("1", "Fix login"), ("2", "Given up"), ("3", "Write notes")] {
        transcript.call(
            "2026-11-20T11:00:00Z",
            "TaskCreate",
            &json!({"subject": subject}),
            &json!({"task": {"id": id}}),
        );
    }
    transcript.call(
        "2026-11-20T11:01:00Z",
        "TaskUpdate",
        &json!({"taskId": "2", "status": "deleted"}),
        &json!({"success": true, "taskId": "2"}),
    );
    transcript.call("2026-11-20T11:59:59Z", "TaskCreate", &json!({"subject": "Ship"}), &json!({"task": {"id": "4"}}));
    create(&world, SESSION, "4", "Ship");
    update(&world, SESSION, "1", &json!({"status": "in_progress"}));
    complete(&world, SESSION, "3", "Write notes");
    transcript.write(&world, "2026-11-20T12:04:00Z");
    world.sync_at("2026-11-20T12:05:00Z");
    assert_eq!(world.states(), ["Fix login: pending", "Ship: pending", "Write notes: completed"]);
}

pub fn team(world: &World, list: &str, lead: &str, created: i64) {
    let config = json!({"name": list, "leadSessionId": lead, "createdAt": created,
        "members": [{"name": "team-lead", "cwd": "/nowhere/acme"}]});
    world.write(&format!("claude/teams/{list}/config.json"), config.to_string().as_bytes());
}

pub fn task_file(world: &World, list: &str, id: &str, subject: &str, at: &str) {
    let task = json!({"id": id, "subject": subject, "status": "pending"});
    set_time(&world.write(&format!("claude/tasks/{list}/{id}.json"), task.to_string().as_bytes()), at);
}

/// After a resume the agent counts from 1 again, in another directory, and does not see its own list.
#[test]
fn a_list_stranded_by_a_resume_stays_its_sessions() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let home = world.path("claude");
    let started = |source: &str, at: &str| {
        let mut command = world.command(crate::common::binary());
        command.args(["hook", "SessionStart"]).env("CLAUDE_CONFIG_DIR", &home).env("CHITTYSYNC_NOW", at);
        let payload = event(SESSION, "SessionStart", &json!({"source": source}));
        let input = world.write("event.json", payload.to_string().as_bytes());
        let done = crate::common::done(command.stdin(std::fs::File::open(input).expect("a file")).output());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
        done.stdout
    };
    let at = |text: &str| chittysync::todo::Time::parse(text).expect("a time").millis();
    team(&world, "session-aaaaaaaa", SESSION, at("2026-11-20T10:00:00Z"));
    started("startup", "2026-11-20T10:00:01Z");
    task_file(&world, "session-aaaaaaaa", "1", "Fix login", "2026-11-20T10:10:00Z");
    task_file(&world, "session-aaaaaaaa", "2", "Write notes", "2026-11-20T10:10:00Z");
    world.sync_at("2026-11-20T10:11:00Z");
    assert_eq!(world.sessions(), [SESSION], "the list is its session's");
    assert_eq!(world.todo("Fix login")["project"], "acme");
    // Resumed: the team names a session that nobody knows; place and time tell.
    std::fs::remove_dir_all(world.path("claude/teams/session-aaaaaaaa")).expect("removed");
    team(&world, "session-bbbbbbbb", "33333333-3333-4333-8333-333333333333", at("2026-11-20T11:00:00Z"));
    let told = started("resume", "2026-11-20T11:00:02Z");
    assert!(told.contains("this session") && told.contains("Write notes"), "{told}");
    task_file(&world, "session-bbbbbbbb", "1", "Ship", "2026-11-20T11:10:00Z");
    world.sync_at("2026-11-20T11:11:00Z");
    assert_eq!(world.sessions(), [SESSION]);
    assert_eq!(world.states(), ["Fix login: pending", "Ship: pending", "Write notes: pending"]);
}

#[test]
fn a_list_that_sessions_share_is_one_list() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let created = |session: &str, id: &str, subject: &str| {
        let more = json!({"task_id": id, "task_subject": subject, "team_name": "release", "teammate_name": "ana"});
        world.hook(&event(session, "TaskCreated", &more));
    };
    created(SESSION, "1", "Fix login");
    created(OTHER, "2", "Write notes");
    // An event without the list's name belongs to the list that the session is known to keep.
    update(&world, SESSION, "2", &json!({"status": "completed"}));
    assert_eq!(states(&world), ["Fix login: pending", "Write notes: completed"]);
    assert_eq!(world.sessions(), ["release"]);
    task_file(&world, "release", "1", "Fix login", "2026-11-20T12:01:00Z");
    let mut transcript = Transcript::new(SESSION);
    transcript.call(
        "2026-11-20T12:02:00Z",
        "TaskCreate",
        &json!({"subject": "Fix login"}),
        &json!({"task": {"id": "1"}}),
    );
    transcript.write(&world, "2026-11-20T12:04:00Z");
    world.sync_at("2026-11-20T12:05:00Z");
    assert_eq!(world.sessions(), ["release"]);
    assert_eq!(world.states(), ["Fix login: pending", "Write notes: completed"]);
}

#[test]
fn a_sub_agent_may_work_on_its_sessions_tasks() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    let mut by_agent =
        tool(SESSION, "TaskUpdate", &json!({"taskId": "1", "status": "completed"}), &json!({"success": true}));
    by_agent["agent_id"] = json!("a1");
    world.hook(&by_agent);
    assert_eq!(states(&world), ["Fix login: completed"]);
    assert_eq!(world.sessions(), [SESSION]);
}

#[test]
fn sessions_end_with_their_sub_agents_and_speak_again() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    for agent in ["a1", "a2"] {
        let mut list =
            tool(SESSION, "TodoWrite", &json!({"todos": [{"content": agent, "status": "pending"}]}), &json!({}));
        list["agent_id"] = json!(agent);
        world.hook(&list);
    }
    create(&world, OTHER, "1", "Ship");
    let ended = || -> Vec<(String, String)> {
        world.ok(&["consolidate", "-q"]);
        let sessions = world.json(&["sessions"]);
        let mut all: Vec<_> = sessions
            .as_array()
            .expect("a list")
            .iter()
            .map(|info| {
                let text = |key: &str| info[key].as_str().expect("text").to_owned();
                (text("session").replace(SESSION, "S").replace(OTHER, "O"), text("state"))
            })
            .collect();
        all.sort();
        all
    };
    let expected = |states: [&str; 4]| -> Vec<(String, String)> {
        ["O", "S", "S-agent-a1", "S-agent-a2"]
            .iter()
            .zip(states)
            .map(|(s, t)| ((*s).to_owned(), t.to_owned()))
            .collect()
    };
    world.hook(&event(SESSION, "SubagentStop", &json!({"agent_id": "a1", "stop_hook_active": false})));
    assert_eq!(ended(), expected(["active", "active", "ended", "active"]));
    world.hook(&event(SESSION, "SessionEnd", &json!({"reason": "prompt_input_exit"})));
    assert_eq!(ended(), expected(["active", "ended", "ended", "ended"]));
    let commits = world.commits();
    world.hook(&event(SESSION, "SessionEnd", &json!({"reason": "other"})));
    assert_eq!(world.commits(), commits, "ended is ended");
    create(&world, SESSION, "2", "One thing more");
    assert_eq!(ended(), expected(["active", "active", "ended", "ended"]));
}

#[test]
fn events_that_say_nothing_change_nothing() {
    let world = World::new();
    for name in ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd", "UserPromptSubmit", "Later"] {
        assert_eq!(world.hook(&event(SESSION, name, &json!({"source": "clear", "trigger": "auto"}))), "");
    }
    world.hook(&tool(SESSION, "Bash", &json!({"command": "ls"}), &json!({"stdout": ""})));
    world.hook(&tool(SESSION, "TodoWrite", &json!({"todos": []}), &json!({"oldTodos": [], "newTodos": []})));
    world.hook(&tool(
        SESSION,
        "TaskUpdate",
        &json!({"taskId": "9"}),
        &json!({"success": false, "error": "no such task"}),
    ));
    assert!(!world.store().exists(), "nothing was said");
    // The first todo makes the store, and the branch follows by itself.
    create(&world, SESSION, "1", "Fix login");
    let follows = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        world.run(&["list"]).stdout.contains("Fix login")
    });
    assert!(follows, "{:?}", std::fs::read_to_string(world.store().join("chittysync/log")));
}

/// A project's own store takes only what happens in it.
#[test]
fn a_projects_store_takes_its_own_sessions() {
    let world = World::new();
    let project = world.path("acme");
    world.git(&world.path(""), &["init", "-q", project.to_str().expect("UTF-8")]);
    world.ok(&["-C", "acme", "init", "-q", "--here"]);
    let lock = project.join(".git/chittysync/daemon.lock");
    std::fs::create_dir_all(lock.parent().expect("a directory")).expect("a directory");
    let _daemon = std::fs::File::create(&lock).map(|file| file.lock().map(|()| file)).expect("a file").expect("a lock");
    let mut inside = event(SESSION, "TaskCreated", &json!({"task_id": "1", "task_subject": "Fix login"}));
    inside["cwd"] = json!(project);
    world.hook(&inside);
    let mut outside = event(OTHER, "TaskCreated", &json!({"task_id": "1", "task_subject": "Ship"}));
    outside["cwd"] = json!(world.home());
    let done = world.input(&["--store", "acme", "hook", "TaskCreated"], outside.to_string().as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
    let refs = world.git(&project, &["for-each-ref", "--format=%(refname)", "refs/chittysync"]);
    assert_eq!(refs, format!("refs/chittysync/{SESSION}"));
    assert!(!world.store().exists());
}

/// Credentials are gone before anything is saved, and what is said of the todo later still finds it.
#[test]
fn a_credential_is_redacted() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let secret = format!("{}{}", "npm", "_0123456789abcdefghijABCDEFGHIJ012345");
    let subject = format!("Publish with {secret}");
    create(&world, SESSION, "1", &subject);
    complete(&world, SESSION, "1", &subject);
    let states = states(&world);
    assert_eq!(states.len(), 1, "{states:?}");
    assert!(states[0].starts_with("Publish with [redacted: ") && states[0].ends_with("]: completed"), "{states:?}");
    let log = std::fs::read_to_string(world.store().join("chittysync/log")).expect("a log");
    assert!(log.contains("said a credential") && !log.contains(&secret), "{log}");
    let kept = world.git(&world.store(), &["log", "-p", "--all"]);
    assert!(!kept.contains(&secret));
}

/// Its ref was retired; the branch still knows its list.
#[test]
fn a_retired_session_speaks_again() {
    let world = World::new();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    create(&world, SESSION, "2", "Ship");
    states(&world);
    world.git(&world.store(), &["update-ref", "-d", &format!("refs/chittysync/{SESSION}")]);
    update(&world, SESSION, "1", &json!({"status": "completed"}));
    assert_eq!(states(&world), ["Fix login: completed", "Ship: pending"]);
    assert_eq!(world.commits(), 1, "a new history, with all that was said");
}
