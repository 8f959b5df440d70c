//! git hooks of a store, put in place only on request.
//!
//! A hook that somebody wrote is kept: ours becomes a marked block behind its first line, and is taken out of
//! it as it is. The scripts are in `git-hooks/`; they end well whatever happens, and without this program.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::InstallError;
use super::found::Found;
use crate::git::{Fsync, Git, GitError, Repo, read_file, replace_file};
use crate::store::Store;

/// The hooks by name.
const SCRIPTS: [(&str, &str); 2] = [
    ("pre-push", include_str!("../../git-hooks/pre-push")),
    ("post-merge", include_str!("../../git-hooks/post-merge")),
];

const BEGIN: &str = "# >>> git chittysync\n";
const END: &str = "# <<< git chittysync\n";

/// One hook in its place.
#[derive(Clone, Debug)]
pub(super) struct Hook {
    /// The file that git looks for.
    pub path: PathBuf,
    /// What it does.
    pub script: &'static str,
}

/// Returns the hooks of a store, where git looks for them: `core.hooksPath` and linked worktrees are heeded.
pub(super) fn hooks(store: &Store) -> Result<Vec<Hook>, InstallError> {
    let hooks = directory(&store.repo)?;
    Ok(SCRIPTS.iter().map(|(name, script)| Hook { path: hooks.join(name), script }).collect())
}

/// Returns where git looks for the hooks of a repository.
pub(super) fn directory(repo: &Repo) -> Result<PathBuf, InstallError> {
    let directory = repo.work_dir().unwrap_or(repo.common_dir());
    let asked = Git::new(Some(repo.git_dir()), ["rev-parse", "--git-path", "hooks"]);
    let asked = asked.current_dir(directory).output()?;
    Ok(directory.join(String::from_utf8_lossy(&asked).trim_end_matches('\n')))
}

impl Hook {
    /// Returns what is in place.
    pub(super) fn find(&self) -> Result<Found, InstallError> {
        // What is linked from elsewhere is not this repository's.
        if self.path.is_symlink() {
            return Ok(Found::Foreign);
        }
        let Some(text) = self.read()? else { return Ok(Found::Nothing) };
        Ok(if text == self.script.as_bytes() {
            Found::Ours
        } else if without_block(&text).is_some() {
            if memmem::find(&text, &self.block()).is_some() { Found::Ours } else { Found::Past }
        } else if self.is_own(&text) {
            Found::Past
        } else if self.takes_block(&text) {
            Found::Nothing
        } else {
            Found::Foreign
        })
    }

    /// Puts the hook in place: as a file, or into the file that is there.
    pub(super) fn add(&self) -> Result<(), InstallError> {
        let text = self.read()?.unwrap_or_default();
        let rest = without_block(&text).unwrap_or(text);
        if self.is_own(&rest) || rest.is_empty() {
            if let Some(directory) = self.path.parent() {
                fs::create_dir_all(directory).map_err(GitError::io("create", directory))?;
            }
            replace_file(&self.path, self.script.as_bytes(), Fsync::Off)?;
            return make_executable(&self.path);
        }
        let (first, more) = first_line(&rest);
        Ok(replace_file(&self.path, &[first, b"\n", &self.block(), more].concat(), Fsync::Off)?)
    }

    /// Takes the hook away, and leaves what others wrote as they wrote it.
    pub(super) fn remove(&self) -> Result<(), InstallError> {
        let Some(text) = self.read()? else { return Ok(()) };
        match without_block(&text) {
            Some(rest) => Ok(replace_file(&self.path, &rest, Fsync::Off)?),
            None if self.is_own(&text) => Ok(fs::remove_file(&self.path).map_err(GitError::io("remove", &self.path))?),
            None => Ok(()),
        }
    }

    fn read(&self) -> Result<Option<Vec<u8>>, InstallError> {
        match read_file(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound && self.path.symlink_metadata().is_err() => Ok(None),
            Err(err) => Err(GitError::io("read", &self.path)(err).into()),
        }
    }

    /// Returns whether the whole file is ours, of whatever version.
    fn is_own(&self, text: &[u8]) -> bool {
        let second = |text| first_line(first_line(text).1).0.trim_ascii_end();
        second(text) == second(self.script.as_bytes())
    }

    /// The script without its first line, between marks.
    fn block(&self) -> Vec<u8> {
        [BEGIN.as_bytes(), first_line(self.script.as_bytes()).1, END.as_bytes()].concat()
    }

    /// Returns whether the file is a shell script that git runs, into which a block can go.
    fn takes_block(&self, text: &[u8]) -> bool {
        let Some(end) = memchr::memchr(b'\n', text) else { return false };
        let first = String::from_utf8_lossy(&text[..end]);
        let shell = first.strip_prefix("#!").map(|line| line.split([' ', '/']).filter(|word| !word.is_empty()));
        let is_shell =
            shell.is_some_and(|mut words| words.any(|word| ["sh", "bash", "dash", "zsh", "ksh"].contains(&word)));
        is_shell && !first.ends_with('\r') && is_executable_file(&self.path)
    }
}

/// Returns the text without our block; nothing when it has none.
fn without_block(text: &[u8]) -> Option<Vec<u8>> {
    let from = memmem::find(text, format!("\n{BEGIN}").as_bytes())? + 1;
    let until = from + memmem::find(&text[from..], END.as_bytes())? + END.len();
    Some([&text[..from], &text[until..]].concat())
}

/// Returns the first line of a text without its end, and what comes behind it.
fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    memchr::memchr(b'\n', text).map_or((text, &[]), |end| (&text[..end], &text[end + 1..]))
}

#[cfg(unix)]
fn is_executable_file(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

fn make_executable(path: &Path) -> Result<(), InstallError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(GitError::io("make executable", path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_short_and_do_not_end_the_hook_they_are_put_into() {
        for (name, script) in SCRIPTS {
            assert!(script.starts_with("#!/bin/sh\n# Installed by git chittysync;"), "{name}");
            assert!(script.lines().count() <= 10 && !script.contains("exit"), "{name}");
        }
    }

    #[test]
    fn a_block_comes_out_without_a_trace() {
        for (_, script) in SCRIPTS {
            let hook = Hook { path: PathBuf::new(), script };
            for text in ["#!/bin/sh\n", "#!/bin/sh -e\necho a\n", "#!/bin/bash\n\necho a"] {
                let (first, more) = first_line(text.as_bytes());
                let with = [first, b"\n", &hook.block(), more].concat();
                assert_eq!(without_block(&with).as_deref(), Some(text.as_bytes()));
            }
        }
        assert_eq!(without_block(b"#!/bin/sh\necho\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_utf_8_stays_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("pre-push");
        let theirs = b"#!/bin/sh\necho caf\xe9\n";
        for (_, script) in SCRIPTS {
            fs::write(&path, theirs).expect("a file");
            make_executable(&path).expect("a program");
            let hook = Hook { path: path.clone(), script };
            assert_eq!(hook.find().expect("read"), Found::Nothing);
            hook.add().expect("written");
            assert_eq!(hook.find().expect("read"), Found::Ours);
            hook.add().expect("written again");
            assert!(fs::read(&path).expect("a file").ends_with(b"echo caf\xe9\n"));
            hook.remove().expect("taken out");
            assert_eq!(fs::read(&path).expect("a file"), theirs);
        }
    }
}
