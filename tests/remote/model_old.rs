//! A device with the version before, which writes files of format 1. Once it has seen a newer one it refuses the branch,
//! and goes on sending what its session says.

use chittysync::store::paths;
use chittysync::todo::{Project, Session, Time, TodoId};
use serde_json::json;

use crate::model::{Model, STATUSES, WORDS};

/// Whose session it is.
const SESSION: &str = "by-the-version-before";

impl Model {
    /// Its session states one more todo, or says something else of one, and its ref is pushed.
    pub fn old_program(&mut self) {
        let (words, status) = (WORDS[self.random.below(WORDS.len())], STATUSES[self.random.below(4)]);
        self.now += 1;
        let now = Time::from_millis(self.now);
        self.trace.push(format!("the version before at {now}: {words} {status:?}"));
        self.old.insert(words, (status, now));
        let project = Project::general();
        let mut lines: Vec<(TodoId, String)> = Vec::new();
        for (words, (status, at)) in &self.old {
            let id = TodoId::of(&project, words);
            let (status, at) = (status.as_str(), at.to_string());
            let claims = format!("{{\"{SESSION}\":{{\"status\":\"{status}\",\"at\":\"{at}\"}}}}");
            lines.push((id, format!(
                "{{\"id\":\"{id}\",\"content\":{},\"status\":\"{status}\",\"created\":\"{at}\",\"updated\":\"{at}\",\"claims\":{claims}}}",
                json!(words)
            )));
        }
        lines.sort();
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        let session = Session::new(SESSION).expect("a name");
        let info = json!({
            "format": 1, "session": SESSION, "source": "import", "device": "old", "project": "general",
            "started": self.old.values().map(|(_, at)| *at).min().expect("one").to_string(), "updated": now.to_string(),
            "list": [],
        });
        let name = format!("refs/chittysync/{SESSION}");
        self.push_files(
            &name,
            &[
                (paths::todos_path(&project), format!("[\n{}\n]\n", lines.join(",\n"))),
                (paths::session_path(&session), format!("{info}\n")),
                (paths::ATTRIBUTES_PATH.to_owned(), paths::ATTRIBUTES.to_owned()),
            ],
        );
    }

    /// Puts a commit with these files on top of a ref of the hub, whatever is there.
    pub fn push_files(&self, name: &str, files: &[(String, String)]) {
        let (clone, hub) = (self.directory.path().join("other"), self.hub().to_string_lossy().into_owned());
        self.git(self.directory.path(), &["init", "-q", "other"]);
        if self.git(&clone, &["fetch", "-q", &hub, name]).code == Some(0) {
            self.git(&clone, &["reset", "-q", "--soft", "FETCH_HEAD"]);
        }
        for (path, text) in files {
            let path = clone.join(path);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            std::fs::write(path, text).expect("a file");
        }
        self.git(&clone, &["add", "-A"]);
        self.git(&clone, &["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "import: one session"]);
        let pushed = self.git(&clone, &["push", "-q", &hub, &format!("HEAD:{name}")]);
        assert_eq!(pushed.code, Some(0), "{pushed:?}");
        let _ = std::fs::remove_dir_all(&clone);
    }
}
