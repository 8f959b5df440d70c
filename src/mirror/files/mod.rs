//! A mirror that is a directory: the original's files, Markdown, a table, a calendar of what is due, and a note for each
//! todo. They are written, and never read back.
//!
//! Each file is replaced by one rename, and never through a link that stands there. Which files are ours, and which
//! commit they are of, is in a file of its own, which is written before the first of them and after the last: a run that
//! was killed between the two is done again, and what nobody lists is nobody's to remove.

mod calendar;
mod manifest;
mod note;
mod render;
mod table;

use std::path::{Path, PathBuf};

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::failure::Failure;
use super::items::Held;
use super::part::Part;
use manifest::{MANIFEST, Manifest};
#[cfg(feature = "web")]
pub(in crate::mirror) use render::documents;

use crate::git::{Fsync, private_directories, refuse_link, replace_private_file};

/// A directory.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Returns the adapter of a directory, which is made when something is written.
    ///
    /// # Errors
    /// When its path is not absolute.
    pub fn new(root: &Path) -> Result<Self, Failure> {
        if !root.is_absolute() {
            let reason = format!("'{}' is no absolute path", root.display());
            return Err(Failure::refused(reason, "name the directory with its whole path"));
        }
        Ok(Files { root: root.to_owned() })
    }

    /// Reads what is known of the directory; nothing where it is empty, or not there.
    fn manifest(&self) -> Result<Option<Manifest>, Failure> {
        if let Some(manifest) = Manifest::read(&self.root)? {
            return Ok(Some(manifest));
        }
        let is_empty = match std::fs::read_dir(&self.root) {
            Ok(mut entries) => entries.next().is_none(),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => true,
            Err(err) => return Err(self.trouble("read", &self.root, &err)),
        };
        if is_empty {
            return Ok(None);
        }
        let reason = format!("{} holds something, and no mirror of ours", self.root.display());
        Err(Failure::refused(reason, "name a directory that is empty, or not there yet"))
    }

    fn trouble(&self, what: &str, path: &Path, err: &std::io::Error) -> Failure {
        let reason = format!("cannot {what} {}: {err}", path.display());
        match err.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Failure::refused(reason, "make the directory writable for you")
            }
            std::io::ErrorKind::StorageFull => Failure::refused(reason, "make room on that disk"),
            _ => Failure::later(reason),
        }
    }

    fn git_trouble(&self, err: crate::git::GitError) -> Failure {
        match err {
            crate::git::GitError::Io { action, path, source } => self.trouble(action, &path, &source),
            other => Failure::from(other),
        }
    }

    /// Writes one file, if it is not as it should be.
    fn write(&self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.root.join(name);
        self.make_directories(name)?;
        refuse_link(&path).map_err(|err| self.git_trouble(err))?;
        if std::fs::read(&path).is_ok_and(|there| there == content) {
            return Ok(());
        }
        replace_private_file(&path, content, Fsync::Off).map_err(|err| self.git_trouble(err))
    }

    /// Makes the directories of a file. No link is followed below the directory that was named.
    fn make_directories(&self, name: &str) -> Result<(), Failure> {
        let above: Vec<&Path> = Path::new(name).ancestors().skip(1).filter(|path| *path != Path::new("")).collect();
        for part in above.into_iter().rev() {
            refuse_link(&self.root.join(part)).map_err(|err| self.git_trouble(err))?;
        }
        let directory = self.root.join(name);
        let directory = directory.parent().unwrap_or(&self.root);
        private_directories(directory).map_err(|err| self.trouble("create", directory, &err))
    }

    /// Removes what was ours and is not any more, and the directories that get empty by it.
    fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.root.join(name);
        let leads_out = |path: &Path| self.root.join(path).is_symlink();
        if Path::new(name).ancestors().skip(1).any(|above| above != Path::new("") && leads_out(above)) {
            return Ok(());
        }
        match std::fs::remove_file(&path) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => return Err(self.trouble("remove", &path, &err)),
            _ => {}
        }
        for above in Path::new(name).ancestors().skip(1).filter(|path| *path != Path::new("")) {
            // One that holds something else stays.
            let _ = std::fs::remove_dir(self.root.join(above));
        }
        Ok(())
    }
}

impl Adapter for Files {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: true, history: false, whole: true, batch: 1 }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let manifest = self.manifest()?.filter(|manifest| !manifest.commit.is_empty());
        Ok(manifest.map(|manifest| Held { commit: manifest.commit, projects: manifest.projects }))
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let before = self.manifest()?.unwrap_or_default();
        if before.commit != batch.from.unwrap_or_default() {
            return Err(Failure::Overtaken);
        }
        let files = render::files(batch.whole)?;
        let new: Vec<String> = files.keys().cloned().collect();
        if new.iter().any(|name| !before.files.contains(name)) {
            let both = before.files.iter().chain(&new).cloned().collect();
            let begun = Manifest { files: both, ..before.clone() };
            self.write(MANIFEST, &begun.bytes())?;
        }
        for (name, content) in &files {
            self.write(name, content)?;
        }
        for name in before.files.iter().filter(|name| !files.contains_key(*name)) {
            self.remove(name)?;
        }
        let done = Manifest {
            commit: batch.to.commit.clone(),
            projects: batch.to.projects.clone(),
            files: new.into_iter().collect(),
        };
        self.write(MANIFEST, &done.bytes())
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let Some(manifest) = self.manifest()? else { return Ok(vec!["it holds nothing yet".to_owned()]) };
        let files = render::files(whole)?;
        let mut found = Vec::new();
        for (name, content) in &files {
            match std::fs::read(self.root.join(name)) {
                Ok(there) if there == *content => {}
                Ok(_) => found.push(format!("{name} differs")),
                Err(_) => found.push(format!("{name} is missing")),
            }
        }
        let left = manifest.files.iter().filter(|name| !files.contains_key(*name) && self.root.join(name).exists());
        found.extend(left.map(|name| format!("{name} is left over")));
        Ok(found)
    }
}
