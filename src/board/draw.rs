//! The picture: tabs above, a line that says what is shown, the lines of the tab, and what can be done below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::list::list;
use super::model::{Board, Choice, Choosable, Scope, Tab};
use super::paint::{Canvas, dim, selected, title};
use super::pane;
use crate::todo::plain;
use crate::view::fit;

/// Draws the board. Returns where the terminal's own cursor belongs, when something is being typed.
pub fn draw(board: &Board, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut canvas = Canvas::new(buffer, area, board.setting.color);
    let rows = canvas.height();
    let Places { above, below } = places(rows);
    if above > 0 {
        tabs(board, &mut canvas.rows(0, 1));
    }
    if let Some(page) = &board.page {
        if above > 1 {
            let text = fit(&page.title, canvas.width().saturating_sub(1));
            canvas.put(1, 1, &board.isolated(&text), title());
        }
        let mut body = canvas.rows(above, rows - above - below);
        for (at, line) in page.shown(body.width(), body.height()).iter().enumerate() {
            body.put(0, at, &board.isolated(line), Style::new());
        }
    } else {
        if above > 1 {
            canvas.put_fit(1, 1, &summary(board), dim());
        }
        let mut body = canvas.rows(above, rows - above - below);
        let beside = pane::width(board, body.width());
        let columns = body.width() - beside;
        list(board, &mut body.columns(0, columns.saturating_sub(usize::from(beside > 0))));
        if beside > 0 {
            pane::pane(board, &mut body.columns(columns, beside));
        }
    }
    if let Some(choice) = &board.choice {
        let height = (choice.claims.len() + 2).min(rows.saturating_sub(above + below));
        ask(board, choice, &mut canvas.rows(rows - below - height, height));
    }
    if below == 0 {
        return None;
    }
    let cursor = foot(board, &mut canvas.rows(rows - 1, 1))?;
    Some(Position { x: area.x + u16::try_from(cursor).ok()?, y: area.bottom() - 1 })
}

/// How many rows stand above and below the lists.
pub(super) struct Places {
    pub above: usize,
    pub below: usize,
}

/// Returns what stands around the lists on a screen of so many rows: on the smallest ones the list is what matters.
pub(super) fn places(rows: usize) -> Places {
    let (above, below) = match rows {
        0..=2 => (0, 0),
        3 => (1, 1),
        _ => (2, 1),
    };
    Places { above, below }
}

/// Returns the tabs as they stand in a row of so many columns, and whether something waits there.
fn named_tabs(board: &Board, columns: usize) -> [(Tab, String, bool); 5] {
    let counts = board.everything.counts();
    let groups = board.everything.groups();
    let projects = groups.iter().filter(|group| group.todos().next().is_some()).count();
    let named = [
        ("Todos", Some(counts.open())),
        ("By state", None),
        ("Projects", Some(projects)),
        ("Sessions", Some(board.everything.sessions.len())),
        ("Conflicts", Some(counts.conflicts)),
    ];
    let text = |count: Option<usize>| count.map(|count| format!(" {count}")).unwrap_or_default();
    let long: usize = named.iter().map(|(name, count)| name.len() + text(*count).len() + 5).sum();
    std::array::from_fn(|at| {
        let (tab, (name, count)) = (Tab::ALL[at], named[at]);
        let name = if tab == board.tab || long <= columns + 1 { format!(" {name}") } else { String::new() };
        let waits = tab == Tab::Conflicts && counts.conflicts > 0;
        (tab, format!(" {}{name}{} ", at + 1, text(count)), waits)
    })
}

/// Returns the tab that stands in a column.
pub(super) fn tab_at(board: &Board, columns: usize, column: usize) -> Option<Tab> {
    let mut end = 0;
    let found = named_tabs(board, columns).into_iter().find(|(_, text, _)| {
        let begin = end;
        end += text.width() + 1;
        (begin..end - 1).contains(&column)
    });
    found.map(|(tab, ..)| tab)
}

