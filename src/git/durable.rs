//! Making bytes survive a power cut: write, flush, rename, flush the directory.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::failpoints::{self, Part};
use super::{GitError, private_directories};

/// Whether writes wait until they are on the disk (`chittysync.fsync`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// They do: what was acknowledged survives a power cut.
    #[default]
    On,
    /// They do not: faster, and safe against a crash of the program, not of the machine.
    Off,
}

impl Fsync {
    /// Waits until the content of a file is on the disk.
    pub(super) fn file(self, file: &File, path: &Path) -> Result<(), GitError> {
        if self == Fsync::Off || failpoints::without(Part::Fsync) {
            return Ok(());
        }
        file.sync_all().map_err(GitError::io("flush", path))
    }

    /// Waits until the names in these directories are on the disk. A directory that is gone has none: `git
    /// pack-refs` and `git gc` remove those that they empty.
    pub(super) fn directories(self, paths: &BTreeSet<PathBuf>) -> Result<(), GitError> {
        if self == Fsync::Off || failpoints::without(Part::Fsync) || cfg!(windows) {
            return Ok(());
        }
        for path in paths {
            match File::open(path) {
                Ok(directory) => directory.sync_all().map_err(GitError::io("flush", path))?,
                Err(err) if err.kind() == std::io::ErrorKind::NotFound => {}
                Err(err) => return Err(GitError::io("open", path)(err)),
            }
        }
        Ok(())
    }
}

impl Fsync {
    /// Waits until the names of objects that somebody else has just written are on the disk: those in
    /// directories that changed since then.
    pub(super) fn new_names(self, objects: &Path, since: SystemTime) -> Result<(), GitError> {
        if self == Fsync::Off {
            return Ok(());
        }
        // File systems keep coarser times than the clock.
        let since = since.checked_sub(Duration::from_secs(3)).unwrap_or(since);
        let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).is_ok_and(|at| at >= since);
        let entries = fs::read_dir(objects).map_err(GitError::io("read", objects))?;
        let directories = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir() && changed(path));
        self.directories(&directories.chain([objects.to_owned()]).collect())
    }
}

/// Creates a directory, unless it is there.
pub(super) fn create_directory(path: &Path) -> Result<(), GitError> {
    match fs::create_dir(path) {
        Err(err) if err.kind() != std::io::ErrorKind::AlreadyExists => Err(GitError::io("create", path)(err)),
        _ => Ok(()),
    }
}

/// Creates a file that must not exist yet, or is a left-over of ours, and writes it. The caller flushes.
pub(super) fn write_new(path: &Path, mode: u32, content: &[u8]) -> Result<File, GitError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let opened = options.open(path).or_else(|err| match err.kind() {
        std::io::ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| options.open(path)),
        _ => Err(err),
    });
    let mut file = opened.map_err(GitError::io("create", path))?;
    file.write_all(content).map_err(GitError::io("write", path))?;
    Ok(file)
}

/// How the name of a file ends that [`create_file`] is about to rename, and how it begins: with a dot.
const UNNAMED: &str = ".new";

/// How often a file is begun anew that somebody took for left behind before it was locked.
const BEGINNINGS: u32 = 8;

