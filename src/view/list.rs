//! The list of todos, by project.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::sort::Sort;
use super::summary::{Counts, count, in_conflict};
use super::table::{fit, pad};
use super::together::{shelf_json, shelf_mark};
use super::words::words_of;
use super::{Everything, Folded, Group, Links, Quiet, Style};
use crate::todo::{LABEL, Names, Project, Scope, Session, State, Status, Time, Todo, TodoId, plain};

/// What is shown of what is quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All of it, among the rest.
    #[default]
    All,
    /// None of it.
    Living,
    /// Only that.
    Quiet,
}

/// Which todos to show.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this project, and of what is shown as one with it.
    pub project: Option<Scope>,
    /// Only what this session (or one whose name begins so) spoke of.
    pub session: Option<String>,
    /// Only what one of these spoke of.
    pub speakers: Option<BTreeSet<Session>>,
    /// Only what this very session spoke of.
    pub speaker: Option<Session>,
    /// Only in this state. `None` leaves that to `all`.
    pub state: Option<State>,
    /// Completed and dropped ones too.
    pub all: bool,
    /// Only what has all of these words, in lower case, in its text, its project or the names of its sessions.
    pub words: Vec<String>,
    /// Only these. `None` if ids make no difference.
    pub only: Option<BTreeSet<TodoId>>,
    /// These too, whatever became of them.
    pub also: BTreeSet<TodoId>,
    /// What counts as quiet at this moment.
    pub quiet: Quiet,
    /// What is shown of that.
    pub shown: Shown,
    /// In which order, other than the list's own.
    pub sort: Option<Sort>,
}

impl Filter {
    /// Returns whether it takes todos that nobody works on any more.
    pub fn takes_closed(&self) -> bool {
        self.state.map_or(self.all, |state| !state.is_open())
    }

    /// Returns whether a todo is shown.
    pub fn takes(&self, project: &Project, todo: &Todo) -> bool {
        let is_shown = match self.shown {
            Shown::All => true,
            Shown::Living => !self.quiet.has(todo),
            Shown::Quiet => self.quiet.has(todo),
        };
        is_shown && self.is_meant(project, todo)
    }

    /// Counts what is left out for being quiet, and would be shown else.
    pub fn folded(&self, everything: &Everything) -> Folded {
        if self.shown != Shown::Living {
            return Folded::default();
        }
        let meant = everything.todos().filter(|(project, todo)| self.is_meant(project, todo));
        self.quiet.count(meant.map(|(_, todo)| todo))
    }

    /// Has it take only the first so many of those that it takes, in the order of the list.
    pub fn keep(&mut self, everything: &Everything, most: usize) {
        self.only = Some(in_order(everything, self).into_iter().take(most).map(|(_, todo)| todo.id).collect());
    }

    fn is_meant(&self, project: &Project, todo: &Todo) -> bool {
        self.project.as_ref().is_none_or(|wanted| wanted.takes(project))
            && self.session.as_ref().is_none_or(|wanted| {
                todo.voices().any(|(session, claim)| session.as_str().starts_with(wanted.as_str()) && !claim.dropped)
            })
            && self
                .speakers
                .as_ref()
                .is_none_or(|wanted| todo.voices().any(|(session, claim)| wanted.contains(session) && !claim.dropped))
            && self.speaker.as_ref().is_none_or(|wanted| todo.voice(wanted).is_some_and(|(_, claim)| !claim.dropped))
            && match self.state {
                Some(state) => todo.state() == state,
                None => self.all || todo.state().is_open() || self.also.contains(&todo.id),
            }
            && self.only.as_ref().is_none_or(|only| only.contains(&todo.id))
            && (self.words.is_empty() || self.finds(project, todo))
    }

