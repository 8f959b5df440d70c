//! The list of a tab, as much of it as fits, around the cursor.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::bar::bar;
use super::lines::{Body, Line, lines};
use super::model::{Board, Scope, Tab, Target};
use super::paint::{Canvas, dim, title};
use super::pane;
use crate::view::{Counts, PROJECT_COLUMNS, Row, SESSION_COLUMNS, Table, fit, symbol};

/// What an empty store has to say.
const NOTHING: [&str; 6] = [
    "There are no todos yet. They appear here as they come.",
    "",
    "git chittysync sync           reads your agents' lists",
    "git chittysync install        has agents tell of each change",
    "git chittysync daemon start   follows them in the background",
    "git chittysync add <text>     notes a todo by hand",
];

/// How many columns a bar has that says how far a project is, as far as there is room.
const BARS: [usize; 2] = [16, 8];

/// Draws the list of the tab that is open.
pub(super) fn list(board: &Board, canvas: &mut Canvas<'_>) {
    let lines = lines(board);
    if lines.is_empty() {
        return empty(board, canvas);
    }
    let head = head(board, canvas.height());
    let layout = Layout::new(&lines, canvas.width());
    if head > 0 {
        let names =
            layout.projects.map_or_else(|| layout.sessions.map(|table| table.head()), |table| Some(table.head()));
        canvas.put(2, 0, &names.unwrap_or_default(), dim());
    }
    let mut body = canvas.rows(head, canvas.height() - head);
    let rows = body.height();
    let (at, above) = around_cursor(board, &lines, rows);
    for (row, (place, line)) in lines.iter().enumerate().skip(above).take(rows).enumerate() {
        layout.draw(board, line, row, &mut body);
        if place == at && line.target.is_some() {
            body.highlight(row);
        }
    }
}

/// Returns how many rows the names of columns take.
fn head(board: &Board, rows: usize) -> usize {
    usize::from(rows > 1 && matches!(board.tab, Tab::Projects | Tab::Sessions))
}

/// Returns the line that the cursor stands on, and how many are above the first one shown: the cursor stays in the middle,
/// as far as there is something above and below.
fn around_cursor(board: &Board, lines: &[Line<'_>], rows: usize) -> (usize, usize) {
    let at = lines.iter().position(|line| line.target.is_some() && line.target.as_ref() == board.target()).unwrap_or(0);
    (at, at.saturating_sub(rows / 2).min(lines.len().saturating_sub(rows)))
}

/// Returns what the cursor can stand on at a column and a row of the list, and its place among all such, on a screen with
/// so many columns and rows for it.
pub(super) fn target_at(
    board: &Board,
    (columns, rows): (usize, usize),
    (column, row): (usize, usize),
) -> Option<(usize, Target)> {
    if column >= columns - pane::width(board, columns) {
        return None;
    }
    let lines = lines(board);
    let head = head(board, rows);
    let (_, above) = around_cursor(board, &lines, rows.saturating_sub(head));
    let at = above + row.checked_sub(head)?;
    let target = lines.get(at)?.target.clone()?;
    Some((lines[..at].iter().filter(|line| line.target.is_some()).count(), target))
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
        let (mut words, mut whos, mut ages, mut projects, mut sessions) = (0, 0, 0, Vec::new(), Vec::new());
        for line in lines {
            match &line.body {
                Body::Todo(row) => {
                    words = words.max(row.words.width());
                    whos = whos.max(row.who_width());
                    ages = ages.max(row.age.width());
                }
                Body::Project(row, _) => projects.push(row.clone()),
                Body::Session(_, row) => sessions.push(row.clone()),
                _ => {}
            }
        }
        let room = width.saturating_sub(2);
        Layout {
            // Where there is little room, the words come first: others get what they leave, and a part at least.
            whos: match width {
                0..50 => 0,
                _ => {
                    let part = if width < 100 { width / 4 } else { width / 3 };
                    whos.min(part.max(12).max(width.saturating_sub(words + ages + 7)))
                }
            },
            ages: if width < 24 { 0 } else { ages },
            projects: (!projects.is_empty()).then(|| Table::new(PROJECT_COLUMNS, &projects, room)),
            sessions: (!sessions.is_empty()).then(|| Table::new(SESSION_COLUMNS, &sessions, room)),
        }
    }

    fn draw(&self, board: &Board, line: &Line<'_>, row: usize, canvas: &mut Canvas<'_>) {
        let words = |_: usize, text: &str| board.isolated(text);
        match &line.body {
            Body::Blank => {}
            Body::Heading { name, summary, counts } => {
                let name = fit(name, canvas.width().saturating_sub(1));
                let column = canvas.put(0, row, &board.isolated(&name), title());
                let column = canvas.put(column + 2, row, summary, dim());
                if let Some(counts) = counts {
                    put_bar(counts, column, row, canvas);
                }
            }
            Body::Todo(todo) => self.todo(board, todo, row, canvas),
            Body::Project(cells, counts) => {
                let text = self.projects.map(|table| table.line(cells, words)).unwrap_or_default();
                let column = canvas.put(2, row, &text, Style::new());
                put_bar(counts, column, row, canvas);
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

/// Draws the widest bar that there is room for behind a column.
fn put_bar(counts: &Counts, column: usize, row: usize, canvas: &mut Canvas<'_>) {
    let room = canvas.width().saturating_sub(column + 2);
    if let Some(bar) = BARS.into_iter().map(|columns| bar(counts, columns)).find(|bar| bar.width() <= room) {
        canvas.put_right(column + 2, row, &bar, dim());
    }
}

fn empty(board: &Board, canvas: &mut Canvas<'_>) {
    let nothing = board.everything.todos().next().is_none() && board.everything.sessions.is_empty();
    let narrowed = !board.filter.is_empty() || (board.scope != Scope::All && board.lists_todos());
    let text: &[&str] = match board.tab {
        _ if nothing => &NOTHING,
        _ if board.is_triage => &["Nothing was left behind. t goes back."],
        _ if narrowed && board.all => &["Nothing is like that. Esc shows everything."],
        _ if narrowed => &["Nothing open is like that. Esc shows everything, Q what is closed too."],
        Tab::Todos => &["Nothing is open. Q shows what is closed."],
        Tab::State => &["Nothing is open, and nothing was done today. Q shows what is quiet."],
        Tab::Conflicts => &["No session disagrees with another. Q shows plain lag too."],
        Tab::Projects | Tab::Sessions => &["Nothing to show."],
    };
    for (at, line) in text.iter().enumerate() {
        canvas.put_fit(1, at + usize::from(canvas.height() > text.len()), line, Style::new());
    }
}
