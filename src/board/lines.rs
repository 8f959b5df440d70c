//! What a tab lists, line by line, before it is known how much of it fits a screen.

use std::collections::BTreeMap;

use super::model::{Board, Tab, Target};
use crate::merge::Disagreement;
use crate::todo::{Claim, Project, Session, State, Todo, TodoId, plain};
use crate::view::{
    Counts, Filter, Row, SessionFilter, SessionState, Shown, Standing, all_disagreements, by_state, count, left_out,
    project_rows, sections,
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
        /// How far it is; nothing where that means nothing.
        counts: Option<Counts>,
    },
    Todo(Row<'a>),
    Project([String; 6], Counts),
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
        Tab::State => states(board),
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
        lines.push(Line::beside(Body::Heading { name, summary: section.summary(), counts: Some(section.counts) }));
        let rows = section.rows.into_iter();
        lines.extend(rows.map(|row| Line::of(Target::Todo(row.todo.id), Body::Todo(row))));
    }
    let is_rest = !lines.is_empty();
    fold(&mut lines, filter.quiet.told(&filter.folded(&board.everything), is_rest, "Q shows them"));
    lines
}

fn states(board: &Board) -> Vec<Line<'_>> {
    let (mut lines, filter) = (Vec::new(), board.todo_filter());
    for Standing { name, rows } in by_state(&board.everything, &filter, board.setting.today, board.style()) {
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::beside(Body::Blank));
        }
        let heading = Body::Heading { name: name.to_owned(), summary: rows.len().to_string(), counts: None };
        lines.push(Line::beside(heading));
        lines.extend(rows.into_iter().map(|row| Line::of(Target::Todo(row.todo.id), Body::Todo(row))));
    }
    let is_rest = !lines.is_empty();
    fold(&mut lines, filter.quiet.told(&filter.folded(&board.everything), is_rest, "Q shows them"));
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
    let groups = board.everything.groups();
    let counts = |project: &Project| {
        let group = groups.iter().find(|group| group.project == project);
        group.map(|group| count(group.todos())).unwrap_or_default()
    };
    rows.filter(|(project, _)| has_words(board, project.as_str()))
        .map(|(project, row)| Line::of(Target::Project(project.clone()), Body::Project(row, counts(project))))
        .collect()
}

fn sessions(board: &Board) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let (quiet, shown) = (board.quiet.clone(), board.shown());
    let filter = SessionFilter { wanted: None, silences: board.setting.silences, quiet, shown };
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
    fold(&mut lines, left_out(&folded, &filter.quiet, "Q shows them"));
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
        lines.extend(said(board, &disagreements).into_iter().map(|text| Line::beside(Body::Said(text))));
    }
    lines
}

/// So many overruled statements of a todo are listed.
const OVERRULED: usize = 4;

/// Says what holds, once, and below it what it overrules.
fn said(board: &Board, disagreements: &[Disagreement<'_>]) -> Vec<String> {
    let side = |(session, claim): (&Session, &Claim)| {
        let (state, ago) = (claim.state().as_str().replace('_', " "), board.style().age(claim.at));
        format!("{state} by {} {ago}", board.everything.who(session))
    };
    let mut said: Vec<String> = Vec::new();
    said.extend(disagreements.first().map(|one| format!("kept: {}", side(one.winner))));
    said.extend(disagreements.iter().take(OVERRULED).map(|one| format!("overruled: {}", side(one.overruled))));
    let more = disagreements.len().saturating_sub(OVERRULED);
    said.extend((more > 0).then(|| format!("\u{2026} and {more} more (Enter shows all)")));
    said
}

fn has_words(board: &Board, text: &str) -> bool {
    let text = text.to_lowercase();
    board.words().iter().all(|word| text.contains(word.as_str()))
}