    fn finds(&self, project: &Project, todo: &Todo) -> bool {
        let mut text = format!("{}\n{project}", todo.content);
        for session in todo.claims.keys() {
            text.push('\n');
            text.push_str(session.as_str());
        }
        let text = text.to_lowercase();
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

/// Returns what todos are sorted by: what is going on first, then the latest.
pub fn order(todo: &Todo) -> impl Ord + use<> {
    let rank = match todo.state() {
        State::Wanted(Status::InProgress) => 0,
        State::Wanted(Status::Pending) => 1,
        State::Wanted(Status::Completed) => 2,
        State::Dropped => 3,
    };
    // By the minute: what was said in one breath stays in the order of its words.
    (rank, Reverse(todo.updated().seconds() / 60), todo.content.clone(), todo.nth)
}

/// Returns the todos that a filter takes, by project, what is going on first, then the latest.
fn select<'a>(everything: &'a Everything, filter: &Filter) -> Vec<(Group<'a>, Vec<(&'a Project, &'a Todo)>)> {
    let groups = everything.groups().into_iter().map(|group| {
        let todos = group.parts.iter().flat_map(|(project, todos)| todos.values().map(move |todo| (*project, todo)));
        let mut taken: Vec<_> = todos.filter(|(project, todo)| filter.takes(project, todo)).collect();
        taken.sort_by_cached_key(|(_, todo)| (filter.sort.map(|sort| sort.key(todo)), order(todo)));
        (group, taken)
    });
    let mut groups: Vec<_> = groups.filter(|(_, todos)| !todos.is_empty()).collect();
    if let Some(sort) = filter.sort {
        // The project of the first one comes first.
        groups.sort_by_key(|(_, todos)| todos.first().map(|(_, todo)| sort.key(todo)));
    }
    groups
}

/// Returns the todos that a filter takes, in one order: project by project, unless it wants another one.
fn in_order<'a>(everything: &'a Everything, filter: &Filter) -> Vec<(&'a Project, &'a Todo)> {
    let mut all: Vec<_> = select(everything, filter).into_iter().flat_map(|(_, todos)| todos).collect();
    if let Some(sort) = filter.sort {
        all.sort_by_key(|(_, todo)| sort.key(todo));
    }
    all
}

/// Returns all todos, whatever became of them, in the order of the list.
pub(super) fn select_all(everything: &Everything) -> Vec<(&Project, &Todo)> {
    in_order(everything, &Filter { all: true, ..Filter::default() })
}

/// A project and those of its todos that a filter takes.
#[derive(Debug)]
pub struct Section<'a> {
    /// What the project is called.
    pub project: &'a str,
    /// How many todos it has, whatever the filter takes.
    pub counts: Counts,
    /// How many of the open ones are quiet, and not shown for that.
    pub quiet: usize,
    /// The store that all that is shown of it is from, where those of several are shown.
    pub shelf: Option<String>,
    /// What the filter takes, in the order of the list.
    pub rows: Vec<Row<'a>>,
}

/// A todo as people are shown it: clean, and not cut yet.
#[derive(Debug)]
pub struct Row<'a> {
    /// The todo.
    pub todo: &'a Todo,
    /// Its words, with what stands in its way and how soon it should be done before them.
    pub words: String,
    /// Whose claim counts.
    pub who: String,
    /// Where that is, as far as there is anything to tell apart, and how many others claim it.
    pub whose: String,
    /// Since when.
    pub age: String,
    /// Whether a session disagrees, and spoke later.
    pub is_conflict: bool,
    /// Whether somebody is at it right now.
    pub is_active: bool,
}

impl Row<'_> {
    /// Returns who claims it in so many columns at most: what it is called gives way.
    pub fn who_in(&self, width: usize) -> String {
        let least = self.who.width().min(8);
        let whose = fit(&self.whose, width.saturating_sub(least));
        format!("{}{whose}", fit(&self.who, width.saturating_sub(whose.width())))
    }

    /// Returns how many columns that takes.
    pub fn who_width(&self) -> usize {
        self.who.width() + self.whose.width()
    }
}

