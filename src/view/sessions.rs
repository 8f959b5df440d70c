//! Who works on what, where, since when, and what is wrong with it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anstyle::AnsiColor;
use serde_json::{Value, json};

use super::session_filter::SessionFilter;
use super::silences::Silences;
use super::stuck::stuck;
use super::table::{Column, Table, fit};
use super::{Everything, Quiet, Shown, Style};
use crate::todo::{Project, Session, SessionInfo, State, Status, Time, Todo, plain};

/// How alive a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It spoke within the last hour.
    Active,
    /// It spoke later than `chittysync.staleAfter` ago.
    Idle,
    /// It has not spoken for `chittysync.staleAfter`.
    Stale,
    /// It said that it ended.
    Ended,
}

impl SessionState {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            SessionState::Active => "active",
            SessionState::Idle => "idle",
            SessionState::Stale => "stale",
            SessionState::Ended => "ended",
        }
    }

    /// Returns a symbol for it, and its colour.
    pub fn symbol(self) -> (&'static str, AnsiColor) {
        match self {
            SessionState::Active => ("\u{25b6}", AnsiColor::Blue),
            SessionState::Idle => ("\u{25cb}", AnsiColor::White),
            SessionState::Stale => ("\u{25cc}", AnsiColor::Yellow),
            SessionState::Ended => ("\u{2713}", AnsiColor::Green),
        }
    }
}

/// What somebody should look at.
#[derive(Clone, Copy, Debug)]
pub enum Warning<'a> {
    /// A stale session has open todos.
    Stale,
    /// Another active session is working on the same todo.
    Shared(&'a Todo, &'a Session),
    /// It is at this todo and says nothing, while its project went on for so many milliseconds.
    Stuck(&'a Todo, i64),
}

impl Warning<'_> {
    /// Says it to people, in words that are fit for a terminal.
    pub fn text(self, everything: &Everything) -> String {
        match self {
            Warning::Stale => "says nothing more, with work left open".to_owned(),
            Warning::Shared(todo, session) => {
                let is = if everything.is_own(session) { "are" } else { "is" };
                format!("{} {is} at it too: {}", everything.who(session), plain(&todo.content))
            }
            Warning::Stuck(todo, gone_on) => format!("{}: {}", Warning::silence(gone_on), plain(&todo.content)),
        }
    }

    /// Says for how long a project went on without a session.
    fn silence(gone_on: i64) -> String {
        let long = match (gone_on / DAY, gone_on / HOUR, gone_on / 60_000) {
            (days, ..) if days > 0 => format!("{days}d"),
            (_, hours, _) if hours > 0 => format!("{hours}h"),
            (.., minutes) => format!("{minutes}m"),
        };
        format!("says nothing, while its project went on for {long}")
    }

    /// Returns it for programs, by our names and by the original's.
    fn json(self, of: &SessionView<'_>, now: Time) -> Value {
        match self {
            Warning::Stale => {
                let age = (now.millis() - of.info.updated.millis()).max(0) / DAY;
                json!({
                    "kind": "stale", "type": "stale_session", "session_id": of.session.as_str(), "age_days": age,
                })
            }
            Warning::Stuck(todo, gone_on) => json!({
                "kind": "stuck",
                "type": "stuck_session",
                "session_id": of.session.as_str(),
                "todo": todo.id.to_string(),
                "gone_on_hours": gone_on / HOUR,
            }),
            Warning::Shared(todo, session) => json!({
                "kind": "shared",
                "type": "shared_todo",
                "todo": todo.id.to_string(),
                "session": session.as_str(),
            }),
        }
    }
}

/// A session with its counts.
#[derive(Clone, Debug)]
pub struct SessionView<'a> {
    /// Its name, wherever it goes on.
    pub session: Session,
    /// What is known of it, as of where it spoke last.
    pub info: &'a SessionInfo,
    /// When it first spoke, wherever that was.
    pub started: Time,
    /// The name of the project that it works on: that of its directory, else that of the todo of which it last spoke.
    pub project: &'a str,
    /// The same as people see it.
    pub shown: &'a str,
    /// How alive it is.
    pub state: SessionState,
    /// How many open todos it wants.
    pub open: usize,
    /// How many todos it spoke of and did not drop.
    pub total: usize,
    /// What somebody should look at.
    pub warnings: Vec<Warning<'a>>,
}

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

fn state(info: &SessionInfo, now: Time, stale_after: Option<i64>) -> SessionState {
    let silent = now.millis() - info.updated.millis();
    match info.ended {
        Some(_) => SessionState::Ended,
        None if silent < HOUR => SessionState::Active,
        None if stale_after.is_none_or(|after| silent < after) => SessionState::Idle,
        None => SessionState::Stale,
    }
}

/// A session by the name that it has in common with all that go on from it, and with its commands.
type Root<'a> = Cow<'a, str>;

