//! Who is who: what sessions are called, and whose they are.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::World;
use crate::terminal::Terminal;

const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";
const TWO: &str = "f00dfeed-0000-4000-8000-000000000002";
const THREE: &str = "0ddba11c-0000-4000-8000-000000000003";
const AT: &str = "2026-11-20T11:50:00.000Z";

/// Writes a transcript with a list and these records before and behind it.
fn transcript(world: &World, session: &str, before: &[Value], items: &[&str], behind: &[Value]) {
    let todos: Vec<Value> = items.iter().map(|item| json!({ "content": item, "status": "in_progress" })).collect();
    let head = json!({ "sessionId": session, "cwd": world.path("shop"), "gitBranch": "fix-login", "timestamp": AT });
    let line = |mut more: Value| {
        let line = more.as_object_mut().expect("an object");
        line.extend(head.as_object().expect("an object").clone());
        more
    };
    let call = json!({ "type": "tool_use", "id": "t1", "name": "TodoWrite", "input": { "todos": todos } });
    let result =
        json!({ "type": "tool_result", "tool_use_id": "t1", "content": "Todos have been modified successfully" });
    let said = [
        line(json!({ "type": "assistant", "uuid": format!("{session}-a"), "message": { "content": [call] } })),
        line(json!({ "type": "user", "uuid": format!("{session}-r"), "message": { "content": [result] },
            "toolUseResult": { "oldTodos": [], "newTodos": todos } })),
    ];
    let text: String = before.iter().chain(&said).chain(behind).map(|line| format!("{line}\n")).collect();
    world.write(&format!("claude/projects/-shop/{session}.jsonl"), text.as_bytes());
}

fn prompt(text: &str) -> Value {
    json!({ "type": "user", "message": { "role": "user", "content": text } })
}

fn titled(session: &str, text: &str) -> Value {
    json!({ "type": "custom-title", "customTitle": text, "sessionId": session })
}

fn summary(text: &str) -> Value {
    json!({ "type": "summary", "summary": text, "leafUuid": "x" })
}

/// Returns whether any object of a store holds these words.
fn holds(world: &World, store: &Path, words: &str) -> bool {
    let all = world.git(store, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
    all.lines()
        .filter_map(|line| line.split_once(' '))
        .any(|(id, kind)| kind != "tree" && world.git(store, &["cat-file", kind, id]).contains(words))
}

#[test]
fn sessions_are_called_by_their_titles_wherever_people_see_them() {
    let world = World::new();
    transcript(&world, ONE, &[prompt("Please fix it")], &["Fix the form"], &[titled(ONE, "Repair the login")]);
    transcript(&world, TWO, &[prompt("x")], &["Fix the form"], &[summary("Forms of the shop")]);
    world.sync();
    for command in [vec!["sessions"], vec!["list"], vec!["show", "form"], vec!["log"]] {
        let text = world.ok(&command);
        assert!(text.contains("Repair the login") || text.contains("Forms of the shop"), "{command:?} {text}");
        for digits in ["029e1c6e", "f00dfeed"] {
            assert!(!text.contains(digits), "{command:?} {text}");
        }
    }
    let text = world.ok(&["sessions"]);
    assert!(text.contains("Repair the login") && text.contains("Forms of the shop is at it too"), "{text}");
    assert!(text.contains("shop@fix-login"), "{text}");
    let sessions = world.json(&["sessions"]);
    let one = sessions.as_array().expect("a list").iter().find(|one| one["session"] == ONE).expect("the session");
    assert_eq!((&one["title"], &one["name"]), (&json!("Repair the login"), &json!("Repair the login")));
    assert!(world.ok(&["sessions", "--porcelain"]).contains(ONE));
    // It is called otherwise, and says nothing else.
    let commits = world.commits();
    transcript(&world, ONE, &[], &["Fix the form"], &[titled(ONE, "Repair"), titled(ONE, "Another\u{1b}[2J name")]);
    world.sync();
    assert_eq!(world.commits(), commits + 1);
    assert!(world.ok(&["list"]).contains("Another[2J name") || world.ok(&["sessions"]).contains("Another[2J name"));
    world.sync();
    assert_eq!(world.commits(), commits + 1);
    // Its own.
    let own = world.run_with(&[("CLAUDE_CODE_SESSION_ID", ONE)], &["log"]);
    assert!(own.stdout.contains(" you started"), "{own:?}");
}

#[test]
fn digits_tell_apart_only_what_would_look_alike() {
    let world = World::new();
    for session in [ONE, TWO] {
        transcript(
            &world,
            session,
            &[],
            &["Fix the form", if session == ONE { "Ship" } else { "Tidy" }],
            &[titled(session, "Repair the login of the shop")],
        );
    }
    world.list(THREE, AT, &[("Write the changelog of the new release", "in_progress")]);
    world.sync();
    let list = world.ok(&["list"]);
    for name in ["Repair the\u{2026} 029e1c6e", "Repair the\u{2026} f00dfeed"] {
        assert!(list.contains(name), "{list}");
    }
    // One without a title is called by what its list begins with.
    assert!(list.contains("  \u{2018}Write the changelog\u{2026}\u{2019}") && !list.contains("0ddba11c"), "{list}");
}

#[test]
fn a_first_prompt_names_a_session_and_stays_here_unless_it_may_leave() {
    let words = "Make the secret project pay";
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "--bare", "hub.git"]);
    let hub = world.path("hub.git");
    transcript(&world, ONE, &[prompt(&format!("{words}\nand more"))], &["Fix the form"], &[]);
    world.sync();
    world.ok(&["init", "--remote", hub.to_str().expect("UTF-8")]);
    world.sync();
    assert!(world.ok(&["sessions"]).contains(words));
    assert!(world.ok(&["log"]).contains("Make the secret project\u{2026}"));
    for store in [world.store(), hub.clone()] {
        assert!(!holds(&world, &store, words), "{}", store.display());
    }
    world.git(&world.store(), &["config", "chittysync.sessionNames", "none"]);
    transcript(&world, ONE, &[prompt(&format!("{words}\nand more"))], &["Fix the form"], &[titled(ONE, "Mine")]);
    world.sync();
    let text = world.ok(&["sessions"]);
    assert!(!text.contains(words) && !text.contains("Mine") && text.contains("Fix the form"), "{text}");
    // It is asked for. Credentials do not leave all the same.
    world.git(&world.store(), &["config", "chittysync.sessionNames", "prompt"]);
    let key = concat!("AKIA", "IOSFODNN7EXAMPLA");
    transcript(&world, TWO, &[prompt(&format!("Use {key} here"))], &["Fix the page"], &[]);
    world.sync();
    assert!(holds(&world, &hub, "Use [redacted: "), "{}", world.ok(&["sessions"]));
    assert!(!holds(&world, &hub, key) && !holds(&world, &world.store(), key));
}

