//! Words and times on a page.

use maud::{Markup, html};

use super::Sight;
use crate::todo::{State, Time, plain};
use crate::view::{Style, symbol};

/// Returns words from elsewhere, kept from what stands around them, whichever way they are written.
pub(super) fn words(text: &str) -> Markup {
    html! { bdi { (plain(text)) } }
}

/// Returns how long ago something was, with the time itself.
pub(super) fn when(sight: &Sight<'_>, time: Time) -> Markup {
    let style = Style { color: false, width: 0, isolate: false, now: sight.now };
    html! { span title=((sight.moment)(time).trim()) { (style.age(time)) } }
}

/// Says how long ago something was.
pub(super) fn ago(sight: &Sight<'_>, time: Time) -> Markup {
    let is_now = sight.now.millis() - time.millis() < 60_000;
    html! { @if is_now { "just now" } @else { (when(sight, time)) " ago" } }
}

/// Returns a state as a sign, with its name for who does not see it.
pub(super) fn mark(state: State, is_blocked: bool) -> Markup {
    let (class, word) = match state {
        _ if state.is_open() && is_blocked => ("mark warn", "blocked"),
        State::Wanted(crate::todo::Status::InProgress) => ("mark work", "in progress"),
        State::Wanted(crate::todo::Status::Completed) => ("mark done", "completed"),
        State::Wanted(crate::todo::Status::Pending) => ("mark", "pending"),
        State::Dropped => ("mark", "dropped"),
    };
    sign(class, symbol(state).0, word)
}

/// Returns a sign with a word for it.
pub(super) fn sign(class: &str, sign: &str, word: &str) -> Markup {
    html! { span class=(class) title=(word) { span aria-hidden="true" { (sign) } span.sr { (word) } } }
}

/// Returns a state in words.
pub(super) fn state_word(state: State) -> &'static str {
    match state {
        State::Wanted(crate::todo::Status::InProgress) => "in progress",
        other => other.as_str(),
    }
}

/// Returns a number and what is counted: `1 todo`, `2 todos`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Returns how many more there are: `1 more todo`, `2 more todos`.
pub(super) fn more(number: usize, noun: &str) -> String {
    format!("{number} more {noun}{}", if number == 1 { "" } else { "s" })
}
