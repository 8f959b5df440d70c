//! Objects of a push that is not accepted yet: git keeps them apart until its hook says yes.

use std::fs;
use std::path::Path;

use super::{GitError, ObjectId, Repo};

/// A repository as it would be with the objects of a push. It has no refs.
#[derive(Debug)]
pub struct Incoming {
    repo: Repo,
    /// Nothing but the way to the objects. It goes when this does.
    _directory: tempfile::TempDir,
}

impl Incoming {
    /// Returns what is to be read.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }
}

impl Repo {
    /// Returns this repository with the objects in another directory besides.
    ///
    /// # Errors
    /// When neither can be read.
    pub fn with_objects(&self, objects: &Path) -> Result<Incoming, GitError> {
        let directory = tempfile::tempdir().map_err(GitError::io("create a directory in", &std::env::temp_dir()))?;
        let at = directory.path();
        let own = std::path::absolute(self.common_dir().join("objects")).map_err(GitError::io("find", objects))?;
        let both = format!("{}\n{}\n", own.display(), objects.display());
        let is_default = self.hash() == gix::hash::Kind::Sha1;
        let format = if is_default { "" } else { "[extensions]\n\tobjectFormat = sha256\n" };
        let version = u8::from(!is_default);
        let config = format!("[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{format}");
        for made in ["objects/info", "refs/heads"] {
            fs::create_dir_all(at.join(made)).map_err(GitError::io("create", at))?;
        }
        for (name, text) in
            [("HEAD", "ref: refs/heads/none\n"), ("config", &config), ("objects/info/alternates", &both)]
        {
            fs::write(at.join(name), text).map_err(GitError::io("write", at))?;
        }
        let repo = Repo::borrowing(at, self.limits)?;
        Ok(Incoming { repo, _directory: directory })
    }

    /// Returns the commits that lead from one to another, which descends from it: those that descend from the first and
    /// that the second descends from, and the second, older ones first. Nothing when it does not descend from it, when
    /// either is not there, and when there are more than `most`.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn between(&self, from: ObjectId, to: ObjectId, most: usize) -> Result<Option<Vec<ObjectId>>, GitError> {
        if from == to {
            return Ok(Some(Vec::new()));
        }
        let (range, count) = (format!("{from}..{to}"), format!("--max-count={}", most.saturating_add(1)));
        let arguments = ["rev-list", "--ancestry-path", "--topo-order", "--reverse", &count, &range, "--"];
        let said = super::Git::new(Some(self.common_dir()), arguments).run()?;
        let lines = String::from_utf8_lossy(&said.stdout).into_owned();
        let ids: Vec<ObjectId> = lines.lines().filter_map(|line| ObjectId::from_hex(line.as_bytes()).ok()).collect();
        Ok((said.code == Some(0) && ids.last() == Some(&to) && ids.len() <= most).then_some(ids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{Git, Overlay, create_bare};

    #[test]
    fn objects_of_both_are_read_and_commits_between_found() {
        let directory = tempfile::tempdir().expect("a directory");
        let (store, other) = (directory.path().join("store.git"), directory.path().join("other.git"));
        for path in [&store, &other] {
            create_bare(path, "", "").expect("a repository");
        }
        let commit = |at: &Path, parents: &[ObjectId]| {
            let empty = String::from("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
            let _ = Git::new(Some(at), ["hash-object", "-w", "-t", "tree", "/dev/null"]).output().expect("git");
            let message = format!("-m{}", at.display());
            let parents: Vec<String> = parents.iter().map(|id| format!("-p{id}")).collect();
            let mut arguments = vec!["-c", "user.name=x", "-c", "user.email=x", "commit-tree", &message, &empty];
            arguments.extend(parents.iter().map(String::as_str));
            let said = Git::new(Some(at), arguments).output().expect("git");
            ObjectId::from_hex(said.trim_ascii()).expect("an id")
        };
        let one = commit(&store, &[]);
        let two = commit(&store, &[one]);
        let foreign = commit(&other, &[]);
        let repo = Repo::open(&store).expect("a repository");
        assert!(Overlay::new(&repo).commit_info(foreign).is_err());
        let incoming = repo.with_objects(&other.join("objects")).expect("both");
        let overlay = Overlay::new(incoming.repo());
        assert!(overlay.commit_info(foreign).is_ok() && overlay.commit_info(two).is_ok());
        assert_eq!(repo.between(one, two, 1).expect("git"), Some(vec![two]));
        assert_eq!(repo.between(one, one, 0).expect("git"), Some(vec![]));
        for (from, to, most) in [(two, one, 9), (one, two, 0), (foreign, two, 9), (one, foreign, 9)] {
            assert_eq!(repo.between(from, to, most).expect("git"), None, "{from} {to} {most}");
        }
    }
}