/// Of the first prompts of years, only those of the sessions that are shown are read, also where an older version put all
/// of them into one line.
#[test]
fn the_first_prompts_of_others_are_not_read() {
    let (words, world) = ("Make the shop pay", World::new());
    transcript(&world, ONE, &[prompt(words)], &["Fix the form"], &[]);
    world.sync();
    let file = world.store().join("chittysync/prompts");
    let text = std::fs::read_to_string(&file).expect("prompts");
    let others: String = (0..99).map(|number| format!("\"00{number:02}\":no text,\n")).collect();
    let begin = text.find(&format!("\"{ONE}")).expect("a line");
    std::fs::write(&file, format!("{}{others}{}", &text[..begin], &text[begin..])).expect("prompts");
    assert!(world.ok(&["sessions"]).contains(words));
    std::fs::write(&file, text.replace('\n', "")).expect("prompts");
    assert!(world.ok(&["sessions"]).contains(words));
    std::fs::write(&file, others).expect("prompts");
    assert!(world.ok(&["sessions"]).contains("Fix the form"));
}

#[test]
fn a_session_and_its_commands_are_one_row() {
    let world = World::new();
    transcript(&world, ONE, &[], &["Fix the form"], &[titled(ONE, "Repair the login")]);
    world.sync();
    let by = [("CLAUDE_CODE_SESSION_ID", ONE)];
    assert_eq!(world.run_with(&by, &["add", "Test the form", "--project", "shop"]).code, Some(0));
    assert_eq!(world.run_with(&by, &["start", "Fix", "the", "form"]).code, Some(0));
    let sessions = world.json(&["sessions"]);
    let rows: Vec<_> =
        sessions.as_array().expect("a list").iter().map(|one| (&one["session"], &one["total"])).collect();
    assert_eq!(rows, [(&json!(ONE), &json!(2))], "what both speak of counts once");
    let list = world.ok(&["list"]);
    assert_eq!(list.matches("Repair the login").count(), 2, "{list}");
    // One that has no list of its own is called by its title as well.
    transcript(&world, TWO, &[prompt("x")], &[], &[titled(TWO, "Only commands")]);
    assert_eq!(world.run_with(&[("CLAUDE_CODE_SESSION_ID", TWO)], &["add", "Ship"]).code, Some(0));
    world.sync();
    assert!(world.ok(&["sessions"]).contains("Only commands"), "{}", world.ok(&["sessions"]));
}