impl Section<'_> {
    /// Returns how far the project is, in words.
    pub fn summary(&self) -> String {
        let quiet = if self.quiet > 0 { format!(" ({} quiet)", self.quiet) } else { String::new() };
        let shelf = self.shelf.as_ref().map(|name| format!(", in {}", plain(name))).unwrap_or_default();
        format!("{} open{quiet}, {} completed{shelf}", self.counts.open(), self.counts.completed)
    }
}

/// Returns the list for people, by project, as values.
pub fn sections<'a>(everything: &'a Everything, filter: &Filter, style: Style) -> Vec<Section<'a>> {
    let links = Links::new(everything);
    let section = |(group, todos): (Group<'a>, Vec<(&'a Project, &'a Todo)>)| {
        let mut shelves: Vec<_> = todos.iter().map(|(_, todo)| everything.shelves.called(todo.id)).collect();
        shelves.dedup();
        let is_mixed = shelves.len() > 1;
        Section {
            project: group.name,
            counts: count(group.todos()),
            quiet: if filter.shown == Shown::Living { filter.quiet.count(group.todos()).todos } else { 0 },
            shelf: shelves.into_iter().next().flatten().filter(|_| !is_mixed),
            rows: todos.into_iter().map(|(_, todo)| row(everything, &links, todo, is_mixed, style)).collect(),
        }
    };
    select(everything, filter).into_iter().map(section).collect()
}

