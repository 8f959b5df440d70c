//! A mirror that is bundles of git on a remote of rclone: Google Drive, and whatever else rclone knows.
//!
//! A bundle holds what the branch has beyond the one before it. It is named after its content, so a name never means two
//! things, whoever writes and however often a transfer is tried again. Which bundles make the branch, in which order, is
//! in a file below `state/` with a number in its name; the greatest counts, and it is written after the bundle.

mod chain;
mod rclone;
mod restore;

use std::path::Path;

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::failure::Failure;
use super::items::Held;
use super::part::Part;
use chain::{Bundle, Chain, digest_of};
use rclone::Rclone;

use crate::git::Git;
use crate::view;

pub use restore::restore;

/// So many bundles make a branch at most; then all of it is written anew.
const LONGEST: usize = 24;

/// A remote of rclone.
#[derive(Debug)]
pub struct Bundles {
    remote: Rclone,
    /// The most bundles.
    pub longest: usize,
}

impl Bundles {
    /// Returns the adapter of a remote, as rclone writes it: `drive:todos`, or a directory.
    ///
    /// # Errors
    /// When rclone would take it for an option.
    pub fn new(url: &str) -> Result<Self, Failure> {
        Ok(Bundles { remote: Rclone::new(url)?, longest: LONGEST })
    }

    fn write_bundle(&self, part: &Part<'_>, from: Option<&str>, directory: &Path) -> Result<Bundle, Failure> {
        let path = directory.join("bundle");
        let branch = part.store.settings.branch.clone();
        let mut arguments = vec!["bundle", "create", "-q"];
        let named = path.to_string_lossy().into_owned();
        let without = from.map(|from| format!("^{from}"));
        arguments.extend([named.as_str(), branch.as_str()]);
        arguments.extend(without.as_deref());
        Git::new(Some(part.store.repo.common_dir()), arguments).output()?;
        let (digest, bytes) = digest_of(&path)?;
        let name = format!("bundles/{digest}.bundle");
        self.remote.upload(&path, &name)?;
        let (from, to) = (from.map(str::to_owned), part.commit.to_string());
        Ok(Bundle { name, digest, bytes, from, to, branch })
    }
}

impl Adapter for Bundles {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: true, history: false, whole: true, batch: 1 }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let chain = Chain::read(&self.remote)?.map(|(_, chain)| chain);
        let last = chain.and_then(|chain| chain.bundles.last().map(|bundle| bundle.to.clone()));
        Ok(last.map(|commit| Held { commit, projects: Vec::new() }))
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let part = batch.whole;
        if !part.mirror.projects.is_empty() {
            return Err(Failure::refused(
                "bundles hold the history of all projects",
                "a route keeps some projects in a store of their own; or leave chittysync.mirror.<name>.project out",
            ));
        }
        // The tip of the branch is what a bundle is made of.
        if part.store.reopen()?.tip()? != Some(part.commit) {
            return Err(Failure::later("the branch moved meanwhile"));
        }
        let (number, before) = Chain::read(&self.remote)?.unwrap_or_default();
        let last = before.bundles.last().map(|bundle| bundle.to.as_str());
        if last != batch.from {
            return Err(Failure::Overtaken);
        }
        let goes_on = batch.is_continued && before.bundles.len() < self.longest && !before.is_heavy();
        let directory = tempfile::tempdir().map_err(|err| Failure::later(format!("no temporary directory: {err}")))?;
        let bundle = self.write_bundle(part, last.filter(|_| goes_on), directory.path())?;
        let mut chain = if goes_on { before.clone() } else { Chain::default() };
        if chain.bundles.last() != Some(&bundle) {
            chain.bundles.push(bundle);
        }
        let text = view::markdown(part.everything()?);
        self.remote.write(text.as_bytes(), "todos.md", directory.path())?;
        let json = format!("{:#}\n", view::old_todos_json(part.everything()?));
        self.remote.write(json.as_bytes(), "todos.json", directory.path())?;
        chain.write(&self.remote, number + 1, directory.path())?;
        // What nothing leads to any more goes last: whoever reads meanwhile reads what was before, whole.
        chain.sweep(&self.remote, number + 1)
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let directory = tempfile::tempdir().map_err(|err| Failure::later(format!("no temporary directory: {err}")))?;
        let path = directory.path().join("restored.git");
        let wanted = whole.commit.to_string();
        Ok(match restore::fetch(&self.remote, &path, directory.path())? {
            Ok(tip) if tip == wanted => Vec::new(),
            Ok(tip) => vec![format!("it restores to {tip}, and the branch is at {wanted}")],
            Err(reason) => vec![reason],
        })
    }
}
