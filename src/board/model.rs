//! What the board shows: the state, where the cursor is, and what was asked for.

use std::collections::BTreeSet;

use super::page::Page;
use super::question::Prompt;
use crate::todo::{Project, Session, State, Time, Todo, TodoId};
use crate::view::{Everything, Filter, Quiet, Shown, Silences, Style};

/// What the board is told of the settings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Whether to use colour.
    pub color: bool,
    /// After how long somebody is told of a session's silence.
    pub silences: Silences,
    /// `chittysync.quietAfter` in milliseconds; nothing for never.
    pub quiet_after: Option<i64>,
    /// When today began.
    pub today: Time,
}

/// What the screen is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The todos, by project.
    #[default]
    Todos,
    /// The todos, by what they are.
    State,
    /// How far each project is.
    Projects,
    /// Who works on what.
    Sessions,
    /// What sessions disagree on.
    Conflicts,
}

impl Tab {
    /// All, from left to right.
    pub const ALL: [Tab; 5] = [Tab::Todos, Tab::State, Tab::Projects, Tab::Sessions, Tab::Conflicts];
}

/// Whose todos are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    #[default]
    All,
    /// Those of a project.
    Project(Project),
    /// Those that a session spoke of.
    Session(Session),
}

/// What a line is about, and the cursor can stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Todo(TodoId),
    Project(Project),
    Session(Session),
}

/// Where the cursor of a tab is. What it stands on may go; then the place counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursor {
    pub(super) target: Option<Target>,
    pub(super) place: usize,
}

/// A disagreement that is being settled: what can be taken, as it was when the question was asked.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) id: TodoId,
    pub(super) words: String,
    pub(super) claims: Vec<Choosable>,
}

/// What a session says of a todo, which can be taken as it was when the question was asked.
#[derive(Clone, Debug)]
pub(super) struct Choosable {
    pub(super) session: Session,
    pub(super) state: State,
    pub(super) at: Time,
}

/// Everything the screen is a picture of.
#[derive(Clone, Debug)]
pub struct Board {
    pub(super) setting: Setting,
    pub(super) everything: Everything,
    pub(super) now: Time,
    pub(super) tab: Tab,
    pub(super) cursors: [Cursor; 5],
    pub(super) scope: Scope,
    pub(super) filter: String,
    /// The filter is being typed.
    pub(super) is_typing: bool,
    /// Closed todos and plain lag too.
    pub(super) all: bool,
    /// Only what quiet sessions left behind.
    pub(super) is_triage: bool,
    /// What is being typed in answer to a question.
    pub(super) prompt: Option<Prompt>,
    /// Todos that were finished here: they stay in sight, to be seen and perhaps reopened.
    pub(super) finished: BTreeSet<TodoId>,
    pub(super) choice: Option<Choice>,
    pub(super) page: Option<Page>,
    /// The last that happened to a todo, once it was asked for.
    pub(super) history: Option<(TodoId, Vec<String>)>,
    /// What came of the last request, and whether it failed.
    pub(super) message: Option<(String, bool)>,
    /// The message is of what others did.
    is_mention: bool,
    /// What is quiet at the time.
    pub(super) quiet: Quiet,
    /// Columns and rows of the screen.
    pub(super) size: (u16, u16),
}

impl Board {
    /// Returns the board of a state at a time, on a screen of so many columns and rows.
    pub fn new(everything: Everything, now: Time, setting: Setting, size: (u16, u16)) -> Self {
        let mut board = Board {
            setting,
            everything,
            now,
            tab: Tab::default(),
            cursors: Default::default(),
            scope: Scope::default(),
            filter: String::new(),
            is_typing: false,
            all: false,
            is_triage: false,
            prompt: None,
            finished: BTreeSet::new(),
            choice: None,
            page: None,
            history: None,
            message: None,
            is_mention: false,
            size,
            quiet: Quiet::default(),
        };
        board.look_for_quiet();
        board.settle();
        board
    }

    /// Takes a newer state, and when sessions are stale or quiet. The cursor stays on what it was on, wherever that is now.
    pub fn load(&mut self, everything: Everything, setting: Setting) {
        self.everything = everything;
        self.setting = setting;
        self.history = None;
        self.look_for_quiet();
        self.settle();
    }

    /// Takes the time, and when today began.
    pub fn set_time(&mut self, now: Time, today: Time) {
        (self.now, self.setting.today) = (now, today);
        self.look_for_quiet();
        self.settle();
    }

    /// Takes the size of the screen, in columns and rows.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
    }

    /// Shows what came of a request, until the next key.
    pub fn say(&mut self, text: String, failed: bool) {
        (self.message, self.is_mention) = (Some((text, failed)), false);
    }

    /// Shows what others did, unless something is shown that came of a request.
    pub fn mention(&mut self, text: String) {
        if self.message.is_none() || self.is_mention {
            (self.message, self.is_mention) = (Some((text, false)), true);
        }
    }

    /// Shows a page over the lists.
    pub fn open(&mut self, page: Page) {
        self.page = Some(page);
    }

    /// Returns what it goes by.
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// Returns the state that is shown.
    pub fn everything(&self) -> &Everything {
        &self.everything
    }

    /// Returns the time by which ages are told.
    pub fn time(&self) -> Time {
        self.now
    }

    /// Returns how text is laid out on this screen.
    pub fn style(&self) -> Style {
        Style { color: false, width: self.size.0.into(), isolate: true, now: self.now }
    }

    /// Returns words that stay what they are beside others, whatever their direction.
    pub(super) fn isolated(&self, text: &str) -> String {
        self.style().words(text)
    }

    /// Returns whether the tab that is open lists todos, and so heeds the scope.
    pub(super) fn lists_todos(&self) -> bool {
        matches!(self.tab, Tab::Todos | Tab::State | Tab::Conflicts)
    }

    /// Returns which todos are shown.
    pub(super) fn todo_filter(&self) -> Filter {
        let mut filter =
            Filter { all: self.all, also: self.finished.clone(), words: self.words(), ..Filter::default() };
        (filter.quiet, filter.shown) = (self.quiet.clone(), self.shown());
        match &self.scope {
            Scope::All => {}
            Scope::Project(project) => filter.project = Some(self.everything.names().scope(project)),
            Scope::Session(session) => filter.speaker = Some(session.clone()),
        }
        filter
    }

    fn look_for_quiet(&mut self) {
        self.quiet = Quiet::of(&self.everything, self.now, self.setting.quiet_after);
    }

    /// Returns what of the quiet is shown: who asks for all, or for something in particular, looks for more than what
    /// lives.
    pub(super) fn shown(&self) -> Shown {
        if self.is_triage {
            return Shown::Quiet;
        }
        let narrowed = self.scope != Scope::All || !self.filter.is_empty();
        if self.all || narrowed { Shown::All } else { Shown::Living }
    }

    /// Returns the words of the filter as they are looked for.
    pub(super) fn words(&self) -> Vec<String> {
        self.filter.to_lowercase().split_whitespace().map(str::to_owned).collect()
    }

    /// Returns where the cursor is among what it can stand on.
    pub(super) fn place(&self) -> usize {
        self.cursors[self.tab as usize].place
    }

    /// Returns what the cursor stands on.
    pub(super) fn target(&self) -> Option<&Target> {
        self.cursors[self.tab as usize].target.as_ref()
    }

    /// Returns the todo that the cursor stands on.
    pub(super) fn todo(&self) -> Option<&Todo> {
        match self.target()? {
            Target::Todo(id) => self.everything.get(*id).map(|(_, todo)| todo),
            _ => None,
        }
    }
}