/// Returns the list for people: a page by project, with who works on what, where, and since when.
pub fn list_text(everything: &Everything, filter: &Filter, style: Style) -> String {
    let mut text = String::new();
    for section in sections(everything, filter, style) {
        if !text.is_empty() {
            text.push('\n');
        }
        let name = fit(&plain(section.project), style.width);
        let summary = section.summary();
        let room = style.width.saturating_sub(name.width() + 2);
        let summary = if summary.width() > room { String::new() } else { style.dim(&summary) };
        text.push_str(format!("{}  {summary}", style.title(&name)).trim_end());
        text.push('\n');
        let rows = &section.rows;
        let widest = |part: fn(&Row<'_>) -> usize| rows.iter().map(part).max().unwrap_or(0);
        // Where there is little room, the words come first.
        let ids = if style.width < WITH_IDS { 0 } else { 10 };
        let whos = if style.width < 50 { 0 } else { widest(|row| row.who_width()).min((style.width / 3).max(12)) };
        let ages = if style.width < 24 { 0 } else { widest(|row| row.age.width()) };
        let column = |width: usize| if width == 0 { 0 } else { width + 2 };
        let room = style.width.saturating_sub(5 + ids + column(whos) + column(ages)).max(1);
        let room = room.min(widest(|row| row.words.width()).max(20));
        for row in rows {
            let mark = if row.is_conflict { style.alert("!") } else { " ".into() };
            let words = fit(&row.words, room);
            let space = " ".repeat(room.saturating_sub(words.width()));
            let words = style.words(&words);
            let words = if row.is_active { style.title(&words) } else { words };
            let mut line = format!(" {mark}{} ", style.symbol(row.todo.state()));
            if ids > 0 {
                line.push_str(&format!("{}  ", style.dim(&row.todo.id.to_string()[..8])));
            }
            line.push_str(&format!("{words}{space}"));
            for (cell, width) in
                [(&row.who_in(whos), whos), (&row.age, ages)].into_iter().filter(|(_, width)| *width > 0)
            {
                line.push_str(&format!("  {}", style.dim(&pad(&fit(cell, width), width))));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// From this width on there is room for the beginnings of ids, by which commands take todos.
const WITH_IDS: usize = 80;

/// Returns whether somebody is at it right now.
fn is_active(todo: &Todo, now: Time) -> bool {
    const HOUR: i64 = 60 * 60 * 1000;
    todo.state() == State::Wanted(Status::InProgress) && now.millis() - todo.updated().millis() < HOUR
}

/// Returns a row; `is_mixed` has it say which store it is from.
pub(super) fn row<'a>(
    everything: &Everything,
    links: &Links<'_>,
    todo: &'a Todo,
    is_mixed: bool,
    style: Style,
) -> Row<'a> {
    let shelf = if is_mixed { shelf_mark(everything, todo) } else { String::new() };
    let (winner, _) = todo.winner();
    let others = todo.voices().filter(|(_, claim)| !claim.dropped).count().saturating_sub(1);
    let more = if others > 0 { format!(" +{others}") } else { String::new() };
    Row {
        todo,
        words: format!("{shelf}{}{}", blocked(links, todo), words_of(todo, style.now)),
        who: everything.called(winner),
        whose: format!("{}{more}", everything.whereabouts(winner)),
        age: style.age(todo.updated()),
        is_conflict: in_conflict(todo),
        is_active: is_active(todo, style.now),
    }
}

/// Says that another todo must be done before.
fn blocked(links: &Links<'_>, todo: &Todo) -> &'static str {
    if todo.state().is_open() && !links.blockers(todo).is_empty() { "[blocked] " } else { "" }
}

/// Returns the list for programs that read lines: for each todo its id, status, `!` for a conflict, time of
/// the last statement, project, winning session, and words, as they are.
pub fn list_rows(everything: &Everything, filter: &Filter) -> Vec<Vec<String>> {
    in_order(everything, filter).into_iter().map(|(project, todo)| porcelain_row(project, todo)).collect()
}

/// Returns one todo for programs that read lines, as [`list_rows`] does.
pub fn porcelain_row(project: &Project, todo: &Todo) -> Vec<String> {
    vec![
        todo.id.to_string(),
        todo.state().as_str().to_owned(),
        if in_conflict(todo) { "!" } else { "." }.to_owned(),
        todo.updated().to_string(),
        project.to_string(),
        todo.winner().0.to_string(),
        todo.content.clone(),
    ]
}

/// Returns the list for programs.
pub fn list_json(everything: &Everything, filter: &Filter) -> Value {
    let names = everything.names();
    let json = |(project, todo): (&Project, &Todo)| {
        let json = quiet_json(todo_json(&names, project, todo), &filter.quiet, todo);
        shelf_json(json, everything, todo)
    };
    in_order(everything, filter).into_iter().map(json).collect()
}

/// Adds to a todo for programs that it is quiet, where it is.
pub fn quiet_json(mut json: Value, quiet: &Quiet, todo: &Todo) -> Value {
    if quiet.has(todo) {
        json["quiet"] = json!(true);
    }
    json
}

/// Says in a document for programs of which project something is: `project` as people see it, and `full_project`,
/// which stays the same when another repository of that name comes along.
pub fn name_project(object: &mut Value, names: &Names, project: &Project) {
    object["project"] = json!(names.shown(project));
    object["full_project"] = json!(project.as_str());
}

/// Returns one todo for programs: its properties, and what follows from its claims.
pub fn todo_json(names: &Names, project: &Project, todo: &Todo) -> Value {
    let mut object = serde_json::Map::new();
    for (name, field) in todo.fields.iter().filter(|(name, _)| !name.starts_with(LABEL)) {
        object.insert(name.clone(), field.value.clone());
    }
    if todo.fields.keys().any(|name| name.starts_with(LABEL)) {
        object.insert("labels".to_owned(), json!(todo.labels()));
    }
    let sessions: BTreeSet<String> = todo.claims.keys().map(|session| session.origin().to_string()).collect();
    if todo.nth > 1 {
        object.insert("nth".to_owned(), json!(todo.nth));
    }
    for (key, value) in [
        ("id", json!(todo.id.to_string())),
        ("content", json!(todo.content)),
        ("status", json!(todo.state().as_str())),
        ("sessions", json!(sessions)),
        ("created", json!(todo.created.to_string())),
        ("updated", json!(todo.updated().to_string())),
        ("conflict", json!(in_conflict(todo))),
    ] {
        object.insert(key.to_owned(), value);
    }
    let mut object = Value::Object(object);
    name_project(&mut object, names, project);
    object
}
