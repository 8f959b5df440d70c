//! What a sync changed, in a few lines.

use super::list::fold;
use super::ui::Failure;
use crate::git::ObjectId;
use crate::ops::{self, Change};
use crate::store::Store;
use crate::todo::plain;
use crate::view::{Everything, Filter, Quiet, Shown, Style, list_text};

/// At most so many changes are told one by one, the latest.
const SHOWN: usize = 20;

/// Returns what is different on the branch since it was this commit, the latest last, and an empty line behind it.
pub(super) fn text(store: &Store, before: ObjectId, everything: &Everything, style: Style) -> Result<String, Failure> {
    let after = store.tip()?;
    let Some(after) = after.filter(|after| *after != before) else { return Ok(String::new()) };
    // A purge takes the commit away that was there before. The sync is done then, and does not fail for what it tells.
    let Ok(mut changes) = ops::changes_of(store, Some(before), after) else {
        return Ok(String::new());
    };
    changes.sort_by_key(|change| (change.at(), change.after.id));
    let more = changes.len().saturating_sub(SHOWN);
    let mut text = String::new();
    if more > 0 {
        text.push_str(&format!("{}\n", style.dim(&format!("{more} earlier changes: `log`"))));
    }
    for change in changes.iter().skip(more) {
        text.push_str(&format!("{}\n", line(change, everything, style)));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(text)
}

/// Returns what lives, for who sees the store for the first time.
pub(super) fn first(everything: &Everything, quiet: Quiet, style: Style) -> String {
    let filter = Filter { quiet, shown: Shown::Living, ..Filter::default() };
    let mut text = list_text(everything, &filter, style);
    fold(&mut text, &filter.quiet, &filter.folded(everything), style, "`list --left-behind`");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn line(change: &Change, everything: &Everything, style: Style) -> String {
    let project = plain(everything.names().shown(&change.project));
    let who = change.speaker().map(|(session, _)| everything.who(session)).unwrap_or_else(|| "somebody".to_owned());
    let room = style.width.saturating_sub(who.chars().count() + project.chars().count() + 8).max(20);
    let deed = change.deed(everything).text(room, style);
    format!("{} {deed}  {}", style.words(&who), style.dim(&format!("({project})")))
}
