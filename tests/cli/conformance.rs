//! One decision, whoever asks. The same acts are done through the command line, the tools of `mcp` and the keys of the
//! board, each in a world of its own with the same clock and the same names. They make the same commits, and are
//! refused in the same words.

use serde_json::{Value, json};

use crate::common::document::without_version;
use crate::common::{Done, World, set_time};
use crate::mcp::Client;
use crate::terminal::Terminal;

/// Who acts.
const SESSION: &str = "11111111-1111-4111-8111-111111111111";
/// Others.
const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

/// A key of the board, and what it is pressed for.
#[derive(Clone, Copy)]
enum Key {
    /// A key, for the todo with these words.
    Of(&'static str, &'static str),
    /// Settling the todo with these words by the key for it, or by the digit that stands before this.
    Settle(&'static str, &'static str),
    /// A key that is about no todo.
    Plain(&'static str),
}

/// An act, as it is asked for at each front end that has it.
struct Act {
    /// The command line.
    line: Vec<String>,
    /// The tool, and what it is given.
    tool: Option<(&'static str, Value)>,
    /// The key.
    key: Option<Key>,
    /// A part of what is said on the command line: what became of a todo, or why nothing did.
    said: &'static str,
}

impl Act {
    fn tool(mut self, name: &'static str, given: Value) -> Self {
        self.tool = Some((name, given));
        self
    }

    fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }
}

/// Returns an act that only the command line has.
fn act(said: &'static str, line: &[&str]) -> Act {
    Act { line: line.iter().map(|&word| word.to_owned()).collect(), tool: None, key: None, said }
}

/// Returns what is said of a todo by a verb: by the tool of its name, if there is one, and by the key, if there is one.
fn verb(said: &'static str, verb: &'static str, todo: &'static str, key: Option<&'static str>) -> Act {
    let act = act(said, &[verb, todo]);
    let act = Act { key: key.map(|key| Key::Of(todo, key)), ..act };
    if verb == "reopen" { act } else { act.tool(verb, json!({ "todo": todo })) }
}

/// What came of an act.
#[derive(Debug, PartialEq)]
struct Answer {
    /// The JSON document, where something was done.
    document: Option<Value>,
    /// What was warned of, and why nothing was done.
    words: String,
}

/// A world with todos in two projects, two other sessions that disagree on a state and a property, and two projects
/// that are called alike.
fn world() -> World {
    let world = World::new();
    world.git(&world.home(), &["config", "--global", "chittysync.device", "mbp"]);
    world.git(&world.path(""), &["init", "-q", "shop"]);
    let list = |session: &str, at: &str, items: Value| {
        let path = format!("claude/todos/{session}-agent-{session}.json");
        set_time(&world.write(&path, items.to_string().as_bytes()), at);
    };
    let sync = || {
        let home = world.path("claude");
        world.ok(&["-q", "sync", "--from", home.to_str().expect("UTF-8"), "--project", "shop"]);
    };
    let rate =
        |status: &str, priority: &str| json!({"content": "Add rate limiting", "status": status, "priority": priority});
    list(ONE, "2026-11-20T11:30:00.000Z", json!([rate("pending", "medium")]));
    list(OTHER, "2026-11-20T11:31:00.000Z", json!([rate("pending", "medium")]));
    sync();
    let todo = |content: &str, status: &str| json!({"content": content, "status": status});
    let (sign, font) = (todo("Sign the packages", "in_progress"), todo("Choose a font", "completed"));
    list(ONE, "2026-11-20T11:40:00.000Z", json!([rate("completed", "high"), sign, font]));
    let (login, logout) = (todo("Fix login tests", "pending"), todo("Fix logout tests", "pending"));
    list(OTHER, "2026-11-20T11:55:00.000Z", json!([rate("in_progress", "low"), login, logout]));
    sync();
    for (text, project) in [("Sweep the floor", "house"), ("One", "acme/api"), ("Two", "beta/api")] {
        world.ok(&["add", text, "--project", project, "--session", OTHER]);
    }
    world
}

/// Returns all acts, in the order in which they are done.
fn acts() -> Vec<Act> {
    let add = |said, text: &'static str| act(said, &["add", text]).tool("add", json!({ "text": text }));
    let add_to = |said, text: &'static str, option: &str, name: &'static str, value: &'static str| {
        act(said, &["add", text, option, value]).tool("add", json!({ "text": text, name: value }))
    };
    let claim = |said, project: &'static str| {
        let line = ["ready", "--claim", "--project", project];
        act(said, &line).tool("ready", json!({ "claim": true, "project": project }))
    };
    let undo = |said| act(said, &["undo"]).key(Key::Plain("u"));
    vec![
        act("", &["add", "Write docs", "--priority", "high", "--description", "all", "--blocked-by", "login"]).tool(
            "add",
            json!({"text": "Write docs", "priority": "high", "description": "all", "blocked_by": ["login"]}),
        ),
        add("there is such a todo already", "Write  docs"),
        add("a todo needs words", " \t"),
        add("a credential", "Use token ghp_0123456789abcdefghijABCDEFGHIJ012345 for it"),
        add("such a todo already", "Use token ghp_0123456789abcdefghijABCDEFGHIJ012345 for it"),
        add_to("is no priority", "Soon", "--priority", "priority", "soon"),
        add_to("2 projects are called 'api'", "Third", "--project", "project", "api"),
        add_to("cannot be the name of a project", "Third", "--project", "project", "\u{7}"),
        add_to("no todo has an id", "Later", "--blocked-by", "blocked_by", "nothing"),
        add_to("2 todos can be meant by 'tests'", "Later", "--blocked-by", "blocked_by", "tests"),
        add_to("", "Wash up", "--project", "project", "house"),
        verb("waits for another todo", "start", "Write docs", Some("s")),
        verb("029e1c6e started it", "start", "Sign the packages", Some("s")),
        verb("", "release", "Sign the packages", None),
        verb("11111111+cli has not taken it", "release", "Sign the packages", None),
        verb("no todo has an id", "start", "ffff0000", None),
        verb("neither an id nor words", "done", "", None),
        verb("2 todos can be meant by 'tests'", "done", "tests", None),
        verb("name one of another project by its id", "drop", "Sweep the floor", None),
        verb("", "done", "Write docs", Some("d")),
        verb("", "done", "Write docs", Some("d")),
        verb("it is completed", "start", "Write docs", Some("s")),
        verb("it is completed", "start", "Choose a font", Some("s")),
        verb("it is open already (pending)", "reopen", "Fix login tests", Some("o")),
        verb("", "reopen", "Write docs", Some("o")),
        verb("", "drop", "Write docs", Some("x")),
        verb("it is dropped", "start", "Write docs", Some("s")),
        add("", "Write docs"),
        act("nothing to change", &["edit", "login"]),
        act("cannot wait for itself", &["edit", "login", "--blocked-by", "login"]),
        act("", &["edit", "login", "--text", "Fix the login tests", "--priority", "low"]),
        undo(""),
        act("", &["edit", "Write docs", "--priority", "", "--blocked-by", ""]),
        undo(""),
        claim("", "house"),
        claim("", "house"),
        claim("nothing is ready", "house"),
        claim("2 projects are called 'api'", "api"),
        act("no session whose name begins with 'nobody'", &["resolve", "rate", "--take", "nobody"]),
        act("", &["resolve", "rate", "--take", "029e"]).key(Key::Settle("rate", "029e1c6e, ")),
        act("", &["resolve", "rate", "--status", "in_progress"]).key(Key::Settle("rate", "i")),
        act("", &["resolve", "rate", "--status", "dropped"]).key(Key::Settle("rate", "x")),
        undo(""),
        undo(""),
        undo(""),
    ]
}

