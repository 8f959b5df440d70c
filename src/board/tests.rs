//! What keys and a mouse ask for, and what is drawn of it.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::{Board, Key, Mouse, Request, Scope, Setting, Tab, draw};
use crate::todo::{Claim, Claims, Fields, Project, Session, State, Status, Time, Todo, TodoId, Verb};
use crate::view::{Everything, Silences};

const HOUR: i64 = 60 * 60 * 1000;

fn project(name: &str) -> Project {
    Project::new(name).expect("valid")
}

fn id(words: &str) -> TodoId {
    TodoId::of(&project("api"), words)
}

fn todo(of: &str, words: &str, claims: &[(&str, Status, i64)]) -> (Project, Todo) {
    let claim = |(name, status, hour): &(&str, Status, i64)| {
        (Session::new(name).expect("valid"), Claim::new(*status, Time::from_millis(hour * HOUR)))
    };
    let (claims, project): (Claims, Project) = (claims.iter().map(claim).collect(), project(of));
    let (id, created) = (TodoId::of(&project, words), Time::default());
    (project, Todo { id, content: words.into(), nth: 1, created, claims, fields: Fields::new() })
}

fn board_of(todos: Vec<(Project, Todo)>, size: (u16, u16)) -> Board {
    let mut projects: BTreeMap<Project, _> = BTreeMap::new();
    for (project, todo) in todos {
        projects.entry(project).or_insert_with(crate::todo::TodoList::new).insert(todo.id, todo);
    }
    let (now, today) = (Time::from_millis(10 * HOUR), Time::from_millis(8 * HOUR));
    let setting = Setting { color: true, silences: Silences::default(), quiet_after: Some(5 * HOUR), today };
    Board::new(Everything::of(projects), now, setting, size)
}

/// In api something in progress, something to begin and something done today; in web something to begin.
fn board(size: (u16, u16)) -> Board {
    let todos = vec![
        todo("api", "at it", &[("one", Status::InProgress, 9)]),
        todo("api", "to do", &[("one", Status::Pending, 9)]),
        todo("api", "done", &[("one", Status::Completed, 9)]),
        todo("web", "next", &[("two", Status::Pending, 9)]),
    ];
    board_of(todos, size)
}

fn typed(board: &mut Board, text: &str) -> Option<Request> {
    for char in text.chars() {
        assert_eq!(board.press(Key::Char(char)), None, "{text}");
    }
    board.press(Key::Enter)
}

/// Draws the board, and returns its lines.
fn lines(board: &mut Board, (columns, rows): (u16, u16)) -> Vec<String> {
    board.resize(columns, rows);
    let buffer = drawn(board, (columns, rows));
    (0..rows).map(|row| (0..columns).map(|column| buffer[(column, row)].symbol()).collect()).collect()
}

