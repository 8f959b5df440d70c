//! The picture: tabs above, a line that says what is shown, the lines of the tab, and what can be done below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::lines::{Body, Line, lines};
use super::model::{Board, Choice, Scope, Tab};
use super::paint::{Canvas, dim, selected, title};
use crate::todo::plain;
use crate::view::{PROJECT_COLUMNS, Row, SESSION_COLUMNS, Table, fit, symbol};

/// What an empty store has to say.
const NOTHING: [&str; 6] = [
    "There are no todos yet. They appear here as they come.",
    "",
    "git chittysync sync           reads your agents' lists",
    "git chittysync install        has agents tell of each change",
    "git chittysync daemon start   follows them in the background",
    "git chittysync add <text>     notes a todo by hand",
];

/// Draws the board. Returns where the terminal's own cursor belongs, when something is being typed.
pub fn draw(board: &Board, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut canvas = Canvas::new(buffer, area, board.setting.color);
    let rows = canvas.height();
    // On the smallest screens the list is what matters.
    let (above, below) = match rows {
        0..=2 => (0, 0),
        3 => (1, 1),
        _ => (2, 1),
    };
    if above > 0 {
        tabs(board, &mut canvas.rows(0, 1));
    }
    if let Some(page) = &board.page {
        if above > 1 {
            canvas.put_fit(1, 1, &page.title, title());
        }
        let mut body = canvas.rows(above, rows - above - below);
        for (at, line) in page.shown(body.width(), body.height()).iter().enumerate() {
            body.put(0, at, &isolated(board, line), Style::new());
        }
    } else {
        if above > 1 {
            canvas.put_fit(1, 1, &summary(board), dim());
        }
        list(board, &mut canvas.rows(above, rows - above - below));
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

fn isolated(board: &Board, text: &str) -> String {
    board.style().words(text)
}

fn tabs(board: &Board, canvas: &mut Canvas<'_>) {
    let counts = board.everything.counts();
    let projects = board.everything.projects.values().filter(|todos| !todos.is_empty()).count();
    let named = [
        ("Todos", counts.open()),
        ("Projects", projects),
        ("Sessions", board.everything.sessions.len()),
        ("Conflicts", counts.conflicts),
    ];
    let long: usize = named.iter().map(|(name, count)| name.len() + count.to_string().len() + 6).sum();
    let mut column = 0;
    for (at, (name, count)) in named.into_iter().enumerate() {
        let tab = Tab::ALL[at];
        let is_open = tab == board.tab;
        let name = if is_open || long <= canvas.width() { format!(" {name}") } else { String::new() };
        let mut style = if is_open { title().patch(selected()) } else { Style::new() };
        if tab == Tab::Conflicts && count > 0 {
            style = style.patch(canvas.alert());
        }
        column = canvas.put(column, 0, &format!(" {}{name} {count} ", at + 1), style) + 1;
    }
    let help = if board.page.is_some() { "Esc back" } else { "? keys" };
    canvas.put_right(column + 1, 0, help, dim());
}

/// Says what is shown, where it is not everything.
fn summary(board: &Board) -> String {
    let counts = board.everything.counts();
    let mut parts = Vec::new();
    match &board.scope {
        Scope::Project(project) if of_todos(board) => parts.push(format!("of {}", plain(project.as_str()))),
        Scope::Session(session) if of_todos(board) => parts.push(format!("of session {}", plain(&session.short()))),
        _ => {}
    }
    if !board.filter.is_empty() {
        parts.push(format!("with \u{2018}{}\u{2019}", plain(&board.filter)));
    }
    if parts.is_empty() {
        let more = if board.all && of_todos(board) { ", all shown" } else { "" };
        return format!("{} open, {} in progress, {} completed{more}", counts.open(), counts.in_progress, counts.completed);
    }
    format!("only {}  (Esc: everything)", parts.join(" "))
}

fn of_todos(board: &Board) -> bool {
    matches!(board.tab, Tab::Todos | Tab::Conflicts)
}

fn list(board: &Board, canvas: &mut Canvas<'_>) {
    let lines = lines(board);
    if lines.is_empty() {
        return empty(board, canvas);
    }
    let head = usize::from(canvas.height() > 1 && matches!(board.tab, Tab::Projects | Tab::Sessions));
    let layout = Layout::new(&lines, canvas.width());
    if head > 0 {
        let names = layout.projects.map_or_else(|| layout.sessions.map(|table| table.head()), |table| Some(table.head()));
        canvas.put(2, 0, &names.unwrap_or_default(), dim());
    }
    let mut body = canvas.rows(head, canvas.height() - head);
    let rows = body.height();
    let at = lines.iter().position(|line| line.target.is_some() && line.target.as_ref() == board.target()).unwrap_or(0);
    // The cursor stays in the middle, as far as there is something above and below.
    let above = at.saturating_sub(rows / 2).min(lines.len().saturating_sub(rows));
    for (row, (place, line)) in lines.iter().enumerate().skip(above).take(rows).enumerate() {
        layout.draw(board, line, row, &mut body);
        if place == at && line.target.is_some() {
            body.highlight(row, selected());
        }
    }
}

/// How wide the columns of the list are.
struct Layout {
    whos: usize,
    ages: usize,
    projects: Option<Table<6>>,
    sessions: Option<Table<7>>,
}

impl Layout {
    fn new(lines: &[Line<'_>], width: usize) -> Self {
        let (mut whos, mut ages, mut projects, mut sessions) = (0, 0, Vec::new(), Vec::new());
        for line in lines {
            match &line.body {
                Body::Todo(row) => {
                    whos = whos.max(row.who.width());
                    ages = ages.max(row.age.width());
                }
                Body::Project(row) => projects.push(row.clone()),
                Body::Session(_, row) => sessions.push(row.clone()),
                _ => {}
            }
        }
        let room = width.saturating_sub(2);
        Layout {
            // Where there is little room, the words come first.
            whos: if width < 50 { 0 } else { whos.min(width / 3) },
            ages: if width < 24 { 0 } else { ages },
            projects: (!projects.is_empty()).then(|| Table::new(PROJECT_COLUMNS, &projects, room)),
            sessions: (!sessions.is_empty()).then(|| Table::new(SESSION_COLUMNS, &sessions, room)),
        }
    }

    fn draw(&self, board: &Board, line: &Line<'_>, row: usize, canvas: &mut Canvas<'_>) {
        let words = |_: usize, text: &str| isolated(board, text);
        match &line.body {
            Body::Blank => {}
            Body::Heading { name, summary } => {
                let name = fit(name, canvas.width().saturating_sub(1));
                let column = canvas.put(0, row, &isolated(board, &name), title());
                canvas.put(column + 2, row, summary, dim());
            }
            Body::Todo(todo) => self.todo(board, todo, row, canvas),
            Body::Project(cells) => {
                let text = self.projects.map(|table| table.line(cells, words)).unwrap_or_default();
                canvas.put(2, row, &text, Style::new());
            }
            Body::Session(state, cells) => {
                let (symbol, color) = state.symbol();
                canvas.put(0, row, symbol, canvas.colored(color));
                let text = self.sessions.map(|table| table.line(cells, words)).unwrap_or_default();
                canvas.put(2, row, &text, Style::new());
            }
            Body::Warning(text) => {
                canvas.put(4, row, "!", canvas.alert());
                let text = fit(text, canvas.width().saturating_sub(6));
                canvas.put(6, row, &isolated(board, &text), dim());
            }
            Body::Conflict { state, words, project } => {
                let (symbol, color) = symbol(*state);
                canvas.put(0, row, "!", canvas.alert());
                canvas.put(1, row, symbol, canvas.colored(color));
                let words = fit(words, canvas.width().saturating_sub(4));
                let column = canvas.put(3, row, &isolated(board, &words), title());
                canvas.put_fit(column + 2, row, project, dim());
            }
            Body::Said(text) => {
                canvas.put_fit(5, row, text, dim());
            }
        }
    }

    fn todo(&self, board: &Board, todo: &Row<'_>, row: usize, canvas: &mut Canvas<'_>) {
        let column = |width: usize| if width == 0 { 0 } else { width + 2 };
        let right = column(self.whos) + column(self.ages);
        let room = canvas.width().saturating_sub(3 + right);
        let (symbol, color) = symbol(todo.todo.state());
        if todo.is_conflict {
            canvas.put(0, row, "!", canvas.alert());
        }
        canvas.put(1, row, symbol, canvas.colored(color));
        let style = match todo.is_active {
            true => title(),
            false if todo.todo.state().is_open() => Style::new(),
            false => dim(),
        };
        canvas.put(3, row, &isolated(board, &fit(&todo.words, room)), style);
        let mut at = 3 + room;
        if self.whos > 0 {
            canvas.put(at + 2, row, &isolated(board, &fit(&todo.who, self.whos)), dim());
            at += column(self.whos);
        }
        if self.ages > 0 {
            canvas.put(at + 2, row, &todo.age, dim());
        }
    }
}

fn empty(board: &Board, canvas: &mut Canvas<'_>) {
    let nothing = board.everything.todos().next().is_none() && board.everything.sessions.is_empty();
    let narrowed = !board.filter.is_empty() || (board.scope != Scope::All && of_todos(board));
    let text: &[&str] = match board.tab {
        _ if nothing => &NOTHING,
        _ if narrowed => &["Nothing is like that. Esc shows everything."],
        Tab::Todos => &["Nothing is open. a shows what is closed."],
        Tab::Conflicts => &["No session disagrees with another. a shows plain lag too."],
        Tab::Projects | Tab::Sessions => &["Nothing to show."],
    };
    for (at, line) in text.iter().enumerate() {
        canvas.put_fit(1, at + usize::from(canvas.height() > text.len()), line, Style::new());
    }
}

fn ask(board: &Board, choice: &Choice, canvas: &mut Canvas<'_>) {
    for row in 0..canvas.height() {
        let blank = " ".repeat(canvas.width());
        canvas.put(0, row, &blank, Style::new());
    }
    let rule = "\u{2500}".repeat(canvas.width());
    canvas.put(0, 0, &rule, dim());
    let words = fit(&choice.words, canvas.width().saturating_sub(12));
    canvas.put(2, 0, &format!(" Settle: {} ", isolated(board, &words)), title());
    for (at, (session, state, time)) in choice.claims.iter().enumerate() {
        let text = format!("{}  {state} says {}, {}", at + 1, plain(&session.short()), board.style().age(*time));
        canvas.put_fit(2, at + 1, &text, Style::new());
    }
    let last = canvas.height().saturating_sub(1);
    canvas.put_fit(2, last, "p pending  i in progress  c completed  d dropped  Esc leave", dim());
}

/// Draws the last row, and returns the column of the terminal's cursor, when something is being typed.
fn foot(board: &Board, canvas: &mut Canvas<'_>) -> Option<usize> {
    if board.is_typing && board.page.is_none() {
        let room = canvas.width().saturating_sub(3);
        // What was typed last is what one wants to see.
        let mut typed = plain(&board.filter);
        while typed.width() > room {
            typed.remove(0);
        }
        let column = canvas.put(1, 0, &format!("/{typed}"), title());
        canvas.put_right(column + 4, 0, "Enter: keep, Esc: show everything", dim());
        return Some(column.min(canvas.width().saturating_sub(1)));
    }
    if let Some((text, failed)) = &board.message {
        let style = if *failed { canvas.alert() } else { title() };
        let text = fit(&plain(text), canvas.width().saturating_sub(1));
        canvas.put(1, 0, &isolated(board, &text), style);
        return None;
    }
    let keys: &[&str] = match board.tab {
        _ if board.page.is_some() => &["Esc back", "up/down move"],
        Tab::Todos => {
            &["s start", "d done", "q quit", "/ filter", "x drop", "o reopen", "h history", "a all", "u undo"]
        }
        Tab::Projects | Tab::Sessions => &["Enter todos", "q quit", "/ filter", "Tab next"],
        Tab::Conflicts => &["r resolve", "q quit", "h history", "/ filter", "a all", "u undo"],
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
