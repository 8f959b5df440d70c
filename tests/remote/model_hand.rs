//! What people do with git alone, and what somebody hostile does who can push: nothing that was said may go.

use std::path::{Path, PathBuf};

use chittysync::store::paths;
use chittysync::todo::{Project, Session, Time, TodoId};
use serde_json::json;

use crate::model::{Model, WORDS};

/// How the names begin of sessions that nobody is to believe, and their words.
pub const HOSTILE: &str = "hostile-";

impl Model {
    /// Somebody merges the hub's sessions into its branch with stock git and the driver.
    pub fn merge_by_hand(&mut self) {
        self.trace.push("by hand".to_owned());
        let clone = self.directory.path().join("clone");
        let hub = self.hub().to_string_lossy().into_owned();
        if self.git(self.directory.path(), &["clone", "-q", "-b", "consolidated", &hub, "clone"]).code == Some(0) {
            self.git(&clone, &["fetch", "-q", "origin", "+refs/chittysync/*:refs/chittysync/*"]);
            let sessions = self.git(&clone, &["for-each-ref", "--format=%(refname)", "refs/chittysync"]).stdout;
            // Nobody merges what they do not know.
            for session in sessions.lines().filter(|name| !name.contains(HOSTILE)) {
                let merged = self.git(
                    &clone,
                    &[
                        "-c",
                        "user.name=x",
                        "-c",
                        "user.email=x@x",
                        "merge",
                        "-q",
                        "--no-edit",
                        "--allow-unrelated-histories",
                        session,
                    ],
                );
                // Of a file that somebody deleted in a session git asks a person; this one gives up.
                if merged.stdout.contains("CONFLICT (modify/delete)") {
                    self.git(&clone, &["merge", "--abort"]);
                    continue;
                }
                assert_eq!(merged.code, Some(0), "{merged:?}");
            }
            self.git(&clone, &["push", "-q", "origin", "consolidated"]);
        }
        let _ = std::fs::remove_dir_all(&clone);
    }

    /// Somebody commits to the hub's branch, in a clone: lines are taken out, or the commit before comes back.
    pub fn edit_by_hand(&mut self) {
        let what = ["takes lines out", "reverts", "empties everything", "says less of a todo"][self.random.below(4)];
        self.trace.push(format!("somebody {what}"));
        let Some(clone) = self.clone_of_hub() else { return };
        match what {
            "reverts" => {
                if let Some(before) = self.branch_before(&clone, 1) {
                    self.git(&clone, &["checkout", "-q", &before, "--", "."]);
                }
            }
            _ => {
                for path in self.lists(&clone) {
                    let text = std::fs::read_to_string(&path).expect("a list");
                    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
                    let mut kept: Vec<String> = Vec::new();
                    for line in lines {
                        let line = line.trim_end_matches(',');
                        match what {
                            "takes lines out" if self.random.once_in(3) => {}
                            "empties everything" => {}
                            "says less of a todo" => {
                                kept.push(line.replace("\"status\":\"completed\"", "\"status\":\"pending\""));
                            }
                            _ => kept.push(line.to_owned()),
                        }
                    }
                    std::fs::write(&path, format!("[\n{}\n]\n", kept.join(",\n")).replace("[\n\n]", "[\n]"))
                        .expect("a list");
                }
            }
        }
        self.git(&clone, &["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "by hand"]);
        self.git(&clone, &["push", "-q", "origin", "consolidated"]);
        let _ = std::fs::remove_dir_all(&clone);
    }

    /// Somebody hostile replaces the hub's branch: by an older commit, or by one without history that lacks lines.
    pub fn replace_branch(&mut self) {
        let back = 1 + self.random.below(3);
        let orphan = self.random.once_in(2);
        self.trace.push(format!("the hub's branch is replaced: back {back}, orphan {orphan}"));
        let hub = self.hub();
        let Some(old) = self.branch_before(&hub, back) else { return };
        let new = if orphan {
            let tree = format!("{old}^{{tree}}");
            let identity = ["-c", "user.name=x", "-c", "user.email=x@x"];
            self.git(&hub, &[&identity[..], &["commit-tree", &tree, "-m", "orphan"]].concat()).stdout
        } else {
            old
        };
        self.git(&hub, &["update-ref", "refs/heads/consolidated", new.trim()]);
    }

    /// Somebody puts a commit without todos on top of a session's history on the hub.
    pub fn empty_session(&mut self) {
        let hub = self.hub();
        let sessions = self.git(&hub, &["for-each-ref", "--format=%(refname)", "refs/chittysync"]).stdout;
        let sessions: Vec<String> = sessions.lines().map(str::to_owned).collect();
        if sessions.is_empty() {
            return;
        }
        let name = &sessions[self.random.below(sessions.len())];
        self.trace.push(format!("somebody empties {name} on the hub"));
        let entries = self.git(&hub, &["ls-tree", name]).stdout;
        let kept: Vec<&str> = entries.lines().filter(|line| !line.ends_with("\tprojects")).collect();
        let kept = format!("{}\n", kept.join("\n"));
        let mut command = std::process::Command::new("git");
        command
            .current_dir(&hub)
            .arg("mktree")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("git mktree");
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), kept.as_bytes()).expect("written");
        let tree = String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("UTF-8");
        let identity = ["-c", "user.name=x", "-c", "user.email=x@x"];
        let arguments = [&identity[..], &["commit-tree", tree.trim(), "-p", name, "-m", "emptied"]].concat();
        let commit = self.git(&hub, &arguments).stdout;
        self.git(&hub, &["update-ref", name, commit.trim()]);
    }

