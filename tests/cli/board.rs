//! The board in a real terminal: tmux draws it, presses keys and says what is seen.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::common::{World, project};
use crate::terminal::Terminal;

const API: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";
const OLD: &str = "0ddba11c-0000-4000-8000-000000000003";

/// Two sessions that disagree and are at the same todo, and one that was left behind.
pub fn world() -> World {
    let world = World::new();
    world.git(&world.home(), &["config", "--global", "chittysync.device", "mbp"]);
    let say = |session: &str, at: &str, project: &str, items: &[(&str, &str)]| {
        world.list(session, at, items);
        let home = world.path("claude");
        world.ok(&["-q", "sync", "--from", home.to_str().expect("UTF-8"), "--project", project]);
    };
    say(
        OLD,
        "2026-11-09T12:00:00.000Z",
        "storefront",
        &[
            ("Ship the cart page", "pending"),
            ("\u{8bfb}\u{53d6}\u{6570}\u{636e}\u{6620}\u{5c04}", "pending"),
            ("Compress the images of every product, in all sizes that a phone or a desktop asks for", "pending"),
            ("Choose a font", "completed"),
        ],
    );
    say(
        API,
        "2026-11-20T11:40:00.000Z",
        "api",
        &[("Fix login tests", "in_progress"), ("Write the changelog", "pending"), ("Add rate limiting", "completed")],
    );
    say(
        OTHER,
        "2026-11-20T11:55:00.000Z",
        "api",
        &[("Fix login tests", "in_progress"), ("Add rate limiting", "pending"), ("Sign the packages", "pending")],
    );
    world
}

/// Checks a screen against the one in docs/board.md; `UPDATE=1` puts it there.
fn check(name: &str, screen: &str) {
    static PAGE: Mutex<()> = Mutex::new(());
    let _page = PAGE.lock();
    let path = project("docs/board.md");
    let page = std::fs::read_to_string(&path).expect("a page");
    let (before, rest) = page.split_once(&format!("<!-- screen: {name} -->\n```text\n")).expect("a screen");
    let (written, after) = rest.split_once("```\n").expect("its end");
    let screen = format!("{}\n", screen.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        let page = format!("{before}<!-- screen: {name} -->\n```text\n{screen}```\n{after}");
        std::fs::write(&path, page).expect("a page");
    } else {
        assert_eq!(written, screen, "{name}: UPDATE=1 writes it anew\n{screen}");
    }
}

pub fn status(world: &World, content: &str) -> String {
    world.todo(content)["status"].as_str().expect("a status").to_owned()
}

#[test]
fn the_screens_are_those_of_the_page() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    check("todos", &terminal.wait("Sign the packages"));
    terminal.press(&["2"]);
    check("state", &terminal.wait("In progress"));
    terminal.press(&["4"]);
    check("sessions", &terminal.wait("is at it too"));
    terminal.press(&["5"]);
    terminal.wait("overruled: pending");
    terminal.press(&["r"]);
    check("conflicts", &terminal.wait("Settle: Add rate limiting"));
    terminal.escape();
    terminal.press(&["1"]);
    terminal.wait("quiet for a week");
    terminal.resize(40, 12);
    check(
        "narrow",
        &terminal.wait_until("a narrow screen", |text| text.lines().count() == 12 && text.contains('\u{2026}')),
    );
}

#[test]
fn a_key_is_an_act_and_its_effect_is_seen() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    // The first line is what is in progress, the two below it are pending.
    terminal.press(&["j", "s"]);
    let screen = terminal.wait("started: Sign the packages");
    assert!(screen.contains("\u{25b6} Sign the packages"), "{screen}");
    assert_eq!(status(&world, "Sign the packages"), "in_progress");
    terminal.press(&["d"]);
    let screen = terminal.wait("completed: Sign the packages");
    assert!(screen.contains("\u{2713} Sign the packages"), "what was finished here stays in sight: {screen}");
    assert_eq!(status(&world, "Sign the packages"), "completed");
    terminal.press(&["u"]);
    terminal.wait("undone: ");
    assert_eq!(status(&world, "Sign the packages"), "in_progress");
    terminal.press(&["g", "x"]);
    terminal.wait("dropped: ");
    terminal.press(&["g", "o"]);
    terminal.wait("it is open already");
    let dropped = world.states().into_iter().filter(|state| state.ends_with(": dropped")).count();
    assert_eq!(dropped, 1, "{:?}", world.states());
}

