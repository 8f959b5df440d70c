//! The name of a remote.

use gix::bstr::BStr;

use crate::todo::Session;

/// The name of a configured remote. It comes from the command line and from configuration, and becomes part
/// of refs and of command lines, so it is checked once, here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteName(String);

impl RemoteName {
    /// Checks a name. One that git would take for an option, a URL or a program to run is none; nor is one with
    /// a `=`, which no `git -c remote.<name>.…` can hold.
    pub fn new(name: &str) -> Option<Self> {
        let tracking = format!("refs/remotes/{name}/x");
        gix::validate::reference::name(BStr::new(tracking.as_bytes())).ok()?;
        let plain = !name.is_empty() && !name.starts_with('-') && !name.contains([':', '=']) && name.len() <= 128;
        (plain && !name.chars().any(char::is_control)).then(|| RemoteName(name.to_owned()))
    }

    /// Returns the name as git config has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as one component of a ref, encoded as a session's is: names of remotes may nest.
    pub(super) fn component(&self) -> String {
        Session::new(&self.0).map_or_else(|_| "remote".to_owned(), |name| name.component())
    }
}

impl std::fmt::Display for RemoteName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
