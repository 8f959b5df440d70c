//! What people do by commands: explicit acts, earlier states, forgetting.

use chittysync::git::Overlay;
use chittysync::ops::{OpsError, Plan, act, find_state, restore, run, todos_at};
use chittysync::statement::{Act, Precedence};
use chittysync::store::{Consolidated, Reach, Store};
use chittysync::todo::{Project, Session, State, Status, Todo};
use chittysync::view::Everything;

use crate::model::Model;

const TARGETS: [State; 4] = [
    State::Wanted(Status::InProgress),
    State::Wanted(Status::Completed),
    State::Dropped,
    State::Wanted(Status::Pending),
];

impl Model {
    /// A person starts, finishes, drops or reopens a todo, or settles what it is: that comes true.
    pub fn act(&mut self, device: usize) {
        let Some((project, todo)) = self.some_todo(device) else { return };
        let target = TARGETS[self.random.below(4)];
        let precedence = if self.random.once_in(3) { Precedence::Settles } else { Precedence::ComesTrue };
        let act = Act { precedence, ..Act::new(&project, &todo, target) };
        self.trace.push(format!("d{device} {} is to be {target}, {precedence:?}", todo.content));
        let (project, id) = (project.clone(), todo.id);
        if self.say(device, |_| vec![act.clone()]) {
            let known = todos(&self.store(device));
            let todo = known.iter().find(|(of, todo)| *of == project && todo.id == id).expect("it is there");
            assert_eq!(todo.1.state(), target, "{}", todo.1.content);
        }
    }

    /// A person brings back what was before.
    pub fn roll_back(&mut self, device: usize) {
        let path = self.devices[device].path.clone();
        let before = self.git(&path, &["rev-parse", "-q", "--verify", "consolidated~1"]).stdout;
        if before.is_empty() {
            return;
        }
        self.trace.push(format!("d{device} rolls back to {before}"));
        let store = self.store(device);
        let Ok(before) = find_state(&store, before.trim(), self.clock(device)) else { return };
        let Ok(then) = todos_at(&store, Some(&before)) else { return };
        self.say(device, |known| restore(&then, &known.projects, |_, _| true));
    }

    /// Returns whether it was said: it can crash, and be about what was forgotten.
    fn say(&mut self, device: usize, decide: impl Fn(&Everything) -> Vec<Act>) -> bool {
        let session = Session::new(&format!("by-hand-{device}")).expect("a name");
        let acted =
            act::<OpsError>(&self.store(device), &session, "act".into(), self.clock(device), |known| Ok(decide(known)));
        let acted = match acted {
            // A `forget` that crashed may have been said, and not have come to the branch before now.
            Err(OpsError::Forgotten(id)) if self.to_forget.iter().any(|(_, other)| *other == id) => false,
            acted => self.unless_crashed(acted).is_some(),
        };
        self.remember(device, &session);
        acted
    }

    /// A person has a todo forgotten, for good.
    pub fn forget(&mut self, device: usize) {
        let Some((project, todo)) = self.some_todo(device) else { return };
        let purge = self.random.once_in(2);
        self.trace.push(format!("d{device} {} {} {}", if purge { "purges" } else { "forgets" }, todo.id, todo.content));
        // Whose word it is is drawn, and is to be the same in each run of one seed.
        let directory = self.devices[device].path.join("chittysync");
        std::fs::create_dir_all(&directory).expect("a directory");
        std::fs::write(directory.join("device"), format!("{device:08x}\n")).expect("a file");
        self.to_forget.insert((project.clone(), todo.id));
        let store = self.store(device);
        let plan = Plan { forget: vec![(project.clone(), todo.id)], purge, consolidate: true, ..Plan::default() };
        if self.unless_crashed(run(&store, &plan, self.clock(device))).is_some() {
            self.forgotten.insert((project, todo.id));
            if purge {
                self.purged.insert(todo.id, todo.content);
            }
        }
    }

    /// Returns one of the todos that a device knows.
    fn some_todo(&mut self, device: usize) -> Option<(Project, Todo)> {
        let mut known = todos(&self.store(device));
        (!known.is_empty()).then(|| known.swap_remove(self.random.below(known.len())))
    }
}

fn todos(store: &Store) -> Vec<(Project, Todo)> {
    let overlay = Overlay::new(&store.repo);
    let branch = Consolidated::find(store, &overlay).expect("the branch");
    let (projects, _) = branch.all(&overlay, Reach::Archive).expect("todos");
    projects
        .into_iter()
        .flat_map(|(project, todos)| todos.into_values().map(move |todo| (project.clone(), todo)))
        .collect()
}