#[test]
fn what_others_change_is_seen() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    world.ok(&["add", "Something new", "--project", "api"]);
    terminal.wait("\u{25cb} Something new");
    terminal.wait("added \u{2018}Something new\u{2019} (api)");
    world.ok(&["start", "something", "new"]);
    terminal.wait("\u{25b6} Something new");
    terminal.wait("started \u{2018}Something new\u{2019} (api)");
    world.ok(&["done", "something", "new"]);
    terminal.wait("completed \u{2018}Something new\u{2019} (api)");
    terminal.press(&["k"]);
    terminal.wait_until("its end", |text| !text.contains("Something new"));
    terminal.press(&["Q"]);
    terminal.wait("\u{2713} Something new");
}

#[test]
fn words_are_looked_for_as_they_are_typed() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["/", "L", "o", "g"]);
    let screen = terminal.wait_until("the filter", |text| text.contains("/Log") && !text.contains("Sign the"));
    assert!(screen.contains("Fix login tests") && screen.contains("Write the changelog"), "{screen}");
    terminal.press(&["Enter"]);
    let screen = terminal.wait("only with \u{2018}Log\u{2019}");
    assert!(!screen.contains("/Log"), "{screen}");
    terminal.escape();
    terminal.wait("Sign the packages");
    // What is pasted is no key.
    terminal.ask(&["set-buffer", "dxq"]);
    terminal.ask(&["paste-buffer", "-p"]);
    terminal.press(&["/", "s", "h", "i", "p"]);
    terminal.wait("/ship");
    terminal.ask(&["set-buffer", " the cart"]);
    terminal.ask(&["paste-buffer", "-p"]);
    let screen = terminal.wait("/ship the cart");
    assert!(screen.contains("Ship the cart page") && !screen.contains("login"), "{screen}");
    assert_eq!(status(&world, "Fix login tests"), "in_progress");
}

#[test]
fn a_disagreement_is_settled_by_a_key() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["5"]);
    terminal.wait("overruled: pending by \u{2018}Fix login\u{2026}\u{2019} f00dfeed");
    terminal.press(&["r"]);
    let screen = terminal.wait("Settle: Add rate limiting");
    let line = screen
        .lines()
        .find(|line| line.contains("pending says \u{2018}Fix login\u{2026}\u{2019} f00dfeed"))
        .expect("a choice");
    terminal.press(&[&line.trim_start()[..1]]);
    terminal.wait("settled as pending: Add rate limiting");
    terminal.wait("No session disagrees");
    assert_eq!(status(&world, "Add rate limiting"), "pending");
    assert_eq!(world.json(&["conflicts"])["conflicts"], serde_json::json!([]));
}

/// A digit means what stands beside it on the screen: a session that wants something else by now is not taken.
#[test]
fn what_a_session_no_longer_says_is_not_taken() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["5"]);
    terminal.wait("overruled: pending by \u{2018}Fix login\u{2026}\u{2019} f00dfeed");
    terminal.press(&["r"]);
    let screen = terminal.wait("Settle: Add rate limiting");
    let line = screen
        .lines()
        .find(|line| line.contains("pending says \u{2018}Fix login\u{2026}\u{2019} f00dfeed"))
        .expect("a choice");
    let home = world.path("claude");
    world.list(OTHER, "2026-11-20T11:58:00.000Z", &[("Add rate limiting", "in_progress")]);
    world.ok(&["-q", "sync", "--from", home.to_str().expect("UTF-8"), "--project", "api"]);
    let before = world.git(&world.store(), &["for-each-ref"]);
    terminal.press(&[&line.trim_start()[..1]]);
    terminal.wait("'Add rate limiting' was changed while you chose");
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before, "nothing was said");
}

