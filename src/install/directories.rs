//! The directories that were made for what is put in place, so that they are taken away with it, and no others.
//!
//! They are remembered in `chittysync/directories` in the user's data directory, a path a line. Where that cannot
//! be written, a directory stays: nothing depends on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::InstallError;
use crate::git::{Fsync, GitError, replace_file};
use crate::store::data_home;

/// Makes a directory and those above it, and remembers which there were not.
pub(super) fn make(directory: &Path) -> Result<(), InstallError> {
    let missing = make_unremembered(directory)?;
    if let (Some(record), false) = (record(), missing.is_empty()) {
        let mut made = remembered(&record);
        made.extend(missing);
        save(&record, made);
    }
    Ok(())
}

/// Takes away the directories above these files that were made for them and are empty now. What somebody else
/// uses by now is theirs, and is forgotten.
pub fn remove_made(files: &[&Path]) {
    let Some(record) = record() else { return };
    let made = remembered(&record);
    if made.is_empty() {
        return;
    }
    let files = [files, &[&record]].concat();
    let _ = fs::remove_file(&record);
    let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
    // What is inside comes behind what it is in.
    for directory in made.into_iter().rev() {
        let is_above = files.iter().any(|file| file.starts_with(&directory));
        let is_gone = (is_above && fs::remove_dir(&directory).is_ok()) || !directory.exists();
        let holds_ours = kept.iter().any(|inner| inner.starts_with(&directory));
        if !is_gone && (holds_ours || !is_above) {
            kept.insert(directory);
        }
    }
    if !kept.is_empty() {
        save(&record, kept);
    }
}

/// Makes a directory and those above it. Returns those that there were not.
fn make_unremembered(directory: &Path) -> Result<Vec<PathBuf>, InstallError> {
    let missing = directory.ancestors().take_while(|path| !path.exists()).map(Path::to_owned).collect();
    fs::create_dir_all(directory).map_err(GitError::io("create", directory))?;
    Ok(missing)
}

fn record() -> Option<PathBuf> {
    Some(data_home()?.join("chittysync/directories"))
}

fn remembered(record: &Path) -> BTreeSet<PathBuf> {
    let text = fs::read_to_string(record).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_absolute()).collect()
}

fn save(record: &Path, mut made: BTreeSet<PathBuf>) {
    made.extend(record.parent().and_then(|directory| make_unremembered(directory).ok()).unwrap_or_default());
    let lines = made.iter().filter_map(|path| path.to_str()).filter(|path| !path.contains('\n'));
    let text: String = lines.map(|path| format!("{path}\n")).collect();
    let _ = replace_file(record, text.as_bytes(), Fsync::Off);
}