#[test]
fn commands_take_what_a_session_is_called() {
    let world = World::new();
    transcript(&world, ONE, &[], &["Fix the form"], &[titled(ONE, "Repair the login")]);
    transcript(&world, TWO, &[], &["Fix the page"], &[titled(TWO, "Repair the shop")]);
    world.sync();
    for typed in ["Repair the login", "LOGIN", "login repair", &ONE[..4]] {
        let list = world.ok(&["list", "--session", typed]);
        assert!(list.contains("Fix the form") && !list.contains("Fix the page"), "{typed}: {list}");
        let log = world.ok(&["log", "--session", typed]);
        assert!(log.contains("Fix the form") && !log.contains("Fix the page"), "{typed}: {log}");
    }
    for command in [vec!["list"], vec!["log"], vec!["--json", "list"], vec!["forget", "--yes"]] {
        let done = world.run(&[command, vec!["--session", "repair"]].concat());
        assert_eq!(done.code, Some(129), "{done:?}");
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(said.contains("029e1c6e Repair the login") && said.contains("f00dfeed Repair the shop"), "{done:?}");
    }
    let unknown = world.run(&["list", "--session", "nobody"]);
    assert!(unknown.stderr.contains("there is no session"), "{unknown:?}");
}

/// Two people with a machine each, and a remote that both push to.
fn two_people() -> [World; 2] {
    let (ana, ben) = (World::new(), World::new());
    ana.git(&ana.path(""), &["init", "-q", "--bare", "hub.git"]);
    let hub = ana.path("hub.git");
    for (world, name, device) in [(&ana, "Ana Ruiz", "mbp"), (&ben, "Ben", "desk")] {
        world.git(&world.home(), &["config", "--global", "chittysync.person", name]);
        world.git(&world.home(), &["config", "--global", "chittysync.device", device]);
        world.ok(&["init", "--default", "--remote", hub.to_str().expect("UTF-8")]);
    }
    for world in [&ana, &ben] {
        std::fs::create_dir_all(world.path("claude/todos")).expect("a directory");
    }
    [ana, ben]
}

#[test]
fn people_are_named_where_there_are_several() {
    let [ana, ben] = two_people();
    transcript(&ana, ONE, &[], &["Fix the form"], &[titled(ONE, "Repair the login")]);
    ana.sync();
    ana.ok(&["add", "Order cake"]);
    let alone = ana.ok(&["sessions"]);
    assert!(!alone.contains("Ana"), "there is nobody else: {alone}");
    transcript(&ben, TWO, &[], &["Fix the page"], &[titled(TWO, "Pages")]);
    ben.sync();
    ben.ok(&["add", "Buy milk"]);
    for world in [&ben, &ana, &ben] {
        world.sync();
    }
    for (world, other, theirs) in [(&ben, "Ana Ruiz on mbp", "Order cake"), (&ana, "Ben on desk", "Buy milk")] {
        let sessions = world.ok(&["sessions"]);
        assert!(sessions.contains("Ana Ruiz on mbp") && sessions.contains("Ben on desk"), "{sessions}");
        let log = world.ok(&["log"]);
        assert!(log.contains(&format!("{other} added")), "{log}");
        assert!(log.contains("you added"), "{log}");
        let show = world.ok(&["show", theirs]);
        assert!(show.contains(other), "{show}");
    }
    let log = ben.ok(&["log"]);
    assert!(log.contains("Repair the login (Ana Ruiz on mbp) started"), "{log}");
    for (arguments, words) in [
        (["--mine"].as_slice(), ["Fix the page", "Buy milk"]),
        (&["--by", "ben"], ["Fix the page", "Buy milk"]),
        (&["--by", "Ruiz"], ["Fix the form", "Order cake"]),
    ] {
        for command in ["list", "log"] {
            let text = ben.ok(&[&[command], arguments].concat());
            let found: Vec<_> = ["Fix the form", "Order cake", "Fix the page", "Buy milk"]
                .into_iter()
                .filter(|words| text.contains(words))
                .collect();
            let mut expected = words.to_vec();
            expected.sort_by_key(|words| !words.contains("Fix"));
            assert_eq!(found, expected, "{command} {arguments:?}: {text}");
        }
        let sessions = ben.json(&[&["sessions"], arguments].concat());
        assert_eq!(sessions.as_array().expect("a list").len(), 2, "{sessions}");
    }
    let nobody = ben.run(&["list", "--by", "Cy"]);
    assert!(
        nobody.stderr.contains("nobody here is called 'Cy'") && nobody.stderr.contains("Ana Ruiz, Ben"),
        "{nobody:?}"
    );
    assert!(!holds(&ben, &ben.store(), "nobody-told@"));
}

