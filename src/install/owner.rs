//! Whose a file is, and whether it is a program.

use std::fs;
use std::io;
use std::path::Path;

/// Returns whether a file belongs to another user of this machine.
#[cfg(unix)]
pub(super) fn is_another(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|file| file.uid() != rustix::process::geteuid().as_raw())
}

/// Returns whether its owner can run a file.
#[cfg(unix)]
pub(super) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o100 != 0)
}

/// Makes a file a program.
#[cfg(unix)]
pub(super) fn make_program(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

/// Returns whether a file belongs to another user of this machine.
#[cfg(not(unix))]
pub(super) fn is_another(_: &Path) -> bool {
    false
}

/// Returns whether its owner can run a file.
#[cfg(not(unix))]
pub(super) fn is_program(_: &Path) -> bool {
    true
}

/// Makes a file a program.
#[cfg(not(unix))]
pub(super) fn make_program(_: &Path) -> io::Result<()> {
    Ok(())
}
