//! Events that were put down while the user's settings could not be read, so that nobody knew where they go.

use std::path::Path;

use serde_json::Value;

use crate::log::{self, Level};
use crate::settings::{Ruling, Target};
use crate::source::hook;
use crate::store::spool::{self, Waiting};
use crate::store::{Directory, Location, Origin, Store, StoreError};

/// The key that marks one.
const KEY: &str = "unrouted";

/// Marks an event.
pub(super) fn mark(event: &mut Value) {
    event[KEY] = true.into();
}

/// Sends marked events of a store on to where they go, and returns those that are to be saved here now. One of which it
/// still cannot be told waits.
pub(super) fn send_on(store: &Store, waiting: Vec<Waiting>) -> Vec<Waiting> {
    let is_for_here = |event: &Waiting| {
        let Ok(bytes) = std::fs::read(&event.path) else { return true };
        if memchr::memmem::find(&bytes, KEY.as_bytes()).is_none() {
            return true;
        }
        let Ok(value) = hook::parse(&bytes) else { return true };
        if value.get(KEY) != Some(&Value::Bool(true)) {
            return true;
        }
        let directory = value.get("cwd").and_then(Value::as_str).unwrap_or_default();
        match Directory::look(directory).ruling {
            Ruling::Free | Ruling::By(Target::Default, _) => true,
            Ruling::By(Target::Nowhere, _) => {
                spool::remove(event);
                false
            }
            Ruling::By(Target::Store(path), _) => {
                match hand_over(&path, event, value, store) {
                    Ok(()) => spool::remove(event),
                    Err(err) => {
                        let message = format!("an event waits, and belongs to another store: {}", super::chain(&err));
                        log::append(store.repo.common_dir(), Level::Error, "hook", &message);
                    }
                }
                false
            }
            Ruling::Unsure(_) => false,
        }
    };
    waiting.into_iter().filter(is_for_here).collect()
}

/// Puts an event down in another store, whose next run saves it.
fn hand_over(path: &Path, event: &Waiting, mut value: Value, from: &Store) -> Result<(), StoreError> {
    let other = Store::open_or_create(&Location { path: path.to_owned(), origin: Origin::Route })?;
    if let Some(event) = value.as_object_mut() {
        event.remove(KEY);
    }
    spool::put(other.repo.common_dir(), event.at, value.to_string().as_bytes(), from.settings.fsync)?;
    Ok(())
}
