//! What is quiet: open todos whose sessions have all said nothing for a while, and that nobody took up by hand.
//!
//! Real stores hold hundreds of them, left open by sessions that ended long ago. People are shown what lives, and how
//! much there is besides. Programs get all, with a word on it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Everything;
use super::called::is_person;
use crate::todo::{Session, SessionInfo, Time, Todo, TodoId};

/// What is quiet at a moment.
#[derive(Clone, Debug, Default)]
pub struct Quiet {
    /// How long it takes to become quiet, in milliseconds.
    after: i64,
    todos: BTreeSet<TodoId>,
    /// The sessions that live, by the names that they have in common with all that go on from them.
    living: BTreeSet<String>,
    /// Whether anything can be quiet at all.
    is_on: bool,
}

/// What was left out because it is quiet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// How many todos.
    pub todos: usize,
    /// How many sessions want them.
    pub sessions: usize,
}

impl Quiet {
    /// Finds what is quiet at this time. `after` is `chittysync.quietAfter` in milliseconds, nothing for never.
    pub fn of(everything: &Everything, now: Time, after: Option<i64>) -> Self {
        let Some(after) = after else { return Quiet::default() };
        let until = Time::from_millis(now.millis().saturating_sub(after));
        let infos = everything.sessions.iter();
        let lives = |info: &&SessionInfo| is_person(info) || info.updated > until;
        let living = infos.clone().filter(lives).map(|info| info.session.without_commands()).collect::<BTreeSet<_>>();
        let known: BTreeSet<Cow<'_, str>> = infos.map(|info| info.session.without_commands()).collect();
        let speaks = |session: &Session, at: Time| {
            let root = session.without_commands();
            // Of a session of which nothing is known, what it says of the todo tells.
            if known.contains(&root) { living.contains(&root) } else { at > until }
        };
        // A date brings a todo up by itself: when it is near, until it is done; when it was put off until then, for a while.
        let near = Time::from_millis(now.millis().saturating_add(after));
        let is_its_time = |todo: &Todo| {
            todo.due().is_some_and(|due| due <= near) || todo.defer().is_some_and(|at| until < at && at <= now)
        };
        let is_quiet = |todo: &Todo| {
            let is_wanted = todo.voices().any(|(session, claim)| !claim.dropped && speaks(session, claim.at));
            todo.state().is_open()
                && !is_wanted
                && !is_its_time(todo)
                && !todo.fields.values().any(|field| field.at > until)
        };
        let todos = everything.todos().filter(|(_, todo)| is_quiet(todo)).map(|(_, todo)| todo.id).collect();
        let living = living.into_iter().map(Cow::into_owned).collect();
        Quiet { after, todos, living, is_on: true }
    }

    /// Returns whether a todo is quiet.
    pub fn has(&self, todo: &Todo) -> bool {
        self.todos.contains(&todo.id)
    }

    /// Returns whether a session is.
    pub fn has_session(&self, session: &Session) -> bool {
        self.is_on && !self.living.contains(session.without_commands().as_ref())
    }

    /// Counts some quiet todos, and the sessions that want them.
    pub fn count<'a>(&self, todos: impl IntoIterator<Item = &'a Todo>) -> Folded {
        let mut sessions: BTreeSet<Cow<'_, str>> = BTreeSet::new();
        let mut count = 0;
        for todo in todos.into_iter().filter(|todo| self.has(todo)) {
            count += 1;
            let wanting = todo.voices().filter(|(_, claim)| !claim.dropped);
            sessions.extend(wanting.map(|(session, _)| session.without_commands()));
        }
        Folded { todos: count, sessions: sessions.len() }
    }

    /// Says how long it takes to become quiet: `a week`, `3 days`, `12 hours`.
    pub fn length(&self) -> String {
        const HOUR: i64 = 60 * 60 * 1000;
        let hours = self.after / HOUR;
        match (hours / 24, hours % 24) {
            (7, 0) => "a week".to_owned(),
            (1, 0) => "a day".to_owned(),
            (days, 0) if days > 0 => format!("{days} days"),
            _ if hours == 1 => "an hour".to_owned(),
            _ if hours == 0 => format!("{} minutes", self.after / 60_000),
            _ => format!("{hours} hours"),
        }
    }

    /// Says what was left out, and how it is seen; nothing when it is nothing. `is_rest` is whether there is more.
    pub fn told(&self, folded: &Folded, is_rest: bool, how: &str) -> Option<String> {
        let Folded { todos, sessions } = folded;
        let more = if is_rest { " more" } else { "" };
        let (s, have) = if *sessions == 1 { ("", "has") } else { ("s", "have") };
        let how = if how.is_empty() { String::new() } else { format!(": {how}") };
        (*todos > 0).then(|| {
            format!("{todos}{more} from {sessions} session{s} that {have} been quiet for {}{how}", self.length())
        })
    }
}

/// Quiet sessions with open todos, the one that has been quiet longest first. With each, its open quiet todos.
pub fn left_behind<'a>(everything: &'a Everything, quiet: &Quiet) -> Vec<(Session, Vec<&'a Todo>)> {
    let mut last: BTreeMap<Cow<'_, str>, Time> = BTreeMap::new();
    for info in &everything.sessions {
        let known = last.entry(info.session.without_commands()).or_insert(info.updated);
        *known = (*known).max(info.updated);
    }
    let mut found: BTreeMap<Session, Vec<&Todo>> = BTreeMap::new();
    for todo in everything.todos().map(|(_, todo)| todo).filter(|todo| quiet.has(todo)) {
        // What several want is asked about once, with the one whose word counts.
        let (session, _) = todo.winner();
        if let Ok(session) = Session::new(&session.without_commands()) {
            found.entry(session).or_default().push(todo);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    let spoke = |session: &Session, todos: &[&Todo]| {
        let of_todos = || todos.iter().map(|todo| todo.updated()).max().unwrap_or_default();
        last.get(session.without_commands().as_ref()).copied().unwrap_or_else(of_todos)
    };
    found.sort_by_cached_key(|(session, todos)| (spoke(session, todos), session.clone()));
    for (_, todos) in &mut found {
        todos.sort_by_cached_key(|todo| (todo.created, todo.content.clone(), todo.nth));
    }
    found
}

#[cfg(test)]
mod tests;
