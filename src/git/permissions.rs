//! What only this user can enter and read: the directory of ours in a store, and what is in it.

use std::fs::{DirBuilder, OpenOptions};
use std::path::{Path, PathBuf};

/// Returns the directory of what is kept beside objects and refs in the store with this common git directory.
pub fn state_dir(common_dir: &Path) -> PathBuf {
    common_dir.join("chittysync")
}

/// Returns whether that directory, or something in it, is a symbolic link. We make none: somebody else wants what is
/// written or removed there to be written or removed elsewhere.
pub(super) fn has_links(common_dir: &Path) -> bool {
    let directory = state_dir(common_dir);
    let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
    directory.is_symlink() || entries.into_iter().any(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
}

/// Creates a directory that only this user can enter, unless it is there.
///
/// # Errors
/// When it cannot be created; when the directory that it is to be in is not there.
pub fn private_directory(path: &Path) -> std::io::Result<()> {
    match builder().create(path) {
        Err(err) if err.kind() != std::io::ErrorKind::AlreadyExists => Err(err),
        _ => Ok(()),
    }
}

/// As [`private_directory`], with the directories above it that are missing.
///
/// # Errors
/// When one of them cannot be created.
pub fn private_directories(path: &Path) -> std::io::Result<()> {
    builder().recursive(true).create(path)
}

fn builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Returns options with which a file that is new is for this user only. A link that stands there is not followed, and
/// nothing is waited for: a pipe cannot be opened.
pub fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    options
}
