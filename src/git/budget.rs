//! How much a commit may hold, and how much a hook reads.

/// What one commit may hold.
///
/// Whether it does is judged by its own bytes, never by what a device knows or how fast it is: else two devices would
/// take and leave out the same commit for ever. So these numbers are part of the format. A file counts once for each
/// path that leads to it, because each is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most files and directories.
    pub entries: usize,
    /// The most bytes of all files and directories, as they are once they are unpacked.
    pub bytes: u64,
}

/// The budgets of commits, and of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Of a session's commit: room for fifty thousand todos. A session that has half of it goes on under another name.
    pub session: Budget,
    /// Of a commit of the branch: room for a million.
    pub branch: Budget,
    /// The most bytes that a hook reads while its agent waits.
    pub hook: u64,
}

const MIB: u64 = 1 << 20;

impl Default for Budgets {
    fn default() -> Self {
        Budgets {
            session: Budget { entries: 1 << 13, bytes: 16 * MIB },
            branch: Budget { entries: 1 << 18, bytes: 512 * MIB },
            hook: MIB / 2,
        }
    }
}

impl Budgets {
    /// Returns the budgets: in a debug build those that `CHITTYSYNC_BUDGETS` asks for, five numbers with commas between
    /// them in the order in which they stand here.
    pub(super) fn of_this_build() -> Self {
        let asked = || {
            let text = std::env::var("CHITTYSYNC_BUDGETS").ok()?;
            let numbers: Vec<u64> = text.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
            let budget =
                |entries: u64, bytes| Budget { entries: usize::try_from(entries).unwrap_or(usize::MAX), bytes };
            match numbers.as_slice() {
                &[entries, bytes, in_branch, of_branch, hook] => {
                    Some(Budgets { session: budget(entries, bytes), branch: budget(in_branch, of_branch), hook })
                }
                _ => None,
            }
        };
        if cfg!(debug_assertions) { asked().unwrap_or_default() } else { Budgets::default() }
    }
}