fn drawn(board: &Board, (columns, rows): (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    draw(board, buffer.area, &mut buffer);
    buffer
}

#[test]
fn words_are_typed_for_a_new_todo_and_for_an_old_one() {
    let mut board = board((80, 24));
    board.press(Key::Char('a'));
    assert!(lines(&mut board, (80, 24))[23].starts_with(" add to api: "), "{:?}", lines(&mut board, (80, 24))[23]);
    let added = typed(&mut board, "quit d");
    assert_eq!(added, Some(Request::Add(Some(project("api")), "quit d".into())), "no letter of it is a key");
    board.press(Key::Char('a'));
    assert_eq!(typed(&mut board, "  "), None, "no words, no todo");
    board.press(Key::Char('a'));
    board.paste("from\nelsewhere\u{1b}");
    assert_eq!(board.press(Key::Enter), Some(Request::Add(Some(project("api")), "from elsewhere\u{fffd}".into())));
    board.press(Key::Char('a'));
    board.press(Key::Esc);
    assert_eq!(board.press(Key::Char('s')), Some(Request::Say(Verb::Start, id("at it"))), "Esc leaves it");
    board.press(Key::Char('e'));
    board.press(Key::Backspace);
    assert_eq!(typed(&mut board, "s"), Some(Request::Edit(id("at it"), "at is".into())));
    board.press(Key::Char('e'));
    board.press(Key::Ctrl('u'));
    assert_eq!(board.press(Key::Backspace), None);
    assert_eq!(board.press(Key::Char('q')), Some(Request::Quit), "deleting more than there is ends it");
}

#[test]
fn one_key_says_how_soon() {
    let mut board = board((80, 24));
    for (key, word) in [('h', "high"), ('m', "medium"), ('l', "low"), ('n', "")] {
        board.press(Key::Char('p'));
        assert_eq!(board.press(Key::Char('d')), None, "no such answer");
        assert_eq!(board.press(Key::Char(key)), Some(Request::Priority(id("at it"), word)));
    }
    board.press(Key::Char('p'));
    board.press(Key::Esc);
    assert_eq!(board.press(Key::Char('h')), Some(Request::History(id("at it"))));
}

#[test]
fn what_else_keys_ask_for() {
    let mut board = board((80, 24));
    assert_eq!(board.press(Key::Char('R')), Some(Request::Say(Verb::Release, id("at it"))));
    assert_eq!(board.press(Key::Char('y')), Some(Request::Copy(id("at it"))));
    assert_eq!(board.press(Key::Char('c')), Some(Request::Claim(Some(project("api")), id("to do"))));
    board.press(Key::Char('f'));
    assert_eq!(board.scope, Scope::Project(project("api")));
    assert!(!lines(&mut board, (80, 24)).concat().contains("next"), "of another project");
    board.press(Key::Char('f'));
    assert_eq!(board.scope, Scope::All);
    board.press(Key::Char('3'));
    board.press(Key::End);
    board.press(Key::Char('f'));
    assert_eq!((board.tab, &board.scope), (Tab::Todos, &Scope::Project(project("web"))));
    let nothing = vec![todo("api", "at it", &[("one", Status::InProgress, 9)])];
    let mut nothing = board_of(nothing, (80, 24));
    assert_eq!(nothing.press(Key::Char('c')), None);
    assert!(nothing.message.as_ref().is_some_and(|(_, failed)| *failed));
}

#[test]
fn triage_shows_what_was_left_behind_alone() {
    let mut todos =
        vec![todo("api", "old", &[("gone", Status::Pending, 1)]), todo("api", "new", &[("one", Status::Pending, 9)])];
    todos.push(todo("api", "at it", &[("one", Status::InProgress, 9)]));
    let mut board = board_of(todos, (80, 24));
    // Quiet is what sessions are that are known.
    board.everything.sessions = ["gone", "one"]
        .map(|name| crate::todo::SessionInfo {
            session: Session::new(name).expect("valid"),
            agent: None,
            source: "claude-hook".into(),
            device: "d".into(),
            person: None,
            title: None,
            project: None,
            branch: None,
            started: Time::default(),
            updated: Time::from_millis(if name == "gone" { HOUR } else { 9 * HOUR }),
            ended: None,
            list: Vec::new(),
            extra: serde_json::Map::new(),
        })
        .into();
    board.set_time(Time::from_millis(10 * HOUR), Time::default());
    let shown = lines(&mut board, (80, 24)).concat();
    assert!(shown.contains("new") && shown.contains("Q shows them"), "{shown}");
    board.press(Key::Char('t'));
    let shown = lines(&mut board, (80, 24)).concat();
    assert!(shown.contains("\u{25cb} old") && !shown.contains("new"), "{shown}");
    assert_eq!(board.press(Key::Char('x')), Some(Request::Say(Verb::Drop, id("old"))));
    board.press(Key::Esc);
    assert!(lines(&mut board, (80, 24)).concat().contains("new"));
}

#[test]
fn what_holds_now_is_first_and_d_is_done() {
    let said = [("a", Status::Pending, 3), ("b", Status::Completed, 1), ("c", Status::InProgress, 2)];
    let mut board = board_of(vec![todo("api", "both", &said)], (80, 24));
    let (completed, session) = (State::Wanted(Status::Completed), |name| Session::new(name).expect("valid"));
    for (key, request) in [
        ('1', Request::Take(id("both"), session("b"), completed)),
        ('2', Request::Take(id("both"), session("a"), State::Wanted(Status::Pending))),
        ('3', Request::Take(id("both"), session("c"), State::Wanted(Status::InProgress))),
        ('d', Request::Settle(id("both"), completed)),
        ('x', Request::Settle(id("both"), State::Dropped)),
    ] {
        board.turn_to(Tab::Conflicts);
        board.press(Key::Char('r'));
        assert_eq!(board.press(Key::Char(key)), Some(request));
    }
}

#[test]
fn by_state_everything_stands_once() {
    let mut board = board((80, 24));
    board.press(Key::Char('2'));
    let lines = lines(&mut board, (80, 24));
    let at =
        |text: &str| lines.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {lines:#?}"));
    let order =
        [at("Ready  2"), at("to do"), at("In progress  1"), at("at it"), at("Done today  1"), at("\u{2713} done")];
    assert!(order.is_sorted(), "{lines:#?}");
    assert!(lines[at("at it")].contains("api \u{b7}"), "{lines:#?}");
}

#[test]
fn a_click_goes_where_it_points() {
    let mut board = board((80, 24));
    let at = |board: &mut Board, text: &str| {
        let lines = lines(board, (80, 24));
        u16::try_from(lines.iter().position(|line| line.contains(text)).expect("it is shown")).expect("a row")
    };
    let row = at(&mut board, "next");
    board.point(Mouse::Click(5, row));
    assert_eq!(board.todo().map(|todo| todo.content.as_str()), Some("next"));
    board.point(Mouse::Click(5, row));
    assert!(board.page.is_none(), "a second click opens nothing");
    board.point(Mouse::Up);
    assert_eq!(board.todo().map(|todo| todo.content.as_str()), Some("at it"));
    let heading = at(&mut board, "web  1 open");
    board.point(Mouse::Click(5, heading));
    assert_eq!(board.todo().map(|todo| todo.content.as_str()), Some("at it"), "a heading is nothing to stand on");
    let tabs = lines(&mut board, (80, 24))[0].clone();
    let column = u16::try_from(tabs.find("4 Sessions").expect("a tab")).expect("a column");
    board.point(Mouse::Click(column, 0));
    assert_eq!(board.tab, Tab::Sessions);
    for column in [0, 79, 200] {
        for row in [0, 1, 23, 24, 200] {
            board.point(Mouse::Click(column, row));
        }
    }
}

#[test]
fn the_whole_row_of_the_cursor_has_one_colour() {
    let board = board((80, 24));
    let buffer = drawn(&board, (80, 24));
    let is_marked = |row: u16| buffer[(40, row)].modifier.contains(Modifier::REVERSED);
    let row = (1..23).find(|row| is_marked(*row)).expect("the cursor");
    for column in 0..80 {
        let cell = &buffer[(column, row)];
        let (colours, shades) = ((cell.fg, cell.bg), cell.modifier & (Modifier::REVERSED | Modifier::DIM));
        assert_eq!((colours, shades), ((Color::Reset, Color::Reset), Modifier::REVERSED), "column {column}");
    }
}

#[test]
fn a_wide_screen_tells_of_the_todo_beside_the_list() {
    let mut board = board((80, 24));
    assert!(!lines(&mut board, (80, 24)).concat().contains('\u{2502}'));
    assert_eq!(board.lacks_history(), None, "where it is not shown nobody asks for it");
    let wide = lines(&mut board, (120, 40)).concat();
    assert!(wide.contains("\u{2502} at it") && wide.contains(&format!("{} \u{b7} api", id("at it").short())), "{wide}");
    assert_eq!(board.lacks_history(), Some(id("at it")));
    board.tell_history(id("at it"), vec!["today 09:00  one started it".into()]);
    assert_eq!(board.lacks_history(), None);
    assert!(lines(&mut board, (120, 40)).concat().contains("one started it"));
    board.press(Key::Down);
    assert!(!lines(&mut board, (120, 40)).concat().contains("one started it"), "of another todo");
    board.point(Mouse::Click(100, 3));
    assert_eq!(board.todo().map(|todo| todo.content.as_str()), Some("to do"), "beside the list is nothing to click");
}

#[test]
fn a_heading_shows_how_far_a_project_is() {
    let mut board = board((80, 24));
    let shown = lines(&mut board, (80, 24));
    let heading = shown.iter().find(|line| line.starts_with("api")).expect("a heading");
    assert!(heading.contains("2 open, 1 completed") && heading.trim_end().ends_with("1 of 3"), "{heading}");
    assert!(heading.contains('\u{2588}') && heading.contains('\u{2592}') && heading.contains('\u{2591}'), "{heading}");
}
