//! The one path that agents' hooks run: a script of a few lines that leads to this program, wherever that stands.
//!
//! An agent that was started from a desktop has a PATH of little more than `/usr/bin`, and some agents ask for trust
//! again when a command has changed. So what stands in settings is a path that `install` makes, and that stays the same
//! when the program moves.

use std::path::{Path, PathBuf};

/// Where it is in the user's data directory. A directory of its own, so that the PATH of a command can name it.
const PLACE: &str = "chittysync/bin/git-chittysync";

/// The program in a command that several machines have, and users who have not installed anything: it names no path of
/// this machine, and works with a short PATH where `install` was run, or cargo put the program.
#[cfg(unix)]
pub(super) const ANYWHERE: &str =
    "PATH=\"${XDG_DATA_HOME:-$HOME/.local/share}/chittysync/bin:$PATH:$HOME/.cargo/bin\" git-chittysync";
/// Without a script, only its name.
#[cfg(not(unix))]
pub(super) const ANYWHERE: &str = "git-chittysync";

/// Returns the place of the script.
pub(super) fn place(data: &Path) -> PathBuf {
    data.join(PLACE)
}

/// Returns the script that leads to a program, or to where else people keep it: it may have been moved since.
pub(super) fn script(program: &str) -> String {
    format!(
        r#"#!/bin/sh
# The commands of agents' hooks name this file, which stays where it is when the program moves.
for program in {program} "$HOME/.cargo/bin/git-chittysync" "$HOME/.local/bin/git-chittysync" \
	/usr/local/bin/git-chittysync /opt/homebrew/bin/git-chittysync /usr/bin/git-chittysync; do
	[ -x "$program" ] && exec "$program" "$@"
done
echo "git-chittysync: not found; install it, then run 'git chittysync install'" >&2
exit 127
"#
    )
}