fn tabs(board: &Board, canvas: &mut Canvas<'_>) {
    let mut column = 0;
    for (tab, text, waits) in named_tabs(board, canvas.width()) {
        let mut style = if tab == board.tab { title().patch(selected()) } else { Style::new() };
        if waits {
            style = style.patch(canvas.alert());
        }
        column = canvas.put(column, 0, &text, style) + 1;
    }
    let helps = if board.page.is_some() { ["Esc back", "Esc"] } else { ["? keys", "?"] };
    // Names go before the words of a sign.
    let room = canvas.width().saturating_sub(column + 1);
    let help = helps.into_iter().find(|help| help.width() <= room);
    canvas.put_right(column + 1, 0, help.unwrap_or_default(), dim());
}

/// Says what is shown, where it is not everything.
fn summary(board: &Board) -> String {
    let counts = board.everything.counts();
    let mut parts = Vec::new();
    match &board.scope {
        Scope::Project(project) if board.lists_todos() => {
            parts.push(format!("of {}", plain(board.everything.names().shown(project))));
        }
        Scope::Session(session) if board.lists_todos() => parts.push(format!("of {}", board.everything.who(session))),
        _ => {}
    }
    if !board.filter.is_empty() {
        parts.push(format!("with \u{2018}{}\u{2019}", plain(&board.filter)));
    }
    if parts.is_empty() {
        let more = if board.all && board.lists_todos() { ", all shown" } else { "" };
        return format!(
            "{} open, {} in progress, {} completed{more}",
            counts.open(),
            counts.in_progress,
            counts.completed
        );
    }
    format!("only {}  (Esc: everything)", parts.join(" "))
}

fn ask(board: &Board, choice: &Choice, canvas: &mut Canvas<'_>) {
    for row in 0..canvas.height() {
        let blank = " ".repeat(canvas.width());
        canvas.put(0, row, &blank, Style::new());
    }
    let rule = "\u{2500}".repeat(canvas.width());
    canvas.put(0, 0, &rule, dim());
    let words = fit(&choice.words, canvas.width().saturating_sub(12));
    canvas.put(2, 0, &format!(" Settle: {} ", board.isolated(&words)), title());
    for (at, Choosable { session, state, at: time }) in choice.claims.iter().enumerate() {
        let (state, age) = (state.as_str().replace('_', " "), board.style().age(*time));
        let text = format!("{}  {state} says {}, {age}", at + 1, board.everything.who(session));
        canvas.put_fit(2, at + 1, &text, Style::new());
    }
    let last = canvas.height().saturating_sub(1);
    canvas.put_fit(2, last, "1 is what holds now  p pending  i in progress  d done  x dropped  Esc leave", dim());
}

/// Draws the last row, and returns the column of the terminal's cursor, when something is being typed.
fn foot(board: &Board, canvas: &mut Canvas<'_>) -> Option<usize> {
    if let Some(prompt) = board.prompt.as_ref().filter(|_| board.page.is_none()) {
        let (asked, keys) = board.asks(prompt);
        return Some(typed(canvas, &asked, &prompt.text, &keys));
    }
    if board.is_typing && board.page.is_none() {
        return Some(typed(canvas, "/", &board.filter, "Enter: keep, Esc: show everything"));
    }
    if let Some((text, failed)) = &board.message {
        let style = if *failed { canvas.alert() } else { title() };
        let text = fit(&plain(text), canvas.width().saturating_sub(1));
        canvas.put(1, 0, &board.isolated(&text), style);
        return None;
    }
    let keys: &[&str] = match board.tab {
        _ if board.page.is_some() => &["Esc back", "up/down move"],
        _ if board.is_triage => &["d done", "x drop", "s start", "u undo", "t leave triage", "q quit"],
        Tab::Todos | Tab::State => &[
            "s start",
            "d done",
            "q quit",
            "x drop",
            "o reopen",
            "a add",
            "e edit",
            "p priority",
            "/ find",
            "f project",
            "c claim",
            "R release",
            "t triage",
            "h history",
            "y copy id",
            "Q quiet",
            "u undo",
        ],
        Tab::Projects | Tab::Sessions => &["Enter todos", "q quit", "/ find", "Tab next"],
        Tab::Conflicts => &["r resolve", "q quit", "h history", "/ find", "Q lag too", "u undo"],
    };
    let mut column = 1;
    for key in keys {
        if column + key.len() > canvas.width() {
            break;
        }
        column = canvas.put(column, 0, key, dim()) + 2;
    }
    None
}

