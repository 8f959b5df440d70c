//! What a tab lists, line by line, before it is known how much of it fits a screen.

use std::collections::BTreeMap;

use super::model::{Board, Tab, Target};
use crate::merge::Disagreement;
use crate::todo::{Claim, Project, Session, State, Todo, TodoId, plain};
use crate::view::{
    Filter, Row, SessionFilter, SessionState, Shown, all_disagreements, left_out, project_rows, sections,
};

/// A line, and what the cursor stands on there.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) target: Option<Target>,
    pub(super) body: Body<'a>,
}

/// What a line says, clean and not cut yet.
#[derive(Debug)]
pub(super) enum Body<'a> {
    Blank,
    Heading {
        name: String,
        summary: String,
    },
    Todo(Row<'a>),
    Project([String; 6]),
    Session(SessionState, [String; 7]),
    Warning(String),
    Conflict {
        state: State,
        words: String,
        project: String,
    },
    Said(String),
    /// What was left out.
    Rest(String),
}

impl<'a> Line<'a> {
    fn of(target: Target, body: Body<'a>) -> Self {
        Line { target: Some(target), body }
    }

    fn beside(body: Body<'a>) -> Self {
        Line { target: None, body }
    }
}

/// Returns what the tab that is open lists.
pub(super) fn lines(board: &Board) -> Vec<Line<'_>> {
    match board.tab {
        Tab::Todos => todos(board),
        Tab::Projects => projects(board),
        Tab::Sessions => sessions(board),
        Tab::Conflicts => conflicts(board),
    }
}

fn todos(board: &Board) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let filter = board.todo_filter();
    for section in sections(&board.everything, &filter, board.style()) {
        if !lines.is_empty() {
            lines.push(Line::beside(Body::Blank));
        }
        let name = plain(section.project);
        lines.push(Line::beside(Body::Heading { name, summary: section.summary() }));
        let rows = section.rows.into_iter();
        lines.extend(rows.map(|row| Line::of(Target::Todo(row.todo.id), Body::Todo(row))));
    }
    let is_rest = !lines.is_empty();
    fold(&mut lines, filter.quiet.told(&filter.folded(&board.everything), is_rest, "a shows them"));
    lines
}

/// Adds what was left out, a line apart.
fn fold(lines: &mut Vec<Line<'_>>, told: Option<String>) {
    let Some(told) = told else { return };
    if !lines.is_empty() {
        lines.push(Line::beside(Body::Blank));
    }
    lines.push(Line::beside(Body::Rest(told)));
}

fn projects(board: &Board) -> Vec<Line<'_>> {
    let rows = project_rows(&board.everything, board.style()).into_iter();
    rows.filter(|(project, _)| has_words(board, project.as_str()))
        .map(|(project, row)| Line::of(Target::Project(project.clone()), Body::Project(row)))
        .collect()
}

fn sessions(board: &Board) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let (quiet, shown) = (board.quiet.clone(), board.shown());
    let filter = SessionFilter { wanted: None, stale_after: board.setting.stale_after, quiet, shown };
    let (views, folded) = filter.views(&board.everything, board.now);
    for view in views {
        let row = view.row(&board.everything, board.style());
        if has_words(board, &format!("{} {}", view.session, row.join(" "))) {
            let target = Target::Session(view.session.clone());
            lines.push(Line::of(target, Body::Session(view.state, row)));
            lines.extend(
                view.warnings.iter().map(|warning| Line::beside(Body::Warning(warning.text(&board.everything)))),
            );
        }
    }
    fold(&mut lines, left_out(&folded, &filter.quiet, "a shows them"));
    lines
}

fn conflicts(board: &Board) -> Vec<Line<'_>> {
    let filter = Filter { all: true, shown: Shown::All, ..board.todo_filter() };
    let found = all_disagreements(&board.everything, board.all);
    let mut places: BTreeMap<TodoId, usize> = BTreeMap::new();
    let mut todos: Vec<(&Project, &Todo, Vec<Disagreement<'_>>)> = Vec::new();
    for (project, todo, one) in found.into_iter().filter(|(project, todo, _)| filter.takes(project, todo)) {
        let place = *places.entry(todo.id).or_insert(todos.len());
        match todos.get_mut(place) {
            Some((.., all)) => all.push(one),
            None => todos.push((project, todo, vec![one])),
        }
    }
    let (mut lines, names) = (Vec::new(), board.everything.names());
    for (project, todo, disagreements) in todos {
        if !lines.is_empty() {
            lines.push(Line::beside(Body::Blank));
        }
        let (words, project) = (plain(&todo.content), plain(names.shown(project)));
        let body = Body::Conflict { state: todo.state(), words, project };
        lines.push(Line::of(Target::Todo(todo.id), body));
        lines.extend(disagreements.iter().flat_map(|one| said(board, one)).map(|text| Line::beside(Body::Said(text))));
    }
    lines
}

fn said(board: &Board, one: &Disagreement<'_>) -> [String; 2] {
    let side = |(session, claim): (&Session, &Claim)| {
        let ago = board.style().age(claim.at);
        format!("{} by {} {ago}", claim.state(), board.everything.who(session))
    };
    [format!("kept: {}", side(one.winner)), format!("overruled: {}", side(one.overruled))]
}

fn has_words(board: &Board, text: &str) -> bool {
    let text = text.to_lowercase();
    board.words().iter().all(|word| text.contains(word.as_str()))
}
