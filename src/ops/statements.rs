//! What sessions said between two commits of the branch, the oldest first: for who keeps a history of their own.

use super::OpsError;
use super::event::{Event, History};
use crate::git::{Git, ObjectId, Overlay};
use crate::store::Store;

/// Returns what was said in the commits that the second one has and the first has not; without a first one, all that
/// was ever said. What was forgotten since is told by nobody.
///
/// # Errors
/// When the store cannot be read.
pub fn statements(store: &Store, from: Option<ObjectId>, to: ObjectId) -> Result<Vec<Event>, OpsError> {
    let mut arguments = vec!["rev-list".to_owned(), "--max-parents=1".to_owned(), to.to_string()];
    arguments.extend(from.map(|from| format!("^{from}")));
    let listed = Git::new(Some(store.repo.common_dir()), arguments.iter().map(String::as_str)).output()?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let overlay = Overlay::new(&store.repo);
    let history = History::of_all(store, &overlay)?;
    let mut events = Vec::new();
    for line in listed.lines().filter_map(|line| ObjectId::from_hex(line.as_bytes()).ok()) {
        events.extend(history.said(&overlay.commit_info(line)?));
    }
    events.sort_by(|a, b| (a.at, &a.session.session, a.after.id).cmp(&(b.at, &b.session.session, b.after.id)));
    Ok(events)
}
