//! Finding repositories, and looking before anything of them is opened.
//!
//! A project's directory is somebody else's: where git expects a file, there can be a pipe, whose opening waits for
//! ever, or a device without end. git and gix open what has the right name. So each file that is read to recognise
//! or to open a repository is looked at first.

use std::fs;
use std::path::{Path, PathBuf};

use super::plain::plain;

/// More bytes than this are none of git's small files, `HEAD` or a `.git` that says where the directory is.
const LARGEST: u64 = 64 * 1024;
/// More bytes than this are no configuration.
const LARGEST_CONFIG: u64 = 16 * 1024 * 1024;

/// More bytes than this are no list of refs: ten million of them.
const LARGEST_REFS: u64 = 1 << 30;
/// More files than this are not included, one by another, by anybody's settings.
const INCLUDED: usize = 100;

/// A repository that was recognised.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The directory or file by which it was: `<place>/.git`, or the directory itself.
    pub candidate: PathBuf,
    /// Its git directory: of a linked worktree, the one in the main repository.
    pub git_dir: PathBuf,
    /// The git directory that all of its worktrees share.
    pub common_dir: PathBuf,
    /// The working tree that it was found by.
    pub work_dir: Option<PathBuf>,
}

/// Returns the repository around a directory, as git looks for one; nothing when there is none, or when the nearest
/// one cannot be looked at.
pub(super) fn around(directory: &Path) -> Option<Found> {
    let real = gix::path::realpath(directory).ok().filter(|real| real.is_dir())?;
    let ceilings = ceilings();
    let first = device(&real);
    let across = std::env::var_os("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some_and(|value| value == "1");
    for (height, place) in real.ancestors().enumerate() {
        let is_beyond = ceilings.iter().any(|ceiling| ceiling == place) || !across && device(place) != first;
        if height > 0 && is_beyond {
            return None;
        }
        match named(place) {
            Ok(None) => {}
            found => return found.ok().flatten(),
        }
    }
    None
}

/// Returns the repository at a place: a working tree, a bare repository or a git directory; nothing when there is none.
/// Fails with the reason when there is something that must not be opened.
pub(super) fn named(place: &Path) -> Result<Option<Found>, String> {
    let below = (!place.ends_with(".git")).then(|| recognise(&place.join(".git"))).transpose()?.flatten();
    if below.is_some() { Ok(below) } else { recognise(place) }
}

/// Returns the repository that this directory, or this `.git` file, is.
pub(super) fn recognise(candidate: &Path) -> Result<Option<Found>, String> {
    let Ok(metadata) = fs::metadata(candidate) else { return Ok(None) };
    let git_dir = match metadata {
        metadata if metadata.is_dir() => candidate.to_owned(),
        metadata if metadata.is_file() && metadata.len() <= LARGEST => {
            let Ok(git_dir) = gix::discover::path::from_gitdir_file(candidate) else { return Ok(None) };
            git_dir
        }
        _ => return Ok(None),
    };
    // Any directory may have a `HEAD` of its own.
    let has = |name: &str| git_dir.join(name).symlink_metadata().is_ok();
    if !has("HEAD") || !(has("objects") || has("commondir")) {
        return Ok(None);
    }
    ["HEAD", "commondir", "gitdir"].iter().try_for_each(|name| plain(&git_dir.join(name), LARGEST))?;
    let (Ok(kind), Ok(here)) = (gix::discover::is_git(candidate), std::env::current_dir()) else { return Ok(None) };
    let found = gix::discover::repository::Path::from_dot_git_dir(candidate.to_owned(), kind, &here);
    let Some((git_dir, work_dir)) = found.map(|found| found.into_repository_and_work_tree_directories()) else {
        return Ok(None);
    };
    let common = gix::discover::path::from_plain_file(&git_dir.join("commondir")).and_then(Result::ok);
    let common_dir = common.map_or_else(|| git_dir.clone(), |common| git_dir.join(common));
    Ok(Some(Found { candidate: candidate.to_owned(), git_dir, common_dir, work_dir }))
}

impl Found {
    /// Fails with the reason when something that is read to open it is no file.
    pub(super) fn is_fit(&self) -> Result<(), String> {
        let mut most = INCLUDED;
        configuration(self.common_dir.join("config"), &mut most)?;
        configuration(self.git_dir.join("config.worktree"), &mut most)?;
        let larger = [("packed-refs", LARGEST_REFS), ("shallow", LARGEST_REFS), ("objects/info/alternates", LARGEST)];
        larger.iter().try_for_each(|(name, largest)| plain(&self.common_dir.join(name), *largest))
    }

    /// Returns whether it is a bare repository that git, with `safe.bareRepository=explicit`, does not take for one
    /// because somebody stands in it. The git directory of a working tree is none.
    pub(super) fn is_implicit(&self) -> bool {
        self.work_dir.is_none() && !self.git_dir.components().any(|part| part.as_os_str() == ".git")
    }
}

/// Fails when a file of settings, or one that it includes under whatever condition, is none, or when there are too many.
fn configuration(path: PathBuf, most: &mut usize) -> Result<(), String> {
    plain(&path, LARGEST_CONFIG)?;
    *most = most.checked_sub(1).ok_or_else(|| format!("{} includes too many files", path.display()))?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_owned();
    // One that cannot be read is gix's to complain of.
    let Ok(file) = gix::config::File::from_path_no_includes(path, gix::config::Source::Local) else { return Ok(()) };
    let home = gix::path::env::home_dir();
    let context = || gix::config::path::interpolate::Context { home_dir: home.as_deref(), ..Default::default() };
    let sections = ["include", "includeIf"].into_iter().filter_map(|name| file.sections_by_name(name)).flatten();
    for included in sections.flat_map(|section| section.values("path")) {
        let Ok(included) = gix::config::Path::from(included).interpolate(context()) else { continue };
        configuration(directory.join(included), most)?;
    }
    Ok(())
}

/// Returns the directories in which git does not look for a repository, when it comes from below.
fn ceilings() -> Vec<PathBuf> {
    let variable = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let absolute = std::env::split_paths(&variable).filter(|path| path.is_absolute());
    absolute.map(|path| gix::path::realpath(&path).unwrap_or(path)).collect()
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| metadata.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}
