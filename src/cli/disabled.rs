//! `CHITTYSYNC_DISABLE`: everything is off, for one command or for all that a shell starts.

use super::args::Command;
use super::ui::Failure;

/// The variable.
pub(super) const DISABLE: &str = "CHITTYSYNC_DISABLE";

/// How a command ends that is switched off.
pub(super) enum End {
    /// Well, and without a word: nobody waits for what it would do.
    Silent,
    /// With a word on why nothing was done.
    Refused(Failure),
}

/// Returns how a command ends that is switched off; nothing when nothing is, or when it touches no store.
pub(super) fn end(command: Option<&Command>) -> Option<End> {
    let value = std::env::var_os(DISABLE)?;
    if value.is_empty() || value == "0" {
        return None;
    }
    use Command as C;
    match command {
        // git calls it for a merge of its own, which must go on by the rules that the store has.
        Some(C::MergeDriver(_) | C::Help(_) | C::Version | C::Man(_) | C::Completion(_) | C::Schema(_)) => None,
        // What agents, git's hooks, the system and status lines call: to fail would stop them.
        Some(C::Hook(_) | C::Committed(_) | C::Capture(_) | C::Consolidate | C::Sync(_) | C::Maintenance(_)) => {
            Some(End::Silent)
        }
        Some(C::Status(args)) if args.line => Some(End::Silent),
        #[cfg(feature = "daemon")]
        Some(C::Daemon(_)) => Some(End::Silent),
        _ => {
            let failure = Failure::no(format!("{DISABLE} is set: nothing was read, and nothing done"));
            Some(End::Refused(failure.hint(format!("`unset {DISABLE}` switches everything on again"))))
        }
    }
}
