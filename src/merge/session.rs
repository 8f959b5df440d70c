//! Join of what two sides know of one session.

use std::cmp::Ordering;

use crate::todo::SessionInfo;

/// Keeps the later of two descriptions of one session, the later of their titles, and the earlier of their starts.
pub fn join_session(ours: &mut SessionInfo, theirs: &SessionInfo) {
    let started = ours.started.min(theirs.started);
    let title = ours.title.clone().max(theirs.title.clone());
    let order = theirs.updated.cmp(&ours.updated).then_with(|| described(theirs).cmp(&described(ours)));
    if order == Ordering::Greater {
        ours.clone_from(theirs);
    }
    ours.started = started;
    ours.title = title;
}

/// Orders two different descriptions of the same moment the same way everywhere. The start and the title are left out:
/// they are joined on their own.
fn described(info: &SessionInfo) -> impl Ord + '_ {
    let SessionInfo { session, agent, source, device, person, project, branch, updated, ended, list, extra, .. } = info;
    let list: Vec<_> = list.iter().map(|entry| (entry.id, &entry.native, entry.status, &entry.meant)).collect();
    let extra = serde_json::to_string(extra).expect("a JSON value is always written");
    (ended, list, source, device, person, project, branch, agent, session, updated, extra)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::decode_session;

    #[test]
    fn descriptions_that_run_together_alike_stay_apart() {
        let info = |source: &str, device: &str| {
            let moment = "1970-01-01T00:00:00.000Z";
            let text = format!(
                r#"{{"session":"a","source":"{source}","device":"{device}","started":"{moment}","updated":"{moment}"}}"#
            );
            decode_session(text.as_bytes()).expect("decodes")
        };
        let (one, two) = (info("a", "b"), info("ab", ""));
        let (mut ours, mut theirs) = (one.clone(), two.clone());
        join_session(&mut ours, &two);
        join_session(&mut theirs, &one);
        assert_eq!(ours, theirs);
    }
}
