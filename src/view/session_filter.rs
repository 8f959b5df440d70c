//! Which sessions are shown.

use std::collections::BTreeSet;

use super::sessions::{SessionView, session_views};
use super::{Everything, Quiet, Shown};
use crate::todo::{Session, Time};

/// Which sessions to show.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    /// Only these: one that went on elsewhere by any of its names.
    pub wanted: Option<BTreeSet<Session>>,
    /// `chittysync.staleAfter` in milliseconds, nothing for never.
    pub stale_after: Option<i64>,
    /// What is quiet.
    pub quiet: Quiet,
    /// What is shown of that.
    pub shown: Shown,
}

impl SessionFilter {
    /// Returns the sessions that it takes, and those that it would take were they not quiet.
    pub fn views<'a>(&self, everything: &'a Everything, now: Time) -> (Vec<SessionView<'a>>, Vec<SessionView<'a>>) {
        let roots: Option<BTreeSet<_>> =
            self.wanted.as_ref().map(|wanted| wanted.iter().map(Session::without_commands).collect());
        let mut views = session_views(everything, now, self.stale_after);
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
