//! What is known of the todo under the cursor, beside the list where the screen is wide.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::model::{Board, Tab};
use super::page::fold;
use super::paint::{Canvas, dim, title};
use crate::todo::{Claim, Todo, TodoId, plain};
use crate::view::{Links, fit, symbol};

/// From so many columns on there is room for both.
const WIDE: usize = 110;
/// The pane has two parts of five, and no more columns than this: longer lines are hard to read.
const WIDEST: usize = 76;
/// No more lines of a description are shown.
const DESCRIPTION: usize = 8;

/// Returns how many columns of so many the pane has; nothing where there is none.
pub(super) fn width(board: &Board, columns: usize) -> usize {
    let is_of_todos = matches!(board.tab, Tab::Todos | Tab::State | Tab::Conflicts);
    if columns < WIDE || !is_of_todos || board.todo().is_none() { 0 } else { (columns * 2 / 5).min(WIDEST) }
}

impl Board {
    /// Returns the todo of which is to be told what happened to it, as far as that is not known; nothing where there is no
    /// room to show it.
    pub fn lacks_history(&self) -> Option<TodoId> {
        let id = self.todo()?.id;
        let is_known = self.history.as_ref().is_some_and(|(known, _)| *known == id);
        (!is_known && self.page.is_none() && width(self, self.size.0.into()) > 0).then_some(id)
    }

    /// Shows what happened to a todo beside the list, a line each.
    pub fn tell_history(&mut self, id: TodoId, lines: Vec<String>) {
        self.history = Some((id, lines));
    }
}

/// A line: what stands before the words, the words, what stands at the right edge.
enum Part {
    Text(String, Style),
    Row { mark: (String, Style), words: String, age: String },
}

/// Draws the pane.
pub(super) fn pane(board: &Board, canvas: &mut Canvas<'_>) {
    for row in 0..canvas.height() {
        canvas.put(0, row, "\u{2502}", dim());
    }
    let Some(todo) = board.todo() else { return };
    let width = canvas.width().saturating_sub(2);
    let parts = parts(board, todo, width, canvas);
    let mut body = canvas.columns(2, width);
    for (at, part) in parts.into_iter().enumerate().take(body.height()) {
        match part {
            Part::Text(text, style) => drop(body.put(0, at, &board.isolated(&text), style)),
            Part::Row { mark: (mark, style), words, age } => {
                let column = body.put(0, at, &mark, style) + 1;
                let room = width.saturating_sub(column + 2 + age.width());
                body.put(column, at, &board.isolated(&fit(&words, room)), Style::new());
                body.put_right(column, at, &age, dim());
            }
        }
    }
}

fn parts(board: &Board, todo: &Todo, width: usize, canvas: &Canvas<'_>) -> Vec<Part> {
    let text = |text: &str, style| fold(text, width).into_iter().map(move |line| Part::Text(line, style));
    let everything = &board.everything;
    let mut parts: Vec<Part> = text(&plain(&todo.content), title()).collect();
    let mut about = vec![todo.id.short()];
    about.extend(everything.get(todo.id).map(|(project, _)| plain(everything.names().shown(project))));
    about.extend(todo.text("priority").map(plain).filter(|priority| !priority.is_empty()));
    about.extend(todo.labels().iter().map(|label| format!("#{}", plain(label))));
    about.extend(everything.shelves.called(todo.id).map(|name| format!("in {}", plain(&name))));
    parts.extend(text(&about.join(" \u{b7} "), dim()));
    let blank = || Part::Text(String::new(), Style::new());
    parts.push(blank());
    let mut claims: Vec<_> = todo.voices().collect();
    let winner = todo.winner().0;
    claims.sort_by_key(|(session, claim)| (!session.is_same(winner), std::cmp::Reverse(claim.at)));
    parts.extend(claims.into_iter().map(|(session, claim)| {
        let (sign, color) = symbol(claim.state());
        let words = format!("{}  {}", said(claim), everything.who(session));
        Part::Row { mark: (sign.to_owned(), canvas.colored(color)), words, age: board.style().age(claim.at) }
    }));
    let links = Links::new(everything);
    let linked = |name: &str, others: Vec<&Todo>| {
        let row = |other: &Todo| {
            let (sign, color) = symbol(other.state());
            let words = format!("{name} {}", plain(&other.content));
            Part::Row { mark: (sign.to_owned(), canvas.colored(color)), words, age: String::new() }
        };
        others.into_iter().map(row).collect::<Vec<_>>()
    };
    let is_open = todo.state().is_open();
    let mut linked: Vec<Part> = [linked("waits for", links.blockers(todo)), linked("holds up", links.blocked(todo))]
        .into_iter()
        .flatten()
        .filter(|_| is_open)
        .collect();
    if !linked.is_empty() {
        parts.push(blank());
        parts.append(&mut linked);
    }
    if let Some(description) = todo.text("description").filter(|description| !description.trim().is_empty()) {
        parts.push(blank());
        let lines = description.lines().flat_map(|line| fold(&plain(line), width));
        parts.extend(lines.take(DESCRIPTION).map(|line| Part::Text(line, Style::new())));
    }
    if let Some((_, history)) = board.history.as_ref().filter(|(id, _)| *id == todo.id) {
        parts.push(blank());
        parts.extend(history.iter().map(|line| Part::Text(fit(line, width), dim())));
    }
    parts
}

fn said(claim: &Claim) -> String {
    if claim.dropped { "dropped".to_owned() } else { claim.state().as_str().replace('_', " ") }
}
