//! What needs somebody: disagreements, what waits for who looks, what is blocked, which sessions are stuck.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::agents;
use super::conflicts::{Question, question};
use super::frame::{rest, section};
use super::query::{Wanted, session_page};
use super::row::{With, is_blocked, row};
use super::text::{count, mark, more, sign, state_word, when, words};
use super::{Agents, Sight};
use crate::todo::{Project, Session, Todo, Verb};
use crate::view::{SessionView, Warning, questions, session_views};

/// So many of each are shown.
const FEW: usize = 4;
/// Of sessions that are stuck, which take a line each.
const STUCK: usize = 6;
/// Of conflicts, which take more room.
const FIRST: usize = 1;

/// What needs somebody.
pub(super) struct Needs<'a> {
    conflicts: Vec<Question<'a>>,
    /// What others wait for, or somebody gave to who looks; with each, what waits for it.
    mine: Vec<(&'a Project, &'a Todo, Vec<&'a Todo>)>,
    /// What cannot go on; with each, what it waits for.
    blocked: Vec<(&'a Project, &'a Todo, Vec<&'a Todo>)>,
    stuck: Vec<SessionView<'a>>,
    quiet: crate::view::Folded,
    /// On how many topics the command failed that starts agents.
    agents: usize,
}

impl<'a> Needs<'a> {
    pub(super) fn of(sight: &Sight<'a>) -> Self {
        let everything = sight.everything;
        let open = everything.todos().filter(|(_, todo)| todo.state().is_open() && !sight.quiet.has(todo));
        let open: Vec<_> = open.collect();
        let blocked = open.iter().filter(|(_, todo)| is_blocked(sight, todo));
        let blocked: Vec<_> = blocked.map(|(project, todo)| (*project, *todo, sight.links.blockers(todo))).collect();
        let mut mine: Vec<(&Project, &Todo, Vec<&Todo>)> = Vec::new();
        let waited: BTreeSet<_> = blocked.iter().flat_map(|(_, _, by)| by).map(|todo| todo.id).collect();
        for (project, todo) in open.iter().filter(|(_, todo)| sight.is_mine(todo)) {
            let waiting = |(_, other, by): &&(&Project, &'a Todo, Vec<&Todo>)| {
                let is_others = other.voices().any(|(session, claim)| claim.is_open() && !sight.is_own(session));
                is_others && by.iter().any(|one| one.id == todo.id)
            };
            let waiting: Vec<_> = match waited.contains(&todo.id) {
                true => blocked.iter().filter(waiting).map(|(_, other, _)| *other).collect(),
                false => Vec::new(),
            };
            if !waiting.is_empty() || sight.is_assigned_to_me(todo) {
                mine.push((project, todo, waiting));
            }
        }
        let mut stuck = session_views(everything, sight.now, sight.silences);
        stuck.retain(|view| !view.warnings.is_empty() && !sight.quiet.has_session(&view.session));
        let quiet = sight.quiet.count(everything.todos().map(|(_, todo)| todo));
        Needs {
            conflicts: questions(everything, false, sight.properties),
            mine,
            blocked,
            stuck,
            quiet,
            agents: sight.agents.map_or(0, Agents::needs),
        }
    }

    /// Counts what somebody has to answer.
    pub(super) fn total(&self) -> usize {
        self.conflicts.len() + self.mine.len() + self.blocked.len() + self.stuck.len() + self.agents
    }

    /// Returns the line that answers all of it at a glance.
    pub(super) fn summary(&self, changed: usize, projects: usize) -> Markup {
        html! {
            p.sums id="sums" {
                (part(self.mine.len(), "waits for you", "wait for you", "#mine"))
                (part(self.blocked.len(), "blocked", "blocked", "#blocked"))
                (part(self.stuck.len(), "stuck session", "stuck sessions", "#stuck"))
                (part(self.conflicts.len(), "conflict", "conflicts", "#conflicts"))
                (part(changed, "changed today", "changed today", "#today"))
                (part(projects, "project", "projects", "#projects"))
            }
        }
    }

    pub(super) fn sections(&self, sight: &Sight<'_>) -> Markup {
        html! {
            @if !self.mine.is_empty() { (self.waiting(sight)) }
            @if !self.blocked.is_empty() { (self.standing(sight)) }
            @if !self.stuck.is_empty() { (self.stuck(sight)) }
            @if !self.conflicts.is_empty() {
                (section("conflicts", "Sessions disagree", Some(self.conflicts.len()), Some(("/ui/conflicts", "all of them")), &html! {
                    ul.rows { @for one in self.conflicts.iter().take(FIRST) { (question(sight, *one)) } }
                    (rest(self.conflicts.len(), FIRST, "conflict", "/ui/conflicts"))
                }))
            }
            (agents::brief(sight))
        }
    }

    fn waiting(&self, sight: &Sight<'_>) -> Markup {
        section(
            "mine",
            "Waits for you",
            Some(self.mine.len()),
            None,
            &html! {
                ul.rows {
                    @for (project, todo, waiting) in self.mine.iter().take(FEW) {
                        @let why = html! {
                            @match waiting.first() {
                                Some(first) => {
                                    "holds up " b { (words(&sight.who(first.winner().0))) } ": " (words(&first.content))
                                    @if waiting.len() > 1 { ", and " (more(waiting.len() - 1, "todo")) }
                                },
                                None => "assigned to you",
                            }
                        };
                        (row(sight, project, todo, With { list: "m", why: Some(&why), only: Some(&[Verb::Done]), ..With::default() }))
                    }
                }
                (rest(self.mine.len(), FEW, "todo", "/ui/todos"))
            },
        )
    }

    fn standing(&self, sight: &Sight<'_>) -> Markup {
        let all = together(&self.blocked);
        let shown = all.iter().take(FEW).map(|one| one.todos.len()).sum();
        section(
            "blocked",
            "Blocked",
            Some(self.blocked.len()),
            Some(("/ui/todos?status=blocked", "all of them")),
            &html! {
                ul.rows {
                    @for one in all.iter().take(FEW) { (blocked(sight, one)) }
                }
                (rest(self.blocked.len(), shown, "todo", "/ui/todos?status=blocked"))
            },
        )
    }

    fn stuck(&self, sight: &Sight<'_>) -> Markup {
        section(
            "stuck",
            "Stuck sessions",
            Some(self.stuck.len()),
            Some(("/ui/sessions", "all sessions")),
            &html! {
                @if self.stuck.iter().any(|view| silent_at(view).is_some()) {
                    p.soft { "They say nothing, while their projects went on." }
                }
                ul.rows {
                    @for view in self.stuck.iter().take(STUCK) { (stuck(sight, view)) }
                }
                (rest(self.stuck.len(), STUCK, "session", "/ui/sessions"))
            },
        )
    }

    /// Says how much there is that nobody lives for any more.
    pub(super) fn left_behind(&self, sight: &Sight<'_>) -> Markup {
        html! {
            @if let Some(told) = sight.quiet.told(&self.quiet, true, "") {
                p.fold { a.link href="/ui/todos?status=quiet" { (told) } }
            }
        }
    }
}

/// Says what a session's todo waits for.
pub(super) fn waits_for(sight: &Sight<'_>, who: &Session, by: &[&Todo]) -> Markup {
    html! {
        @match by.first() {
            None => "called blocked by its session",
            Some(first) => { "waits for " (blocker(sight, who, first, by.len() - 1)) },
        }
    }
}

/// Names the first of the todos that keep a session from something, whose that is, and how many more there are.
fn blocker(sight: &Sight<'_>, who: &Session, first: &Todo, others: usize) -> Markup {
    let owner = first.winner().0;
    let whose = match sight.is_own(owner) {
        true => "yours".to_owned(),
        false if owner.is_same(who) => "its own".to_owned(),
        false => format!("of {}", sight.everything.called(owner)),
    };
    html! {
        a.link href={ "/ui/todo/" (first.id) } { (words(&first.content)) }
        " (" (words(&whose)) ", " (state_word(first.state())) ")"
        @if others > 0 { " and " (others) " more" }
    }
}

/// A session that cannot go on.
struct Blocked<'a> {
    who: &'a Session,
    by: &'a [&'a Todo],
    /// With what.
    todos: Vec<(&'a Project, &'a Todo)>,
}

