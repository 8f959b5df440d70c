//! What `status` says of the stores that are listed beside the one in use.

use std::path::Path;

use serde_json::{Value, json};

use super::author::SpeakerArgs;
use super::beside::{Beside, Stores, Unlisted};
use super::context::{Context, display};
use super::ui::Failure;
use crate::ops::todo;
use crate::store::{Reach, Store};
use crate::todo::plain;
use crate::view::{Counts, Shelf};

/// What each of them holds; of those that are not listed, why.
pub(super) struct Summaries {
    listed: Vec<(Shelf, Counts)>,
    unlisted: Vec<Unlisted>,
}

impl Summaries {
    /// Reads them.
    pub(super) fn read(context: &Context, store: &Store) -> Self {
        let (stores, mut unlisted) = Stores::find(context, store, &SpeakerArgs::of_environment());
        let mut listed = Vec::new();
        for Beside { shelf, store } in stores.others {
            match todo::read(&store, Reach::Working).map_err(Failure::from) {
                Ok((everything, unreadable)) if unreadable.is_empty() => listed.push((shelf, everything.counts())),
                Ok((_, unreadable)) => {
                    let reason = unreadable.first().map(|file| format!("{}: {}", file.path, file.reason));
                    unlisted.push(Unlisted { path: shelf.path, reason: reason.unwrap_or_default() });
                }
                Err(failure) => unlisted.push(Unlisted { path: shelf.path, reason: failure.text() }),
            }
        }
        Summaries { listed, unlisted }
    }

    /// Returns whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.unlisted.is_empty()
    }

    /// Returns a line for each.
    pub(super) fn text(&self) -> String {
        let place = |path: &str| display(Path::new(path));
        let listed = self.listed.iter().map(|(shelf, counts)| {
            let Counts { pending, in_progress, completed, .. } = *counts;
            let todos = format!("{in_progress} in progress, {pending} pending, {completed} completed");
            format!("beside     {} ({}): {todos}\n", plain(&shelf.name), place(&shelf.path))
        });
        let unlisted = self
            .unlisted
            .iter()
            .map(|one| format!("beside     {}: not read: {}\n", place(&one.path), plain(&one.reason)));
        listed.chain(unlisted).collect()
    }

    /// Returns all of it, for programs.
    pub(super) fn json(&self) -> Value {
        let listed = self.listed.iter().map(|(shelf, counts)| {
            let Counts { pending, in_progress, completed, dropped, .. } = *counts;
            let todos =
                json!({ "pending": pending, "in_progress": in_progress, "completed": completed, "dropped": dropped });
            json!({ "store": shelf.path, "name": shelf.name, "todos": todos })
        });
        let unlisted = self.unlisted.iter().map(|one| json!({ "store": one.path, "unread": one.reason }));
        listed.chain(unlisted).collect()
    }
}