/// Returns all sessions, the latest first; one that went on elsewhere once.
pub fn session_views(everything: &Everything, now: Time, silences: Silences) -> Vec<SessionView<'_>> {
    let mut known: BTreeMap<Root<'_>, Vec<&SessionInfo>> = BTreeMap::new();
    for info in &everything.sessions {
        known.entry(info.session.without_commands()).or_default().push(info);
    }
    let known: BTreeMap<Root<'_>, (&SessionInfo, Time, Session)> = known
        .into_iter()
        .filter_map(|(root, infos)| {
            let last = infos.iter().copied().max_by_key(|info| (info.updated, &info.session))?;
            // One that only ran commands has the name of their list.
            let list = infos.iter().find(|info| info.session.root() == root).unwrap_or(&last);
            Some((root, (last, infos.iter().map(|info| info.started).min()?, list.session.origin())))
        })
        .collect();
    let states: BTreeMap<Root<'_>, SessionState> =
        known.iter().map(|(root, (info, ..))| (root.clone(), state(info, now, silences.stale))).collect();
    let mut shared = shared(everything, &states);
    let mut stuck = silences.stuck.map(|after| stuck(everything, now, after)).unwrap_or_default();
    let names = everything.names();
    let mut counts = BTreeMap::new();
    let mut last: BTreeMap<Root<'_>, (Time, &Project)> = BTreeMap::new();
    for (project, todo) in everything.todos() {
        // What a session's list and its commands both speak of counts once.
        let mut wanted: BTreeMap<Root<'_>, bool> = BTreeMap::new();
        for (session, claim) in todo.voices() {
            let root = session.without_commands();
            let said = last.entry(root.clone()).or_insert((claim.at, project));
            *said = (*said).max((claim.at, project));
            if !claim.dropped {
                *wanted.entry(root).or_default() |= claim.is_open();
            }
        }
        for (root, is_open) in wanted {
            let (open, total): &mut (usize, usize) = counts.entry(root).or_default();
            *total += 1;
            *open += usize::from(is_open && todo.state().is_open());
        }
    }
    let mut views: Vec<_> = known
        .iter()
        .map(|(root, (info, started, session))| {
            let (open, total) = counts.get(root).copied().unwrap_or_default();
            let state = states[root];
            let mut warnings = shared.remove(root).unwrap_or_default();
            let silent = stuck.remove(root).filter(|_| state != SessionState::Ended);
            let silent = silent.map(|(todo, gone_on)| Warning::Stuck(todo, gone_on));
            match state == SessionState::Stale && open > 0 {
                true => warnings.push(Warning::Stale),
                false => warnings.extend(silent),
            }
            let project = info.project.as_ref().or_else(|| Some(last.get(root)?.1));
            let shown = project.map_or(Project::GENERAL, |project| names.shown(project));
            let project = project.map_or(Project::GENERAL, Project::as_str);
            let session = session.clone();
            SessionView { session, info, started: *started, project, shown, state, open, total, warnings }
        })
        .collect();
    views.sort_by(|a, b| b.info.updated.cmp(&a.info.updated).then_with(|| a.session.cmp(&b.session)));
    views
}

/// Returns who is working on the same todo as another: of each pair of active sessions, both. A session and its
/// sub-agents share their work on purpose.
fn shared<'a>(
    everything: &'a Everything,
    states: &BTreeMap<Root<'_>, SessionState>,
) -> BTreeMap<Root<'a>, Vec<Warning<'a>>> {
    let mut found: BTreeMap<Root<'_>, Vec<Warning<'_>>> = BTreeMap::new();
    let in_progress = |todo: &&Todo| todo.state() == State::Wanted(Status::InProgress);
    for todo in everything.todos().map(|(_, todo)| todo).filter(in_progress) {
        let is_active = |session: &&Session| states.get(&session.without_commands()) == Some(&SessionState::Active);
        let at_it: Vec<&Session> = todo.workers().map(|(session, _)| session).filter(is_active).collect();
        for session in &at_it {
            let others = at_it.iter().filter(|other| other.main() != session.main());
            found
                .entry(session.without_commands())
                .or_default()
                .extend(others.map(|other| Warning::Shared(todo, other)));
        }
    }
    found
}

impl SessionView<'_> {
    /// Returns the project as people see it, with the branch where that is not the usual one.
    fn place_in_git(&self) -> String {
        let branch = self.info.branch.as_deref().filter(|branch| !["main", "master", "HEAD"].contains(branch));
        plain(&branch.map_or_else(|| self.shown.to_owned(), |branch| format!("{}@{branch}", self.shown)))
    }

    /// Returns it as a row of [`SESSION_COLUMNS`].
    pub fn row(&self, everything: &Everything, style: Style) -> [String; 7] {
        [
            self.state.as_str().to_owned(),
            everything.called_in_full(&self.session),
            self.place_in_git(),
            everything.place(self.info),
            self.open.to_string(),
            self.total.to_string(),
            style.age(self.info.updated),
        ]
    }
}

/// The columns of sessions, as people see them.
pub const SESSION_COLUMNS: [(&str, Column); 7] = [
    ("STATE", Column::Fixed),
    ("SESSION", Column::Flexible),
    ("PROJECT", Column::Flexible),
    ("WHERE", Column::Flexible),
    ("OPEN", Column::Number),
    ("TOTAL", Column::Number),
    ("LAST", Column::Fixed),
];