/// Returns who is blocked, each with all that the same todo keeps from it, in the order of the first of those.
fn together<'a>(blocked: &'a [(&'a Project, &'a Todo, Vec<&'a Todo>)]) -> Vec<Blocked<'a>> {
    let mut found: Vec<Blocked<'a>> = Vec::new();
    for (project, todo, by) in blocked {
        let (who, first) = (todo.winner().0, by.first().map(|todo| todo.id));
        let known = found.iter_mut().find(|one| one.who.is_same(who) && one.by.first().map(|todo| todo.id) == first);
        match known {
            Some(one) => one.todos.push((*project, *todo)),
            None => found.push(Blocked { who, by, todos: vec![(*project, *todo)] }),
        }
    }
    found
}

/// Says who is blocked, by what, and with what.
fn blocked(sight: &Sight<'_>, Blocked { who, by, todos }: &Blocked<'_>) -> Markup {
    let Some((project, todo)) = todos.first() else { return html! {} };
    let is_own = sight.is_own(who);
    html! {
        li id={ "r-b" (todo.id) } {
            (mark(todo.state(), true))
            div {
                @if is_own { b { "You" } } @else { a.words href=(session_page(&who.without_commands())) { b { (words(&sight.who(who))) } } }
                @match by.first() {
                    Some(first) => {
                        @if is_own { " wait for " } @else { " waits for " }
                        (blocker(sight, who, first, by.len() - 1))
                    },
                    None => { @if is_own { " call this blocked" } @else { " calls this blocked" } },
                }
                div.why {
                    "to go on with " a.link id={ "t-b" (todo.id) } href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                    @if todos.len() > 1 { ", and " (more(todos.len() - 1, "todo")) }
                    " " a.tag href=(Wanted::of_project(project.as_str())) { (words(sight.everything.names().shown(project))) }
                }
            }
            span.when { (when(sight, todo.updated())) }
        }
    }
}

/// Returns at what a session says nothing, while its project went on.
fn silent_at<'a>(view: &SessionView<'a>) -> Option<&'a Todo> {
    view.warnings.iter().find_map(|warning| match warning {
        Warning::Stuck(todo, _) => Some(*todo),
        _ => None,
    })
}