/// Returns where every ref of a store stands.
fn refs(world: &World) -> String {
    world.git(&world.store(), &["for-each-ref", "--format=%(refname) %(objectname)"])
}

/// Asks the command line.
fn command(world: &World, act: &Act) -> (Answer, Done) {
    let mut line = vec!["-C", "shop", "--json"];
    line.extend(act.line.iter().map(String::as_str));
    let done = world.run_with(&[("CLAUDE_CODE_SESSION_ID", SESSION)], &line);
    let document =
        (done.code == Some(0)).then(|| without_version(serde_json::from_str(&done.stdout).expect("a document")));
    // What a usage error is called is up to each.
    let words = done.stderr.trim_end().replace("fatal: ", "error: ");
    (Answer { document, words }, done)
}

/// Asks a tool.
fn tool(client: &mut Client, name: &str, given: &Value) -> Answer {
    let (failed, mut texts) = client.call(name, given);
    let document = (!failed).then(|| serde_json::from_str(&texts.remove(0)).expect("a document"));
    Answer { document, words: texts.join("\n") }
}

/// Presses keys on the board, and waits until what the command line said is seen.
fn press(board: &Terminal<'_>, key: Key, answer: &Answer, done: &Done) {
    let type_words = |words: &str| {
        board.escape();
        board.press(&["/"]);
        board.press(&["-l", words]);
        board.press(&["Enter"]);
        board.wait_until(words, |screen| {
            let symbols = ['\u{25b6}', '\u{25cb}', '\u{2713}', '\u{2717}', '!'];
            let mut lines = screen.lines().filter(|line| line.trim_start().starts_with(symbols));
            lines.next().is_some_and(|line| line.contains(words)) && lines.next().is_none()
        });
    };
    match key {
        Key::Plain(key) => {
            board.escape();
            board.press(&[key]);
        }
        Key::Of(words, key) => {
            type_words(words);
            board.press(&[key]);
        }
        Key::Settle(words, choice) => {
            type_words(words);
            board.press(&["r"]);
            let screen = board.wait("Settle: ");
            let digit = |line: &'_ str| line.trim_start()[..1].to_owned();
            board.press(&[match choice.len() {
                1 => choice.to_owned(),
                _ => digit(screen.lines().find(|line| line.contains(choice)).expect("it is offered")),
            }
            .as_str()]);
        }
    }
    let mut warnings = answer.words.lines().filter_map(|line| line.strip_prefix("warning: "));
    let refused: Value = serde_json::from_str(&done.stdout).unwrap_or_default();
    let seen = match (refused["error"].as_str(), warnings.next_back(), key) {
        (Some(error), ..) => {
            let hints = refused["hints"].as_array().into_iter().flatten().filter_map(Value::as_str);
            std::iter::once(error).chain(hints).collect::<Vec<_>>().join("; ")
        }
        (None, Some(warning), _) => warning.to_owned(),
        (None, None, Key::Plain(_)) => "undone: ".to_owned(),
        (None, None, Key::Settle(..)) => "settled as ".to_owned(),
        (None, None, Key::Of(..)) => {
            let document = answer.document.as_ref().expect("something was done");
            format!(": {}", document["content"].as_str().expect("words"))
        }
    };
    // What happened to a todo before may stand beside the list.
    board.wait_until(&seen, |screen| screen.lines().next_back().is_some_and(|line| line.contains(&seen)));
}