/// Creates a private file by one rename, so that it is there whole or not at all, in a directory that is made
/// when it is missing. Until then it is locked, so that what a killed process leaves can be told from it
/// ([`take_left`]).
///
/// # Errors
/// When it cannot be written. Nothing with this name is there then.
pub fn create_file(path: &Path, content: &[u8], fsync: Fsync) -> Result<(), GitError> {
    failpoints::step()?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut flushed = BTreeSet::from([directory.to_owned()]);
    if !directory.is_dir() {
        private_directories(directory).map_err(GitError::io("create", directory))?;
        flushed.extend(directory.ancestors().skip(1).take(2).map(Path::to_owned));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = directory.join(format!(".{name}{UNNAMED}"));
    let mut again = 0..BEGINNINGS;
    loop {
        // The lock goes with the file, once it has its name.
        let file = write_new(&aside, 0o600, b"")?;
        // Where there are no locks, nothing is ever taken for left behind.
        let _ = file.lock();
        let written = (&file).write_all(content).map_err(GitError::io("write", &aside));
        let written = written.and_then(|()| fsync.file(&file, &aside));
        let renamed = written.map(|()| fs::rename(&aside, path));
        match renamed {
            Ok(Ok(())) => return fsync.directories(&flushed),
            Ok(Err(err)) if err.kind() == std::io::ErrorKind::NotFound && again.next().is_some() => {}
            failed => {
                // On a full disk the part that was written would stay.
                let _ = fs::remove_file(&aside);
                return failed?.map_err(GitError::io("create", path));
            }
        }
    }
}

/// Ends what killed processes began with [`create_file`] in a directory: a file whose content is whole gets its name,
/// any other one is removed. Files that somebody is making are left alone.
pub fn take_left(directory: &Path, is_whole: impl Fn(&[u8]) -> bool) {
    for aside in left(directory) {
        let Ok(mut file) = File::open(&aside) else { continue };
        // Whoever had it is gone, or has just created it and finds that it has to begin anew.
        if file.try_lock().is_err() {
            continue;
        }
        let mut content = Vec::new();
        let name = aside.file_name().and_then(|name| name.to_str()).and_then(named);
        let _ = match name.filter(|_| file.read_to_end(&mut content).is_ok() && is_whole(&content)) {
            Some(name) => fs::rename(&aside, directory.join(name)),
            None => fs::remove_file(&aside),
        };
    }
}

/// Returns whether [`create_file`] is at work in a directory, or was killed there.
pub fn has_left(directory: &Path) -> bool {
    left(directory).next().is_some()
}

fn left(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().and_then(named).is_some()).map(|entry| entry.path())
}

/// Returns the name that a file in the making is to get.
fn named(aside: &str) -> Option<&str> {
    aside.strip_prefix('.')?.strip_suffix(UNNAMED)
}

/// How the names of files begin that [`replace_file`] is about to rename.
pub(super) const IN_THE_MAKING: &str = ".chittysync-";

/// Replaces a file by one rename, so that a reader sees the old content or the new, never a part. The permissions stay.
///
/// A symbolic link is not followed: whoever made the directory could send the content anywhere. Nor is it replaced,
/// for it may be wanted.
///
/// # Errors
/// When a link stands there, and when the directory cannot be written. The old content is intact then.
pub fn replace_file(path: &Path, content: &[u8], fsync: Fsync) -> Result<(), GitError> {
    refuse_link(path)?;
    replace(path, 0o666, content, fsync)
}

/// As [`replace_file`]; a file that is new is for its owner only.
///
/// # Errors
/// As [`replace_file`].
pub fn replace_private_file(path: &Path, content: &[u8], fsync: Fsync) -> Result<(), GitError> {
    refuse_link(path)?;
    replace(path, 0o600, content, fsync)
}

/// As [`replace_file`], but what a link leads to is replaced: for files at home, which their user may keep elsewhere.
///
/// # Errors
/// When the directory cannot be written. The old content is intact then.
pub fn replace_linked_file(path: &Path, content: &[u8], fsync: Fsync) -> Result<(), GitError> {
    replace(&super::real::real(path), 0o666, content, fsync)
}

/// Fails when a symbolic link stands at this path.
///
/// # Errors
/// When one does.
pub fn refuse_link(path: &Path) -> Result<(), GitError> {
    if path.is_symlink() {
        let reason = "it is a symbolic link, and none is followed here; remove it, or name what it leads to";
        return Err(GitError::io("write", path)(std::io::Error::other(reason)));
    }
    Ok(())
}

fn replace(target: &Path, mode: u32, content: &[u8], fsync: Fsync) -> Result<(), GitError> {
    failpoints::step()?;
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(IN_THE_MAKING);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(directory).map_err(GitError::io("create a file in", directory))?;
    if let Ok(old) = fs::metadata(target) {
        fs::set_permissions(file.path(), old.permissions()).map_err(GitError::io("set permissions of", file.path()))?;
    }
    file.write_all(content).map_err(GitError::io("write", file.path()))?;
    fsync.file(file.as_file(), file.path())?;
    file.persist(target).map_err(|err| GitError::io("replace", target)(err.error))?;
    fsync.directories(&BTreeSet::from([directory.to_owned()]))
}