impl SessionFilter {
    /// Returns the sessions that it takes, and those that it would take were they not quiet.
    pub fn views<'a>(&self, everything: &'a Everything, now: Time) -> (Vec<SessionView<'a>>, Vec<SessionView<'a>>) {
        let roots: Option<BTreeSet<_>> =
            self.wanted.as_ref().map(|wanted| wanted.iter().map(Session::without_commands).collect());
        let mut views = session_views(everything, now, self.silences);
        views.retain(|view| roots.as_ref().is_none_or(|roots| roots.contains(&view.session.without_commands())));
        let (quiet, living): (Vec<_>, Vec<_>) =
            views.into_iter().partition(|view| self.shown != Shown::All && self.quiet.has_session(&view.session));
        if self.shown == Shown::Quiet { (quiet, Vec::new()) } else { (living, quiet) }
    }
}

/// Says how many quiet sessions are left out, and what they left open; nothing when there are none. `how` is how they
/// are seen.
pub fn left_out(views: &[SessionView<'_>], quiet: &Quiet, how: &str) -> Option<String> {
    let (count, with_work) = (views.len(), views.iter().filter(|view| view.open > 0).count());
    let open = if with_work > 0 { format!(", {with_work} of them with work left open") } else { String::new() };
    let have = if count == 1 { "has" } else { "have" };
    (count > 0).then(|| format!("{count} more {have} been quiet for {}{open}: {how}", quiet.length()))
}

/// Returns the sessions for people.
pub fn sessions_text(everything: &Everything, filter: &SessionFilter, style: Style) -> String {
    let (views, folded) = filter.views(everything, style.now);
    let rest = left_out(&folded, &filter.quiet, "`sessions --left-behind`");
    let rest = rest.map(|rest| format!("{}\n", style.dim(&fit(&rest, style.width))));
    if views.is_empty() {
        return rest.unwrap_or_default();
    }
    let rows: Vec<_> = views.iter().map(|view| view.row(everything, style)).collect();
    let table = Table::new(SESSION_COLUMNS, &rows, style.width.saturating_sub(2));
    let mut text = format!("  {}\n", style.dim(table.head().trim_end()));
    for (view, row) in views.iter().zip(&rows) {
        let line = table.line(row, |at, cell| match at {
            0 | 6 => style.dim(cell),
            1 if view.state == SessionState::Active => style.title(cell),
            4 if view.open == 0 => style.dim(cell),
            _ => style.words(cell),
        });
        text.push_str(&format!("{} {}\n", style.paint_symbol(view.state.symbol()), line.trim_end()));
        for warning in &view.warnings {
            let said = fit(&warning.text(everything), style.width.saturating_sub(6));
            text.push_str(&format!("    {} {}\n", style.alert("!"), style.words(&said)));
        }
    }
    text.extend(rest.map(|rest| format!("\n{rest}")));
    text
}

/// Returns the sessions for programs that read lines: name, state, open, total, time of the last statement,
/// project, device.
pub fn sessions_rows(everything: &Everything, filter: &SessionFilter, now: Time) -> Vec<Vec<String>> {
    let views = filter.views(everything, now).0.into_iter();
    views
        .map(|view| {
            vec![
                view.session.to_string(),
                view.state.as_str().to_owned(),
                view.open.to_string(),
                view.total.to_string(),
                view.info.updated.to_string(),
                view.project.to_owned(),
                view.info.device.clone(),
            ]
        })
        .collect()
}

/// Returns the sessions for programs.
pub fn sessions_json(everything: &Everything, filter: &SessionFilter, now: Time) -> Value {
    let sessions = filter.views(everything, now).0.into_iter().map(|view| {
        let mut value = json!({
            "session": view.session.as_str(),
            "session_id": view.session.as_str(),
            "name": everything.called_in_full(&view.session),
            "source": view.info.source,
            "device": view.info.device,
            "project": view.shown,
            "full_project": view.project,
            "started": view.started.to_string(),
            "updated": view.info.updated.to_string(),
            "last_activity": view.info.updated.to_string(),
            "state": view.state.as_str(),
            "open": view.open,
            "active_todos": view.open,
            "total": view.total,
            "warnings": view.warnings.iter().map(|warning| warning.json(&view, now)).collect::<Value>(),
        });
        let title = view.info.title.as_ref().map(|title| title.text.clone()).filter(|text| !text.is_empty());
        let optional = [
            ("agent", &view.info.agent),
            ("branch", &view.info.branch),
            ("title", &title),
            ("person", &view.info.person),
        ];
        for (key, text) in optional.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            value[key] = json!(text);
        }
        if filter.quiet.has_session(&view.session) {
            value["quiet"] = json!(true);
        }
        if let Some(ended) = view.info.ended {
            value["ended"] = json!(ended.to_string());
        }
        value
    });
    sessions.collect()
}
