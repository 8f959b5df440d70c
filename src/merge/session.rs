//! Join of what two sides know of one session.

use std::cmp::Ordering;

use crate::todo::SessionInfo;

/// Keeps the later of two descriptions of one session, and the earlier of their starts.
pub fn join_session(ours: &mut SessionInfo, theirs: &SessionInfo) {
    let started = ours.started.min(theirs.started);
    let order = theirs.updated.cmp(&ours.updated).then_with(|| describe(theirs).cmp(&describe(ours)));
    if order == Ordering::Greater {
        ours.clone_from(theirs);
    }
    ours.started = started;
}

/// Anything that orders two different descriptions of the same moment the same way everywhere. The start
/// is left out: it is joined on its own.
fn describe(info: &SessionInfo) -> String {
    let SessionInfo { session, agent, source, device, project, branch, started: _, updated, ended, list, extra } = info;
    format!("{ended:?}{list:?}{source}{device}{project:?}{branch:?}{agent:?}{session}{updated}{extra:?}")
}