    /// Somebody hostile pushes a session that nobody can have said, or that nobody is to read.
    pub fn hostile_session(&mut self) {
        let kinds = ["the year 9999", "the last epoch", "other words", "another session", "a newer format", "no list"];
        let kind = kinds[self.random.below(kinds.len())];
        let number = self.random.below(1000);
        let (name, words) = (format!("{HOSTILE}{number}"), format!("{HOSTILE}words {number}"));
        self.trace.push(format!("somebody pushes {name}: {kind}"));
        let session = Session::new(&name).expect("a name");
        let at = Time::from_millis(self.now).to_string();
        let late = if kind == "the year 9999" { "9999-01-01T00:00:00.000Z" } else { &at };
        let mut claim = json!({ "status": "completed", "at": late });
        if kind == "the last epoch" {
            claim["epoch"] = json!(1_u64 << 31);
        }
        let speaker = if kind == "another session" { "session-0-0" } else { &name };
        let said = if kind == "other words" { WORDS[0] } else { &words };
        let line = json!({
            "id": TodoId::of(&Project::general(), said).to_string(), "content": words, "status": "completed",
            "created": at, "updated": late, "claims": { speaker: claim },
        });
        let format = if kind == "a newer format" { 9 } else { 2 };
        let info = json!({
            "format": format, "session": name, "source": "import", "device": "x", "project": "general",
            "started": at, "updated": at, "list": [],
        });
        let list = if kind == "no list" { "[\n{\"id\":\n]\n".to_owned() } else { format!("[\n{line}\n]\n") };
        self.push_files(
            &format!("refs/chittysync/{name}"),
            &[(paths::todos_path(&Project::general()), list), (paths::session_path(&session), format!("{info}\n"))],
        );
    }

    /// A person takes a device's own branch back with git.
    pub fn rewind(&mut self, device: usize) {
        let path = self.devices[device].path.clone();
        if let Some(old) = self.branch_before(&path, 1) {
            self.trace.push(format!("d{device} takes its branch back to {old}"));
            self.git(&path, &["update-ref", "refs/heads/consolidated", &old]);
        }
    }

    /// Returns the commit so many before the branch's, if no hostile session made it: the first commit of a branch stands
    /// on a session's. Whoever takes that for the branch writes those words into it, and the words of a branch are
    /// believed. What is played here is what an absence does.
    fn branch_before(&self, repository: &Path, back: usize) -> Option<String> {
        let commit = self.git(repository, &["rev-parse", "-q", "--verify", &format!("consolidated~{back}")]).stdout;
        let commit = commit.trim();
        let is_hostile =
            || self.git(repository, &["grep", "-q", HOSTILE, commit, "--", paths::PROJECTS]).code == Some(0);
        (!commit.is_empty() && !is_hostile()).then(|| commit.to_owned())
    }

    /// The hub loses a session, or its branch goes back.
    pub fn lose(&mut self) {
        let sessions = self.git(&self.hub(), &["for-each-ref", "--format=%(refname)", "refs/chittysync"]).stdout;
        let sessions: Vec<&str> = sessions.lines().collect();
        let goes_back = self.random.once_in(2);
        if let Some(back) = self.branch_before(&self.hub(), 1).filter(|_| goes_back) {
            self.trace.push("the hub's branch goes back".to_owned());
            self.git(&self.hub(), &["update-ref", "refs/heads/consolidated", &back]);
        } else if !sessions.is_empty() {
            let lost = sessions[self.random.below(sessions.len())];
            self.trace.push(format!("the hub loses {lost}"));
            self.git(&self.hub(), &["update-ref", "-d", lost]);
        }
    }

    fn clone_of_hub(&self) -> Option<PathBuf> {
        let clone = self.hub().with_file_name("clone");
        let hub = self.hub().to_string_lossy().into_owned();
        let cloned =
            self.git(self.hub().parent().expect("a directory"), &["clone", "-q", "-b", "consolidated", &hub, "clone"]);
        (cloned.code == Some(0)).then_some(clone)
    }

    fn lists(&self, clone: &Path) -> Vec<PathBuf> {
        let files = self.git(clone, &["ls-files", "projects"]).stdout;
        files.lines().map(|path| clone.join(path)).collect()
    }
}
