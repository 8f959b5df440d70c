//! Making a repository for a store.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Fsync, GitError, Repo, durable, lock, private_directories};

/// The directories of an empty repository, each behind the one that it is in.
const DIRECTORIES: [&str; 8] =
    ["", "info", "objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags"];

/// Creates a private bare repository for a store, whole or not at all: it is made aside, flushed, and
/// renamed. When another process was faster, theirs is opened. What a killed process left aside is removed.
///
/// This always waits for the disk, whatever `chittysync.fsync` says: it happens once, and without its
/// `HEAD` a repository with all its commits is none.
///
/// # Errors
/// When the directory cannot be written.
pub fn create_bare(path: &Path, config: &str, attributes: &str) -> Result<Repo, GitError> {
    let path = std::path::absolute(path).map_err(GitError::io("find", path))?;
    let parent = path.parent().unwrap_or(&path);
    let missing: Vec<&Path> = parent.ancestors().take_while(|directory| !directory.exists()).collect();
    private_directories(parent).map_err(GitError::io("create", parent))?;

    let _one_at_a_time = lock_directory(parent)?;
    if path.join("HEAD").exists() {
        return Repo::open(&path);
    }
    let mut aside = std::ffi::OsString::from(".");
    aside.push(path.file_name().unwrap_or_default());
    aside.push(".new");
    let aside = parent.join(aside);
    match fs::remove_dir_all(&aside) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => return Err(GitError::io("remove", &aside)(err)),
        _ => {}
    }
    for directory in DIRECTORIES {
        let directory = aside.join(directory);
        private_directories(&directory).map_err(GitError::io("create", &directory))?;
    }
    let head = format!("ref: refs/heads/{}\n", super::default_branch());
    let description = "git chittysync store\n";
    for (name, content) in
        [("HEAD", head.as_str()), ("config", config), ("description", description), ("info/attributes", attributes)]
    {
        let file = aside.join(name);
        let written = durable::write_new(&file, 0o600, content.as_bytes())?;
        Fsync::On.file(&written, &file)?;
    }
    Fsync::On.directories(&DIRECTORIES.iter().map(|directory| aside.join(directory)).collect())?;
    fs::rename(&aside, &path).map_err(GitError::io("create", &path))?;
    let named: BTreeSet<PathBuf> =
        missing.iter().filter_map(|directory| directory.parent()).chain([parent]).map(Path::to_owned).collect();
    Fsync::On.directories(&named)?;
    Repo::open(&path)
}

/// Waits until no other process makes a store in this directory.
fn lock_directory(directory: &Path) -> Result<Option<File>, GitError> {
    // Windows opens no directories. There the rename decides who was first.
    if cfg!(windows) {
        return Ok(None);
    }
    let file = File::open(directory).map_err(GitError::io("open", directory))?;
    lock::wait_for(&file, directory, directory)?;
    Ok(Some(file))
}
