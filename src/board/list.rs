//! The list of a tab, as much of it as fits, around the cursor.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::lines::{Body, Line, lines};
use super::model::{Board, Scope, Tab};
use super::paint::{Canvas, dim, selected, title};
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

/// Draws the list of the tab that is open.
pub(super) fn list(board: &Board, canvas: &mut Canvas<'_>) {
    let lines = lines(board);
    if lines.is_empty() {
        return empty(board, canvas);
    }
    let head = usize::from(canvas.height() > 1 && matches!(board.tab, Tab::Projects | Tab::Sessions));
    let layout = Layout::new(&lines, canvas.width());
    if head > 0 {
        let names =
            layout.projects.map_or_else(|| layout.sessions.map(|table| table.head()), |table| Some(table.head()));
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
                    whos = whos.max(row.who_width());
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
        let words = |_: usize, text: &str| board.isolated(text);
        match &line.body {
            Body::Blank => {}
            Body::Heading { name, summary } => {
                let name = fit(name, canvas.width().saturating_sub(1));
                let column = canvas.put(0, row, &board.isolated(&name), title());
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
                canvas.put(6, row, &board.isolated(&text), dim());
            }
            Body::Conflict { state, words, project } => {
                let (symbol, color) = symbol(*state);
                canvas.put(0, row, "!", canvas.alert());
                canvas.put(1, row, symbol, canvas.colored(color));
                let words = fit(words, canvas.width().saturating_sub(4));
                let column = canvas.put(3, row, &board.isolated(&words), title());
                canvas.put_fit(column + 2, row, project, dim());
            }
            Body::Rest(text) => {
                canvas.put_fit(0, row, text, dim());
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
        canvas.put(3, row, &board.isolated(&fit(&todo.words, room)), style);
        let mut at = 3 + room;
        if self.whos > 0 {
            canvas.put(at + 2, row, &board.isolated(&todo.who_in(self.whos)), dim());
            at += column(self.whos);
        }
        if self.ages > 0 {
            canvas.put(at + 2, row, &todo.age, dim());
        }
    }
}

fn empty(board: &Board, canvas: &mut Canvas<'_>) {
    let nothing = board.everything.todos().next().is_none() && board.everything.sessions.is_empty();
    let narrowed = !board.filter.is_empty() || (board.scope != Scope::All && board.lists_todos());
    let text: &[&str] = match board.tab {
        _ if nothing => &NOTHING,
        _ if narrowed && board.all => &["Nothing is like that. Esc shows everything."],
        _ if narrowed => &["Nothing open is like that. Esc shows everything, a what is closed too."],
        Tab::Todos => &["Nothing is open. a shows what is closed."],
        Tab::Conflicts => &["No session disagrees with another. a shows plain lag too."],
        Tab::Projects | Tab::Sessions => &["Nothing to show."],
    };
    for (at, line) in text.iter().enumerate() {
        canvas.put_fit(1, at + usize::from(canvas.height() > text.len()), line, Style::new());
    }
}
