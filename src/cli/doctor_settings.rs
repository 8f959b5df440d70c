//! The part of `doctor` that is about settings: a key that means nothing is most often a slip of the hand.

use crate::git::Git;
use crate::install::Check;
use crate::settings::is_known;
use crate::store::Store;
use crate::todo::plain;

/// Says which settings there are that the table does not have; nothing when there are none.
pub(super) fn unknown(store: &Store) -> Option<Check> {
    let arguments = ["config", "--name-only", "--get-regexp", r"^chittysync\."];
    let listed = Git::new(Some(store.repo.common_dir()), arguments).run().ok()?.stdout;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let mut unknown: Vec<&str> = listed.lines().filter(|key| !is_known(key)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    let (names, mean) = (unknown.join(", "), if unknown.len() == 1 { "means" } else { "mean" });
    let text = plain(&format!("{names} {mean} nothing; see git-chittysync(1) for the names"));
    (!unknown.is_empty()).then(|| Check::bad("settings", text))
}
