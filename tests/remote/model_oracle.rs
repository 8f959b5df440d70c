//! What a device has heard of, by brute force: every statement in every commit of a session that it ever had, joined.

use std::collections::{BTreeMap, BTreeSet};

use chittysync::git::{ObjectId, Overlay, tracking_branch};
use chittysync::merge::{join, join_todo};
use chittysync::store::{Consolidated, Reach, read_session, session_of};
use chittysync::todo::{Project, TodoList};

use crate::model::Model;
use crate::model_hand::HOSTILE;

/// Everything that one device heard of.
#[derive(Default)]
pub struct Heard {
    commits: BTreeSet<ObjectId>,
    todos: BTreeMap<Project, TodoList>,
}

impl Model {
    /// Looks at every commit of a session that a device has, wherever it came from.
    pub fn listen(&mut self, device: usize) {
        let store = self.store(device);
        let overlay = Overlay::new(&store.repo);
        let mut queue: Vec<ObjectId> =
            store.repo.sessions().expect("sessions").into_iter().map(|(_, tip)| tip).collect();
        queue.extend(store.repo.find_ref(&store.settings.branch).expect("a branch"));
        for remote in store.repo.remotes() {
            let (sessions, _) = store.repo.remote_sessions(&remote).expect("sessions");
            queue.extend(sessions.into_iter().map(|found| found.tip));
            queue.extend(store.repo.find_ref(&tracking_branch(&remote, &store.settings.branch)).expect("a branch"));
        }
        let heard = &mut self.heard[device];
        while let Some(id) = queue.pop() {
            if !heard.commits.insert(id) {
                continue;
            }
            let info = overlay.commit_info(id).expect("a commit");
            if let Some(session) = session_of(&overlay, info.tree).filter(|name| !name.as_str().starts_with(HOSTILE)) {
                for (project, mut todos) in read_session(&overlay, &session, id).expect("a session").state.projects {
                    todos.retain(|_, todo| todo.flaw(Some(&project)).is_none());
                    join(heard.todos.entry(project).or_default(), &todos);
                }
            }
            queue.extend(info.parents);
        }
    }

    /// The branch of a device and its archive hold, whole line by whole line, all that it heard of.
    pub fn knows_all(&self, device: usize) {
        let store = self.store(device);
        let overlay = Overlay::new(&store.repo);
        let branch = Consolidated::find(&store, &overlay).expect("the branch");
        let (held, unreadable) = branch.with_forgotten(&overlay, Reach::Archive).expect("todos");
        assert_eq!(unreadable, []);
        for (project, todos) in &self.heard[device].todos {
            for (id, said) in todos {
                let held = held.get(project).and_then(|todos| todos.get(id));
                let held = held.unwrap_or_else(|| panic!("d{device} lost {id} of {project}: {said:?}"));
                let mut joined = held.clone();
                join_todo(&mut joined, said);
                assert_eq!(&joined, held, "d{device} lost something of {}", said.content);
            }
        }
    }
}
