//! How merges are told from what people do.

use crate::git::Identity;
use crate::todo::Time;

/// How the reflog's entries begin of what is done here.
pub(super) const MOVED: &str = "consolidate: ";

/// Who makes consolidated commits: nobody in particular, so that every device makes the same one.
pub(super) fn consolidator() -> Identity {
    Identity { name: "git-chittysync".into(), email: "git-chittysync@localhost".into(), time: Time::default() }
}