#[test]
fn a_todo_a_project_and_a_history_can_be_opened() {
    let world = world();
    world.ok(&["edit", "login", "--priority", "high"]);
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["Enter"]);
    let screen = terminal.wait("said by");
    assert!(screen.contains("priority") && screen.contains("029e1c6e \u{2018}Fix login tests\u{2019}"), "{screen}");
    terminal.escape();
    terminal.press(&["h"]);
    let screen = terminal.wait("What happened to Fix login tests");
    assert!(screen.contains("today 11:55") && screen.contains("+ priority: high"), "{screen}");
    terminal.press(&["q", "3"]);
    let screen = terminal.wait("IN PROGRESS");
    assert!(screen.contains("storefront"), "{screen}");
    terminal.press(&["G", "Enter"]);
    let screen = terminal.wait("only of storefront");
    assert!(screen.contains("Ship the cart page") && !screen.contains("login"), "{screen}");
    terminal.press(&["?"]);
    terminal.wait("take back the last command");
}

#[test]
fn no_size_is_too_small() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    for (columns, rows) in [(10, 3), (2, 2), (1, 1), (300, 100), (5, 24), (80, 1)] {
        terminal.resize(columns, rows);
        terminal.press(&[
            "1", "j", "2", "j", "3", "j", "4", "G", "5", "?", "j", "q", "1", "/", "s", "BSpace", "BSpace", "r",
        ]);
        terminal.escape();
    }
    terminal.resize(80, 24);
    terminal.wait("Sign the packages");
}

#[test]
fn the_terminal_is_given_back() {
    let world = world();
    let command = "echo before; git-chittysync board; echo ended $?; stty -a; exec sleep 600";
    let is_as_before = |terminal: &Terminal<'_>, code: u8| {
        let screen = terminal.wait("min = 1");
        assert!(screen.contains("before\n") && screen.contains(&format!("ended {code}\n")), "{screen}");
        assert!(screen.contains(" icanon") && screen.contains(" echo "), "{screen}");
        assert!(!screen.contains("Sign the packages"), "{screen}");
        let flags = terminal.ask(&["display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}"]).stdout;
        assert_eq!(flags.trim(), "0 1 1", "no other screen, a cursor, lines that wrap");
        screen
    };
    let Some(terminal) = Terminal::new(&world, 80, 40, &[], command) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["q"]);
    is_as_before(&terminal, 0);
    drop(terminal);

    let command =
        "echo before; sh -c 'echo $$ >pid; exec git-chittysync board'; echo ended $?; stty -a; exec sleep 600";
    let Some(terminal) = Terminal::new(&world, 80, 40, &[], command) else { return };
    terminal.wait("Sign the packages");
    let pid = std::fs::read_to_string(world.path("pid")).expect("a pid");
    assert!(world.command("kill").arg(pid.trim()).status().expect("kill").success());
    is_as_before(&terminal, 128 + 15);
    drop(terminal);

    let command = "echo before; git-chittysync board; echo ended $?; stty -a; exec sleep 600";
    let Some(terminal) = Terminal::new(&world, 80, 40, &[("CHITTYSYNC_CHAOS", "panic")], command) else { return };
    let screen = is_as_before(&terminal, 255);
    assert!(screen.contains("CHITTYSYNC_CHAOS asks for a panic") && screen.contains("this is a bug"), "{screen}");
}

#[test]
fn it_can_be_stopped_and_go_on() {
    let world = world();
    let Some(terminal) = Terminal::new(&world, 80, 24, &[], "PS1='shell> ' sh -i") else { return };
    terminal.wait("shell>");
    terminal.press(&["git chittysync board", "Enter"]);
    terminal.wait("Sign the packages");
    terminal.press(&["C-z"]);
    terminal.wait("Stopped");
    terminal.press(&["fg", "Enter"]);
    terminal.wait("Sign the packages");
    terminal.press(&["q"]);
    terminal.wait_until("the shell", |text| !text.contains("Sign the packages"));
}

