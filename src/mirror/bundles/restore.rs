//! A store of what bundles hold.

use std::path::Path;

use super::chain::{Chain, digest_of};
use super::rclone::Rclone;
use crate::git::Git;
use crate::mirror::failure::Failure;
use crate::store::{Location, Origin, Store};

/// Makes a store of what a remote of rclone holds, at a path where nothing is. Returns the commit of its branch.
///
/// # Errors
/// When something is there already, or the remote does not hold what it should.
pub fn restore(url: &str, path: &Path) -> Result<String, Failure> {
    if path.exists() {
        let reason = format!("{} is there already", path.display());
        return Err(Failure::refused(reason, "name a path where nothing is"));
    }
    let directory = tempfile::tempdir().map_err(|err| Failure::later(format!("no temporary directory: {err}")))?;
    let again = |reason: String| {
        Failure::refused(reason, "`git chittysync mirror verify` on the device that writes it says more")
    };
    let restored = fetch(&Rclone::new(url)?, path, directory.path()).and_then(|fetched| fetched.map_err(again));
    if restored.is_err() {
        // A part of a store is none, and would be in the way.
        let _ = std::fs::remove_dir_all(path);
    }
    restored
}

/// Fetches all bundles into a new store, and returns the commit of its branch, or what is wrong with what is there.
pub(super) fn fetch(remote: &Rclone, path: &Path, directory: &Path) -> Result<Result<String, String>, Failure> {
    let Some(mut chain) = Chain::read(remote)? else { return Ok(Err("it holds nothing yet".to_owned())) };
    loop {
        let wrong = match fetch_chain(remote, &chain.1, path, directory)? {
            Ok(tip) => return Ok(Ok(tip)),
            Err(wrong) => wrong,
        };
        // Whoever writes may have put all of it into one bundle meanwhile, and removed those that were listed.
        match Chain::read(remote)? {
            Some(newer) if newer != chain => chain = newer,
            _ => return Ok(Err(wrong)),
        }
        // What a purge took out of the bundles is not kept here, either.
        std::fs::remove_dir_all(path)
            .map_err(|err| Failure::later(format!("cannot remove {}: {err}", path.display())))?;
    }
}

fn fetch_chain(
    remote: &Rclone,
    chain: &Chain,
    path: &Path,
    directory: &Path,
) -> Result<Result<String, String>, Failure> {
    let store = Store::open_or_create(&Location { path: path.to_owned(), origin: Origin::Option })?;
    let mut tip = String::new();
    for bundle in &chain.bundles {
        let file = directory.join("fetched");
        if !remote.download(&bundle.name, &file)? {
            return Ok(Err(format!("{} is missing", bundle.name)));
        }
        if digest_of(&file)? != (bundle.digest.clone(), bundle.bytes) {
            return Ok(Err(format!("{} is not what was written", bundle.name)));
        }
        let refspec = format!("+{}:{}", bundle.branch, store.settings.branch);
        let file = file.to_string_lossy().into_owned();
        let fsck = ["-c", "fetch.fsckObjects=true"];
        let arguments = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", file.as_str(), refspec.as_str()];
        let said = Git::new(Some(store.repo.common_dir()), fsck.into_iter().chain(arguments)).run()?;
        if said.code != Some(0) {
            return Ok(Err(format!("{}: {}", bundle.name, said.stderr)));
        }
        tip = bundle.to.clone();
    }
    let found = store.reopen()?.tip()?.map(|found| found.to_string());
    let are_whole = found.as_ref() == Some(&tip);
    Ok(if are_whole { Ok(tip) } else { Err("the bundles do not make the branch".to_owned()) })
}