#[test]
fn the_same_acts_make_the_same_commits_and_are_refused_in_the_same_words() {
    let [by_command, by_tool, by_key] = [world(), world(), world()];
    let mut client = Client::start(&by_tool, "shop", Some(SESSION));
    let variables = [("CLAUDE_CODE_SESSION_ID", SESSION)];
    let board = Terminal::new(&by_key, 400, 40, &variables, "git chittysync -C shop board; exec sleep 600");
    if let Some(board) = &board {
        board.wait("Sign the packages");
        board.press(&["Q"]);
    }
    let (mut tools, mut keys) = (0, 0);
    for (at, act) in acts().iter().enumerate() {
        let name = format!("act {at}, {:?}", act.line);
        let before = refs(&by_command);
        let (answer, done) = command(&by_command, act);
        assert!(answer.words.contains(act.said), "{name}: {done:?}");
        assert_eq!(answer.words.is_empty(), act.said.is_empty(), "{name}: {done:?}");
        if act.line.ends_with(&["029e".to_owned()]) {
            // What the session says is more than a status.
            assert_eq!(answer.document.as_ref().expect("a document")["priority"], "high");
        }
        if answer.document.is_none() {
            assert_eq!(refs(&by_command), before, "{name} was refused, and said something");
        }
        match &act.tool {
            Some((tool_name, given)) => {
                tools += 1;
                // A model is told of tools where a person is told of commands.
                let words = chittysync::cli::of_tools(&answer.words);
                let answer = Answer { words, document: answer.document.clone() };
                assert_eq!(tool(&mut client, tool_name, given), answer, "{name}");
            }
            None => assert_eq!(command(&by_tool, act).0, answer, "{name}"),
        }
        match (&board, act.key) {
            (Some(board), Some(key)) => {
                keys += 1;
                press(board, key, &answer, &done);
            }
            _ => assert_eq!(command(&by_key, act).0, answer, "{name}"),
        }
        assert_eq!(refs(&by_tool), refs(&by_command), "{name}: the tool says something else");
        assert_eq!(refs(&by_key), refs(&by_command), "{name}: the key says something else");
    }
    assert!(tools > 20 && (board.is_none() || keys > 12), "{tools} {keys}");
    assert_eq!(client.end().1, Some(0));
}

/// Where no command has done anything, there is nothing to take back, whoever asks.
#[test]
fn nothing_to_undo_is_refused_in_the_same_words() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.list(ONE, "2026-11-20T11:40:00.000Z", &[("Fix login tests", "pending")]);
    world.sync();
    let undo = act("nothing is left to undo", &["undo"]);
    let (answer, done) = command(&world, &undo);
    assert!(done.code == Some(1) && answer.words.contains(undo.said), "{done:?}");
    let Some(board) = Terminal::new(&world, 400, 40, &[], "git chittysync board; exec sleep 600") else { return };
    board.wait("Fix login tests");
    press(&board, Key::Plain("u"), &answer, &done);
}
