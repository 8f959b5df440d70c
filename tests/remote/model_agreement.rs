//! What has to hold when everyone has synced.

use std::path::Path;

use chittysync::git::Overlay;
use chittysync::merge::join_claim;
use chittysync::store::{Consolidated, Reach, Store};
use chittysync::todo::{Project, State, Status, Todo, TodoId};

use crate::model::Model;
use crate::model_hand::HOSTILE;

impl Model {
    /// After everyone has synced twice, everyone has the same, and all of it.
    pub fn agree(&mut self) {
        // Who finds out that another device has a session's name says what it said under another one: that is said anew,
        // and can happen in the second round if the ref of the first to come was given up meanwhile.
        let (mut round, mut rounds) = (0, 2);
        while round < rounds {
            let renamed = self.renamed;
            for device in 0..self.devices.len() {
                let exchange = self.sync(device, "origin", true, true).expect("it did not crash");
                assert!(exchange.is_complete(), "round {round}, d{device}: {exchange:?}");
            }
            round += 1;
            if self.renamed > renamed {
                rounds = (round + 2).min(4);
            }
        }
        let tip = |path: &Path| {
            self.git(path, &["rev-parse", "-q", "--verify", "refs/heads/consolidated"]).stdout.trim().to_owned()
        };
        let hub = tip(&self.hub());
        for device in &self.devices {
            assert_eq!(tip(&device.path), hub, "{}", device.path.display());
        }
        let store = self.store(0);
        let overlay = Overlay::new(&store.repo);
        let (projects, unreadable) = Consolidated::find(&store, &overlay)
            .expect("the branch")
            .with_forgotten(&overlay, Reach::Archive)
            .expect("todos");
        assert_eq!(unreadable, []);
        Model::is_settled(&store);
        // A person who took a branch back to before such a todo was left out can see it, and speak of it.
        let by_hand = |todo: &Todo| todo.claims.keys().any(|session| session.as_str().starts_with("by-hand"));
        let mut todos = projects.values().flat_map(|todos| todos.values()).filter(|todo| !by_hand(todo));
        let believed = todos.find(|todo| todo.content.starts_with(HOSTILE));
        assert_eq!(believed, None);
        for ((project, id, session), claims) in &self.said {
            let todo = projects.get(project).and_then(|todos| todos.get(id));
            let todo = todo.unwrap_or_else(|| panic!("{session} spoke of {id}, which is lost"));
            if todo.is_forgotten() {
                assert!(self.to_forget.contains(&(project.clone(), *id)), "nobody wanted {id} forgotten");
                continue;
            }
            let last = todo.claims.get(session).unwrap_or_else(|| panic!("what {session} said of {id} is lost"));
            for claim in claims {
                let mut joined = last.clone();
                join_claim(&mut joined, claim);
                assert_eq!(&joined, last, "{session} said more of {id}: {}", todo.content);
                // What was completed is open again only in a later epoch, or when its session dropped it.
                let voice = todo.voice(session).expect("it spoke").1;
                if claim.status == Status::Completed && !claim.dropped && !voice.dropped {
                    let stands = todo.state() == State::Wanted(Status::Completed) || todo.epoch() > claim.epoch;
                    assert!(stands, "{} was completed", todo.content);
                }
            }
        }
        for (project, id) in &self.forgotten {
            let todo = projects.get(project).and_then(|todos| todos.get(id)).expect("a tombstone");
            assert!(todo.is_forgotten() && todo.content.is_empty(), "{} is not forgotten", todo.content);
        }
        self.git(&self.hub(), &["gc", "-q", "--prune=now"]);
        for path in self.devices.iter().map(|device| device.path.clone()).chain([self.hub()]) {
            self.words_are_gone(&path);
        }
        for path in self.devices.iter().map(|device| device.path.clone()).chain([self.hub()]) {
            let fsck = self.git(&path, &["fsck", "--strict", "--no-dangling", "--no-progress"]);
            assert_eq!((fsck.code, fsck.stdout.as_str()), (Some(0), ""), "{fsck:?}");
        }
    }

    /// No object of a repository holds the words of what was purged: neither a list, nor a board, nor a message.
    fn words_are_gone(&self, path: &Path) {
        if self.purged.is_empty() {
            return;
        }
        let objects = self.git(path, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]).stdout;
        for (id, words) in &self.purged {
            let list = format!("\"id\":\"{id}\",\"content\":\"{words}");
            // Who said the words twice in one list has another todo of them, which can be shown.
            let project = Project::general();
            let is_twin =
                |other: &TodoId| *other != *id && (1..6).any(|nth| TodoId::of_nth(&project, words, nth) == *other);
            let has_twin = self.said.keys().map(|(_, other, _)| other).chain(&self.tried).any(is_twin);
            let quotes = |line: &str| {
                let shown = line.ends_with(&format!(": {words}")) || line.ends_with(&format!("] {words}"));
                line.contains(&list) || line.starts_with(&format!("Resolved: {id}")) || shown && !has_twin
            };
            let held: Vec<&str> = objects.lines().filter(|line| quotes(line)).collect();
            assert_eq!(held, Vec::<&str>::new(), "{} still holds {words}", path.display());
        }
    }

    /// No todo stands in two files.
    fn is_settled(store: &Store) {
        let overlay = Overlay::new(&store.repo);
        let consolidated = Consolidated::find(store, &overlay).expect("the branch");
        for (project, todos) in consolidated.with_forgotten(&overlay, Reach::Working).expect("todos").0 {
            let Some(archive) = consolidated.archive(&overlay, &project).expect("a tree") else { continue };
            let ids = archive.ids();
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "in two months of {project}");
            assert!(todos.keys().all(|id| !archive.contains(*id)), "archived and not, in {project}");
        }
    }
}
