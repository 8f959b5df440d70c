//! All ref names.

use gix::bstr::{BStr, ByteSlice};

use crate::todo::Session;

/// `refs/chittysync/`: what each session of this device said, one ref a session.
pub const SESSIONS: &str = "refs/chittysync/";

/// Returns `refs/chittysync/<session>`.
pub fn session_ref(session: &Session) -> String {
    format!("{SESSIONS}{}", session.component())
}

/// Returns the session whose ref this is. Refs that this program would not have named so are nobody's.
pub fn session_of_ref(name: &str) -> Option<Session> {
    Session::from_component(name.strip_prefix(SESSIONS)?)
}

/// Returns `refs/heads/<branch>` if that is a name git takes.
pub fn branch_ref(branch: &str) -> Option<String> {
    let name = format!("refs/heads/{branch}");
    gix::validate::reference::name(BStr::new(name.as_bytes())).ok()?;
    (!branch.starts_with('-') && name.as_bytes().find_byte(b'%').is_none()).then_some(name)
}

/// Returns the branch that holds everything every session said, unless `chittysync.branch` names another.
pub fn default_branch() -> &'static str {
    "consolidated"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        let session = Session::new("Release plan").expect("valid");
        assert_eq!(session_ref(&session), "refs/chittysync/%52elease%20plan");
        assert_eq!(session_of_ref("refs/chittysync/%52elease%20plan"), Some(session));
        for foreign in ["refs/heads/x", "refs/chittysync/", "refs/chittysync/A", "refs/chittysync/a/b"] {
            assert_eq!(session_of_ref(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn branches_are_checked() {
        assert_eq!(branch_ref("consolidated").as_deref(), Some("refs/heads/consolidated"));
        assert_eq!(branch_ref("plans/q4").as_deref(), Some("refs/heads/plans/q4"));
        for bad in ["", "-x", "a..b", "a b", "x.lock", "/a", "a/"] {
            assert_eq!(branch_ref(bad), None, "{bad}");
        }
    }
}