/// Draws what is being typed, its end first, and what can be done about it where there is room. Returns the column behind.
fn typed(canvas: &mut Canvas<'_>, asked: &str, text: &str, keys: &str) -> usize {
    let asked = fit(asked, canvas.width().saturating_sub(3) / 2);
    let room = canvas.width().saturating_sub(2 + asked.width());
    // What was typed last is what one wants to see.
    let mut typed = plain(text);
    while typed.width() > room {
        typed.remove(0);
    }
    let column = canvas.put(1, 0, &format!("{asked}{typed}"), title());
    canvas.put_right(column + 4, 0, keys, dim());
    column.min(canvas.width().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::board::{Key, Page, Setting};
    use crate::todo::{Claim, Claims, Fields, Project, Session, SessionInfo, Status, Time, Todo, TodoId};
    use crate::view::Everything;
    use crate::view::Silences;

    const HOUR: i64 = 60 * 60 * 1000;

    fn board() -> Board {
        let (one, two) = (Session::new("one").expect("valid"), Session::new("two").expect("valid"));
        let mut projects = BTreeMap::new();
        for name in ["api", "\u{5d0}\u{5d1} web"] {
            let project = Project::new(name).expect("valid");
            let todos = [
                "Fix the tests",
                "\u{8bfb}\u{53d6}\u{6570}\u{636e}",
                "\u{5ea}\u{5e7}\u{5df} 12",
                "Done and wanted again",
            ];
            let todos = todos.into_iter().enumerate().map(|(at, words)| {
                let claim = |status, hour| Claim::new(status, Time::from_millis(hour * HOUR));
                let claims: Claims = match at {
                    3 => [(one.clone(), claim(Status::Completed, 1)), (two.clone(), claim(Status::Pending, 2))]
                        .into_iter()
                        .collect(),
                    0 => [(one.clone(), claim(Status::InProgress, 1)), (two.clone(), claim(Status::InProgress, 2))]
                        .into_iter()
                        .collect(),
                    _ => [(one.clone(), claim(Status::Pending, 1))].into_iter().collect(),
                };
                let id = TodoId::of(&project, words);
                (
                    id,
                    Todo { id, content: words.into(), nth: 1, created: Time::default(), claims, fields: Fields::new() },
                )
            });
            let todos = todos.collect();
            projects.insert(project, todos);
        }
        let info = |session: Session, device: &str| SessionInfo {
            session,
            agent: None,
            source: "cli".into(),
            device: device.into(),
            person: None,
            title: None,
            project: None,
            branch: None,
            started: Time::default(),
            updated: Time::from_millis(2 * HOUR),
            ended: None,
            list: Vec::new(),
            extra: serde_json::Map::new(),
        };
        let sessions = vec![info(one, "mbp"), info(two, "\u{5d0}")];
        let silences = Silences { stale: Some(HOUR), stuck: None };
        let setting = Setting { color: true, silences, quiet_after: None, today: Time::default() };
        let mut everything = Everything::of(projects);
        everything.sessions = sessions;
        Board::new(everything, Time::from_millis(2 * HOUR + 1), setting, (80, 24))
    }

    /// Draws on a screen of this size, and returns its lines.
    fn drawn(board: &mut Board, columns: u16, rows: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
        board.resize(columns, rows);
        let shown = terminal.draw(|frame| {
            draw(board, frame.area(), frame.buffer_mut());
        });
        shown.expect("a picture");
        let buffer = terminal.backend().buffer();
        let line = |row: u16| -> String {
            let mut skip = 0;
            let cells = (0..columns).map(|column| buffer[(column, row)].symbol());
            let cells = cells.filter(|symbol| {
                let is_shown = skip == 0;
                skip = if is_shown { symbol.width().saturating_sub(1) } else { skip - 1 };
                is_shown
            });
            cells.collect::<String>().trim_end().to_owned()
        };
        (0..rows).map(line).collect()
    }

    #[test]
    fn the_list_fits_its_columns() {
        let lines = drawn(&mut board(), 52, 9);
        let expected = [
            " 1 Todos 6   2   3 2   4 2   5 2              ? keys",
            " 6 open, 2 in progress, 2 completed",
            "api  3 open, 1 completed     \u{2588}\u{2588}\u{2588}\u{2588}\u{2592}\u{2592}\u{2592}\u{2592}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591} 1 of 4",
            " \u{25b6} Fix the tests                    \u{2068}two on \u{5d0} +1\u{2069}  now",
            " \u{25cb} \u{2068}\u{5ea}\u{5e7}\u{5df} 12\u{2069}                           one on mbp   1h",
            " \u{25cb} \u{8bfb}\u{53d6}\u{6570}\u{636e}                         one on mbp   1h",
            "",
            "\u{2068}\u{5d0}\u{5d1} web\u{2069}  3 open, 1 completed  \u{2588}\u{2588}\u{2588}\u{2588}\u{2592}\u{2592}\u{2592}\u{2592}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591}\u{2591} 1 of 4",
            " s start  d done  q quit  x drop  o reopen  a add",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn no_state_on_no_screen_is_too_much() {
        let mut states = Vec::new();
        for tab in ['1', '2', '3', '4', '5'] {
            for keys in [
                &[][..],
                &[Key::End],
                &[Key::Char('Q')],
                &[Key::Char('a'), Key::Char('\u{8bfb}'), Key::Char('i')],
                &[Key::Char('p')],
                &[Key::Char('e')],
                &[Key::Char('t')],
                &[Key::Char('f')],
                &[Key::Char('/'), Key::Char('\u{8bfb}'), Key::Char('i')],
                &[Key::Char('r')],
                &[Key::Char('?'), Key::End],
                &[Key::Char('/'), Key::Char('z'), Key::Enter],
                &[Key::Enter],
            ] {
                let mut board = board();
                board.press(Key::Char(tab));
                for key in keys {
                    board.press(*key);
                }
                states.push(board);
            }
        }
        let mut other = board();
        other.say("\u{5ea}\u{5e7} a message that is rather long \u{8bfb}\u{53d6}".into(), true);
        states.push(other.clone());
        other.open(Page::new("title", "\u{8bfb}\u{53d6}\u{6570}\u{636e} \u{5ea}\u{5e7}\n\n  x"));
        states.push(other);
        states.push(Board::new(
            Everything::default(),
            Time::default(),
            Setting { color: false, silences: Silences::default(), quiet_after: None, today: Time::default() },
            (0, 0),
        ));
        for mut board in states {
            for columns in [0, 1, 2, 3, 5, 8, 13, 23, 24, 39, 49, 50, 80, 109, 110, 200] {
                for rows in [0, 1, 2, 3, 4, 7, 24] {
                    for line in drawn(&mut board, columns, rows) {
                        assert!(line.width() <= columns.into(), "{columns} {rows} {line:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_cursor_is_always_in_sight() {
        let mut board = board();
        for rows in [3, 4, 6, 10] {
            for _ in 0..12 {
                board.press(Key::Down);
                let mut buffer = Buffer::empty(Rect::new(0, 0, 60, rows));
                draw(&board, buffer.area, &mut buffer);
                let marked =
                    buffer.content.iter().filter(|cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED));
                assert!(marked.count() >= 60, "{rows}");
            }
            board.press(Key::Home);
        }
    }
}