#[test]
fn undoing_a_settled_property_on_the_board_brings_the_disagreement_back() {
    let [ana, ben] = two_people();
    ana.ok(&["add", "Fix the form"]);
    for world in [&ana, &ben] {
        world.sync();
    }
    let conflicts = |world: &World| world.json(&["conflicts"])["conflicts"].as_array().expect("a list").len();
    ana.ok(&["edit", "form", "--description", "staging"]);
    let later = [("CHITTYSYNC_NOW", "2026-11-20T12:00:01.000Z")];
    assert_eq!(ben.run_with(&later, &["edit", "form", "--description", "production"]).code, Some(0));
    for world in [&ana, &ben, &ana] {
        world.sync();
    }
    ana.ok(&["resolve", "form", "--take", "Ben"]);
    assert_eq!(conflicts(&ana), 0);
    let Some(terminal) = Terminal::board(&ana) else { return };
    terminal.wait("Fix the form");
    terminal.press(&["u"]);
    terminal.wait("undone: ");
    for world in [&ana, &ben] {
        world.sync();
    }
    assert_eq!((conflicts(&ana), conflicts(&ben)), (1, 1));
}

/// Wherever a session can be named, words of what it is called name it; of several that can be meant, none is taken.
#[test]
fn acts_on_a_session_take_its_name_and_refuse_one_of_several() {
    let world = World::new();
    transcript(&world, ONE, &[], &["Fix the form"], &[titled(ONE, "Repair the login")]);
    transcript(&world, TWO, &[], &["Fix the cart"], &[titled(TWO, "Repair the shop")]);
    world.sync();
    for (arguments, both) in [
        (&["drop", "--left-by", "repair"][..], true),
        (&["assign", "--to", "repair"], true),
        (&["drop", "--left-by", "nothing of this name"], false),
        (&["assign", "--to", "nothing of this name"], false),
    ] {
        let refused = world.run(arguments);
        assert_eq!(refused.code, Some(1), "{arguments:?}: {refused:?}");
        assert_eq!(
            refused.stderr.contains(&ONE[..8]) && refused.stderr.contains(&TWO[..8]),
            both,
            "{arguments:?}: {refused:?}"
        );
        assert_eq!(refused.stderr.contains("there is no session"), !both, "{arguments:?}: {refused:?}");
    }
    world.ok(&["add", "Test the form", "--project", "shop"]);
    world.ok(&["assign", "--project", "shop", "--to", "login"]);
    assert_eq!(world.todo("Test the form")["assignee"], ONE);
    world.ok(&["drop", "--left-by", "repair the shop"]);
    assert_eq!(
        (&world.todo("Fix the cart")["status"], &world.todo("Fix the form")["status"]),
        (&"dropped".into(), &"in_progress".into())
    );
}

/// Whatever takes the name of a session knows it by its first prompt, which is in no commit and no reflog afterwards.
#[test]
fn a_first_prompt_means_a_session_wherever_one_is_named_and_is_not_saved() {
    let words = "Make the secret project pay";
    let scene = || {
        let world = World::new();
        transcript(&world, ONE, &[prompt(words)], &["Fix the form", "Fix the page"], &[]);
        world.sync();
        world
    };
    let named = "secret PROJECT";
    for (command, expected) in [
        (&["list", "--session", named][..], "Fix the form"),
        (&["log", "--session", named], "Fix the form"),
        (&["guidance", "--session", named], "Fix the"),
        (&["drop", "--left-by", named, "--dry-run"], "Fix the page"),
        (&["drop", "--left-by", named], "dropped: Fix the form"),
        (&["assign", "--all", "--to", named], "Write the changelog"),
        (&["resolve", "form", "--take", named], "in_progress: Fix the form"),
        (&["forget", "--yes", "--session", named], ""),
    ] {
        let world = scene();
        match command[0] {
            "assign" => drop(world.ok(&["add", "Write the changelog", "--project", "shop"])),
            "resolve" => drop(world.ok(&["drop", "form"])),
            _ => {}
        }
        let done = world.run(command);
        assert_eq!(done.code, Some(0), "{command:?}: {done:?}");
        assert!(done.stdout.contains(expected), "{command:?}: {done:?}");
        let store = world.store();
        assert!(!holds(&world, &store, "secret") && !holds(&world, &store, "SECRET"), "{command:?}");
        for (path, (content, _)) in crate::common::files(&store) {
            let is_known_here = path.starts_with("chittysync/prompts") || path.ends_with("prompts");
            let text = String::from_utf8_lossy(&content).to_lowercase();
            assert!(is_known_here || !text.contains("secret project"), "{command:?}: {}", path.display());
        }
    }
}
