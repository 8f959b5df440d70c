//! What every page is made of.

use maud::{Markup, html};

use super::then::Then;
use crate::plan::{Holders, Moment, Topics};
use crate::todo::{Session, Time, Todo, TodoId};
use crate::view::{Everything, Links, OverProperty, Quiet, Silences, questions};

/// How many characters of what a session is called there is room for on a line that it begins.
const NAME: usize = 48;

/// What somebody is told of what they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What became of it, or why it was refused.
    pub text: String,
    /// What can be done about it.
    pub hints: Vec<String>,
    /// Whether it was refused.
    pub is_refused: bool,
    /// The act that can be taken back from here: of which todo, and when that was last spoken of then. `undo` has to find
    /// it as the last one.
    pub undo: Option<(TodoId, Time)>,
}

/// How another place that holds the same is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirroring {
    /// What it is called.
    pub name: String,
    /// What it lacks, since when, and what to do.
    pub text: String,
    /// Whether something is the matter.
    pub is_bad: bool,
}

/// How agents that are started are doing, as far as it is known here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents {
    /// What `topics` says of it: the limits and what is used of them, what runs, and why nothing is started for the rest.
    pub told: Vec<String>,
    /// Whether somebody has nothing more started.
    pub paused: bool,
    /// How many run.
    pub running: usize,
    /// The topics whose command failed so often that it is started no more.
    pub broken: Vec<String>,
    /// How those ended that ran last, the latest first.
    pub ended: Vec<String>,
}

impl Agents {
    /// Counts what somebody has to answer.
    pub(super) fn needs(&self) -> usize {
        self.broken.len()
    }
}

/// What every page is made of. All of it is of one commit.
#[expect(missing_debug_implementations, reason = "functions have nothing to show")]
pub struct Sight<'a> {
    /// What the branch holds.
    pub everything: &'a Everything,
    /// The commit; nothing before the first one.
    pub at: Option<String>,
    /// The conflicts over properties that nobody has settled.
    pub properties: &'a [OverProperty],
    /// What waits for what.
    pub links: Links<'a>,
    /// Who has what.
    pub holders: Holders,
    /// What todos are about.
    pub topics: &'a Topics,
    /// How many todos have to wait in a topic before an agent is started.
    pub spawn_at: usize,
    /// What is quiet.
    pub quiet: Quiet,
    /// After how long somebody is told of a session's silence.
    pub silences: Silences,
    /// The time.
    pub now: Time,
    /// When today began.
    pub today: Time,
    /// A time as it is told to people.
    pub moment: &'a dyn Fn(Time) -> String,
    /// How mirrors are doing, for the page that tells of it.
    pub mirrors: &'a [Mirroring],
    /// How agents that are started are doing, for the pages that tell of it; nothing where none is.
    pub agents: Option<&'a Agents>,
    /// The device whose store it is.
    pub device: &'a str,
    /// What forms carry, so that only our own pages can send them.
    pub key: &'a str,
    /// Whether who looks may do anything.
    pub may_write: bool,
    /// That this is an earlier state, where it is one. Nothing can be done there.
    pub then: Option<Then<'a>>,
    /// What there is to tell of the last act.
    pub message: Option<Message>,
    /// The path of this page, to come back to.
    pub path: &'a str,
}

impl<'a> Sight<'a> {
    /// Returns what a page is made of, as far as it follows from the todos; the rest is to be set.
    pub fn new(everything: &'a Everything, topics: &'a Topics, moment: &'a dyn Fn(Time) -> String, now: Time) -> Self {
        Sight {
            everything,
            at: None,
            properties: &[],
            links: Links::new(everything),
            holders: Holders::of(everything, Moment::at(now)),
            topics,
            spawn_at: 0,
            quiet: Quiet::default(),
            silences: Silences::default(),
            now,
            today: now,
            moment,
            mirrors: &[],
            agents: None,
            device: "",
            key: "",
            may_write: true,
            then: None,
            message: None,
            path: "/ui",
        }
    }

    /// Returns a part of a page with links that lead to the state that is looked at.
    pub(super) fn links(&self, part: &Markup) -> Markup {
        self.then.map_or_else(|| part.clone(), |then| then.links(part))
    }

    /// Returns what keeps a form that looks for something at the state that is looked at.
    pub(super) fn kept(&self) -> Markup {
        html! { @if let Some(then) = &self.then { (then.kept()) } }
    }

    /// Counts what there is to settle.
    pub(super) fn conflicts(&self) -> usize {
        questions(self.everything, false, self.properties).len()
    }

    /// Returns whether a session is that of who looks.
    pub(super) fn is_own(&self, session: &Session) -> bool {
        self.everything.is_own(session)
    }

    /// Returns what people call a session, on a line that it begins.
    pub(super) fn named(&self, session: &Session) -> String {
        self.everything.called_within(session, NAME)
    }

    /// Returns the same, and where it is, as far as that tells it from others.
    pub(super) fn who(&self, session: &Session) -> String {
        format!("{}{}", self.named(session), self.everything.whereabouts(session))
    }

    /// Returns whether who looks wants a todo, or has it.
    pub(super) fn is_mine(&self, todo: &Todo) -> bool {
        let wants = todo.voices().any(|(session, claim)| claim.is_open() && self.is_own(session));
        wants || self.is_assigned_to_me(todo)
    }

    /// Returns whether a todo is assigned to who looks.
    pub(super) fn is_assigned_to_me(&self, todo: &Todo) -> bool {
        self.everything.own.as_ref().is_some_and(|own| self.holders.has(own, todo) && !self.is_at(own, todo))
    }

    fn is_at(&self, own: &Session, todo: &Todo) -> bool {
        todo.workers().any(|(session, _)| session.main() == own.main())
    }
}