fn stuck(sight: &Sight<'_>, view: &SessionView<'_>) -> Markup {
    let name = view.session.without_commands();
    let id: String = name.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
    html! {
        li id={ "s-" (id) } {
            (sign("mark warn", view.state.symbol().0, view.state.as_str()))
            div {
                a.words href=(session_page(&name)) id={ "g-" (id) } { b { (words(&sight.named(&view.session))) } }
                @if sight.everything.has_devices() { " " span.tag { (words(&sight.everything.place(view.info))) } }
                @if let Some(todo) = silent_at(view) {
                    " at " a.link id={ "g-" (id) "-at" } href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                }
                @for warning in &view.warnings {
                    @match warning {
                        Warning::Stuck(..) => {},
                        Warning::Stale => div.why { (words(&warning.text(sight.everything))) ": " (count(view.open, "open todo")) },
                        Warning::Shared(..) => div.why { (words(&warning.text(sight.everything))) },
                    }
                }
            }
            span.when { (when(sight, view.info.updated)) }
        }
    }
}

/// Returns how many of something there are, in the line on top, as a link to them.
fn part(number: usize, one: &str, several: &str, href: &str) -> Markup {
    html! {
        @let word = if number == 1 { one } else { several };
        @if number > 0 { a.sum href=(href) { b.num { (number) } " " (word) } }
        @else { span.sum.none { "0 " (word) } }
    }
}
