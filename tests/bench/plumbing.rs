//! The same git result through git's own plumbing, one process a step.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::World;

/// A store to which the plumbing writes.
pub struct Plumbing<'a> {
    pub world: &'a World,
    pub store: &'a Path,
    /// `fsync` for `core.fsync`: `none` or `all`.
    pub fsync: &'static str,
}

impl Plumbing<'_> {
    fn git(&self, arguments: &[&str]) -> String {
        let mut command: Command = self.world.command("git");
        command.args(["-c", &format!("core.fsync={}", self.fsync), "-C"]).arg(self.store).args(arguments);
        command.env("GIT_INDEX_FILE", self.world.path("index")).stderr(Stdio::inherit());
        let output = command.output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Makes a commit on `name` that changes two files, as a capture does, and returns it.
    pub fn commit(&self, name: &str, files: [(&str, &Path); 2], also: Option<&str>) -> String {
        let parent = self.git(&["rev-parse", name]);
        self.git(&["read-tree", &parent]);
        for (path, content) in files {
            let blob = self.git(&["hash-object", "-w", "--", content.to_str().expect("UTF-8")]);
            self.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
        }
        let tree = self.git(&["write-tree"]);
        let mut arguments = vec!["commit-tree", "-m", "a commit", "-p", &parent];
        arguments.extend(also.iter().flat_map(|also| ["-p", also]));
        arguments.push(&tree);
        let commit = self.git(&arguments);
        self.git(&["update-ref", name, &commit, &parent]);
        commit
    }
}