#[test]
fn without_a_terminal_it_names_the_list() {
    let world = World::new();
    let refused = world.run(&["board"]);
    assert_eq!(refused.code, Some(128), "{refused:?}");
    assert!(refused.stderr.contains("git chittysync list") && refused.stdout.is_empty(), "{refused:?}");
    let refused = world.run(&["board", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&refused.stdout).expect("JSON");
    assert_eq!(said["exit_code"], 129);
}

#[test]
fn an_empty_board_says_what_to_do_and_waits() {
    let world = World::new();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("There are no todos yet");
    assert!(!world.store().exists(), "looking creates nothing");
    terminal.press(&["d", "s", "r", "h", "Enter"]);
    world.ok(&["add", "The first one"]);
    terminal.wait("\u{25cb} The first one");
}

#[test]
fn hostile_words_do_nothing_to_the_screen() {
    let world = World::new();
    world.ok(&["add", "Evil \u{1b}[2J\u{1b}[31m\u{202e}todo\u{7}\u{9b}H", "--project", "p\u{202e}q"]);
    world.ok(&["add", "\u{8bfb}\u{53d6}\u{6570}\u{636e}\u{6620}\u{5c04}\u{8bfb}\u{53d6}\u{6570}\u{636e}"]);
    world.ok(&["add", "\u{5ea}\u{5e7}\u{5df} \u{5d1}\u{5d3}\u{5d9}\u{5e7}\u{5d5}\u{5ea} 12"]);
    world.ok(&["add", "Last, as ever", "--project", "zz"]);
    let variables = [("NO_COLOR", "1")];
    let Some(terminal) = Terminal::new(&world, 60, 20, &variables, "git chittysync board; exec sleep 600") else {
        return;
    };
    let screen = terminal.wait("Last, as ever");
    assert!(screen.contains("1 Todos 4") && screen.contains("Evil") && screen.contains("todo"), "{screen}");
    let ages: Vec<usize> = screen
        .lines()
        .filter(|line| line.trim_end().ends_with("now"))
        .map(unicode_width::UnicodeWidthStr::width)
        .collect();
    assert_eq!(ages.len(), 4, "{screen}");
    assert!(ages.iter().all(|width| *width == ages[0]), "columns stay columns: {ages:?}\n{screen}");
    let colored = terminal.ask(&["capture-pane", "-p", "-e"]).stdout;
    // 39 and 49 are the terminal's own colours.
    let is_color = |code: &&str| code.starts_with(['3', '4', '9']) && code.get(1..2) != Some("9");
    let codes = colored.split("\u{1b}[").skip(1).flat_map(|rest| rest.split('m').next().unwrap_or_default().split(';'));
    assert_eq!(codes.filter(is_color).count(), 0, "no colour: {colored:?}");
    drop(terminal);
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Last, as ever");
    terminal.press(&["s"]);
    terminal.wait("started: ");
    // The row of the cursor has none.
    terminal.press(&["j"]);
    terminal.wait_until("the keys again", |text| text.contains("s start"));
    let colored = terminal.ask(&["capture-pane", "-p", "-e"]).stdout;
    assert!(colored.contains("\u{1b}[38;5;4m") || colored.contains("\u{1b}[34m"), "colour on a terminal: {colored:?}");
}

#[test]
fn it_ends_with_its_terminal() {
    let world = world();
    let command = "sh -c 'echo $$ >pid; exec git-chittysync board'";
    let Some(terminal) = Terminal::new(&world, 80, 24, &[], command) else { return };
    terminal.wait("Fix login tests");
    let pid = std::fs::read_to_string(world.path("pid")).expect("a pid");
    drop(terminal);
    let deadline = Instant::now() + Duration::from_secs(60);
    while std::path::Path::new("/proc").join(pid.trim()).exists() {
        assert!(Instant::now() < deadline, "{pid} goes on without a terminal");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How much is told beside the list.
#[test]
fn a_wide_screen_tells_the_last_that_happened() {
    let world = World::new();
    let acts = [&["add", "Sign it"][..], &["start", "Sign it"], &["done", "Sign it"], &["reopen", "Sign it"]];
    for (minute, act) in acts.iter().enumerate() {
        let now = format!("2026-11-20T11:0{minute}:00.000Z");
        assert_eq!(world.run_with(&[("CHITTYSYNC_NOW", &now)], act).code, Some(0), "{act:?}");
    }
    for (limits, told) in [("2", 2), ("3", 3), ("", 4)] {
        let variables: &[(&str, &str)] = &[("CHITTYSYNC_LIMITS", limits)];
        let command = "git chittysync board; exec sleep 600";
        let Some(terminal) = Terminal::new(&world, 130, 24, variables, command) else { return };
        let screen = terminal.wait("reopened, ");
        assert_eq!(screen.matches("today 11:0").count(), told, "{limits}: {screen}");
        assert!(screen.contains("today 11:03"), "the last ones: {screen}");
        terminal.press(&["q"]);
    }
}
