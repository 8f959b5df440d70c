//! What was done to a todo, in words.

use unicode_width::UnicodeWidthStr;

use super::{Style, fit};
use crate::todo::{Session, State, Status, Todo, plain};

/// The verb of what has new words to tell.
const RENAMED: &str = "renamed";
/// So many columns words get, however narrow the screen is.
const NARROWEST: usize = 10;

/// A todo before and after a session spoke of it.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// The todo before; `None` if there was none, or if nothing is known of it.
    pub before: Option<&'a Todo>,
    /// The todo after.
    pub after: &'a Todo,
    /// Who spoke, if that is known.
    pub session: Option<&'a Session>,
    /// Whether nobody had spoken of it before.
    pub is_new: bool,
    /// Its new words, when it was renamed.
    pub renamed_to: Option<&'a str>,
}

impl Deed<'_> {
    /// Returns it in so many columns if they suffice: `completed ‘Fix login tests’`.
    pub fn text(&self, columns: usize, style: Style) -> String {
        let verb = self.verb();
        let quoted = |words: &str, columns: usize| {
            format!("\u{2018}{}\u{2019}", style.words(&fit(&plain(words), columns.max(NARROWEST))))
        };
        let words = &self.after.content;
        let room = columns.saturating_sub(verb.width() + " \u{2018}\u{2019}".width());
        match self.renamed_to.filter(|_| verb == RENAMED) {
            None => format!("{verb} {}", quoted(words, room)),
            Some(new) => {
                let room = room.saturating_sub(" to \u{2018}\u{2019}".width());
                // What the first does not need, the second may have.
                let first = words.width().min((room / 2).max(room.saturating_sub(new.width())));
                format!("{verb} {} to {}", quoted(words, first), quoted(new, room.saturating_sub(first)))
            }
        }
    }

    /// Returns what was done, in a word or two.
    pub fn verb(&self) -> String {
        use Status::{Completed, InProgress, Pending};
        let (before, after) = (self.before.map(Todo::state), self.after.state());
        let is_renamed = || self.after.text("renamedTo").is_some();
        // The same words in another project.
        let is_moved = || self.renamed_to == Some(self.after.content.as_str());
        let verb = match (before, after) {
            (_, State::Dropped) if self.after.is_forgotten() => "forgot",
            (before, State::Dropped) if before != Some(State::Dropped) && is_renamed() && is_moved() => "moved",
            (before, State::Dropped) if before != Some(State::Dropped) && is_renamed() => RENAMED,
            (Some(before), after) if before == after => return self.stayed(after),
            // Properties alone take no side.
            (None, State::Dropped) if !self.after.fields.is_empty() => "edited",
            (_, State::Dropped) => "dropped",
            (_, State::Wanted(Completed)) => "completed",
            (_, State::Wanted(InProgress)) => "started",
            (Some(State::Wanted(Completed) | State::Dropped), State::Wanted(Pending)) => "reopened",
            (Some(_), State::Wanted(Pending)) => "put back",
            (None, State::Wanted(Pending)) if self.is_new => "added",
            (None, State::Wanted(Pending)) => "listed",
        };
        verb.to_owned()
    }

    /// Returns what was done to a todo that has the state it had.
    fn stayed(&self, state: State) -> String {
        if self.before.is_some_and(|before| before.epoch() < self.after.epoch()) {
            return format!("settled as {state}");
        }
        let said = |todo: &Todo| {
            let claim = todo.claims.get(self.session?)?;
            Some((claim.status, claim.dropped))
        };
        match said(self.after) {
            Some((status, false)) if self.before.and_then(said) != Some((status, false)) => match status {
                Status::Completed => "also completed",
                Status::InProgress => "also started",
                Status::Pending => "also listed",
            },
            _ => "edited",
        }
        .to_owned()
    }
}
