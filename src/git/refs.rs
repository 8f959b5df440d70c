//! All ref names.

use gix::bstr::{BStr, ByteSlice};

use super::RemoteName;
use crate::todo::Session;

/// `refs/chittysync/`: what each session of this device said, one ref a session.
pub const SESSIONS: &str = "refs/chittysync/";

/// Returns `refs/chittysync/<session>`.
pub fn session_ref(session: &Session) -> String {
    format!("{SESSIONS}{}", session.component())
}

/// `refs/chittysync-retired/`: what sessions of this device had said when their refs were given up. Never sent: it is
/// how the device knows that a name is its own, and what it said itself under that name.
pub const RETIRED: &str = "refs/chittysync-retired/";

/// Returns `refs/chittysync-retired/<session>`.
pub fn retired_ref(session: &Session) -> String {
    format!("{RETIRED}{}", session.component())
}

/// Returns the session whose ref this is. Refs that this program would not have named so are nobody's.
pub fn session_of_ref(name: &str) -> Option<Session> {
    Session::from_component(name.strip_prefix(SESSIONS)?)
}

/// The namespace of refs in which a remote keeps sessions. Every remote is read in both, and written in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// `refs/chittysync/<session>`, as here.
    Sessions,
    /// `refs/heads/chittysync/<session>`, for hosts that take only branches.
    Heads,
}

/// How the names begin under which we remember what remotes have, each with the remote's name behind it.
pub(super) const TRACKING: [&str; 2] = ["refs/chittysync-remotes/", "refs/chittysync-heads/"];

impl Namespace {
    /// Both of them.
    pub const ALL: [Namespace; 2] = [Namespace::Sessions, Namespace::Heads];

    /// Returns `refs/chittysync/` or `refs/heads/chittysync/`: how the names of sessions begin on the remote.
    pub fn prefix(self) -> &'static str {
        match self {
            Namespace::Sessions => SESSIONS,
            Namespace::Heads => "refs/heads/chittysync/",
        }
    }

    /// Returns `refs/chittysync-remotes/<remote>/` or `refs/chittysync-heads/<remote>/`: how the names begin
    /// under which we remember what the remote has. Two, because two refs cannot share one name; and not below
    /// `refs/remotes/`, where a plain `git fetch --prune` would delete them.
    pub fn tracking_prefix(self, remote: &RemoteName) -> String {
        let encoded = remote.component();
        match self {
            Namespace::Sessions => format!("{}{encoded}/", TRACKING[0]),
            Namespace::Heads => format!("{}{encoded}/", TRACKING[1]),
        }
    }

    /// Returns `refs/chittysync/<session>` or `refs/heads/chittysync/<session>`.
    pub fn on_remote(self, session: &Session) -> String {
        format!("{}{}", self.prefix(), session.component())
    }

    /// Returns `refs/chittysync-remotes/<remote>/<session>` or `refs/chittysync-heads/<remote>/<session>`.
    pub fn tracking(self, remote: &RemoteName, session: &Session) -> String {
        format!("{}{}", self.tracking_prefix(remote), session.component())
    }
}

/// Returns `refs/remotes/<remote>/<branch>`, the ordinary tracking branch of `refs/heads/<branch>`.
pub fn tracking_branch(remote: &RemoteName, branch: &str) -> String {
    format!("refs/remotes/{}/{}", remote.as_str(), branch.strip_prefix("refs/heads/").unwrap_or(branch))
}

/// Returns `refs/heads/<branch>` if that is a name git takes.
pub fn branch_ref(branch: &str) -> Option<String> {
    let name = format!("refs/heads/{branch}");
    gix::validate::reference::name(BStr::new(name.as_bytes())).ok()?;
    (!branch.starts_with('-') && name.as_bytes().find_byte(b'%').is_none()).then_some(name)
}

/// Returns the name of a branch without `refs/heads/`.
pub fn branch_of_ref(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
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

    /// One remote may be called `team`, another `team/origin`; their refs must not nest.
    #[test]
    fn no_two_remotes_share_a_name() {
        let session = Session::new("s1").expect("valid");
        let names = ["team", "team/origin", "Team", "team%2forigin"].map(|name| RemoteName::new(name).expect("valid"));
        let refs: std::collections::BTreeSet<String> =
            names.iter().flat_map(|name| Namespace::ALL.map(|namespace| namespace.tracking(name, &session))).collect();
        assert_eq!(refs.len(), 8);
        assert!(refs.iter().all(|name| name.matches('/').count() == 3), "{refs:?}");
        assert!(refs.contains("refs/chittysync-remotes/team%2forigin/s1"));
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
