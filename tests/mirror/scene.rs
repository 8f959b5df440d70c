//! A store, a mirror of it, and the driver between them.

use std::path::Path;
use std::time::Duration;

use chittysync::mirror::{Adapter, Driver, Failure, Options, Patience, Report};
use chittysync::settings::{Mirror, MirrorKind};
use chittysync::store::{Location, Origin, Store};
use chittysync::todo::{Project, Time};

use crate::common::World;

/// A world with a store in which a few todos are, and a mirror of it.
pub struct Scene {
    pub world: World,
    pub mirror: Mirror,
}

/// The time of all runs.
pub fn now() -> Time {
    Time::parse("2026-11-20T12:00:00Z").expect("a time")
}

impl Scene {
    pub fn new(kind: MirrorKind) -> Self {
        let world = World::new();
        world.write("home/.gitconfig", b"[init]\n\tdefaultBranch = main\n[chittysync]\n\tfsync = false\n");
        for (text, project) in [("Fix login", "acme/api"), ("Ship", "acme/api"), ("Write notes", "acme/web")] {
            world.ok(&["add", text, "--project", project]);
        }
        world.ok(&["start", "Ship"]);
        let url = world.path("place").to_string_lossy().into_owned();
        let mirror = Mirror {
            name: "m".into(),
            kind,
            url,
            projects: Vec::new(),
            interval: Duration::from_secs(300),
            paused: false,
        };
        Scene { world, mirror }
    }

    pub fn store(&self) -> Store {
        open(&self.world.store())
    }

    /// Brings the mirror up to date.
    pub fn sync(&self, adapter: &mut dyn Adapter) -> Result<Report, Failure> {
        self.sync_with(adapter, Options::default())
    }

    pub fn sync_with(&self, adapter: &mut dyn Adapter, options: Options) -> Result<Report, Failure> {
        let store = self.store();
        let nothing = Duration::ZERO;
        let patience = Patience { first: nothing, longest: Duration::from_secs(60), whole: Duration::MAX };
        let options = Options { patience, ..options };
        let driver = Driver { store: &store, mirror: &self.mirror, now: now(), options, sleep: &|_| {} };
        driver.run(adapter)
    }

    /// Only this project from now on.
    pub fn only(&mut self, project: &str) {
        self.mirror.projects = vec![Project::new(project).expect("a name")];
    }

    /// Returns every ref of the store with its value.
    pub fn refs(&self) -> String {
        self.world.git(&self.world.store(), &["for-each-ref"])
    }

    /// Returns words and status of all todos.
    pub fn todos(&self) -> Vec<(String, String)> {
        let text = |todo: &serde_json::Value, name: &str| todo[name].as_str().unwrap_or_default().to_owned();
        let mut todos: Vec<_> =
            self.world.todos().iter().map(|todo| (text(todo, "content"), text(todo, "status"))).collect();
        todos.sort();
        todos
    }

    /// Returns the status of the todo with these words.
    pub fn status(&self, content: &str) -> String {
        let todos = self.todos();
        todos.into_iter().find(|(words, _)| words == content).map(|(_, status)| status).unwrap_or_default()
    }
}

pub fn open(path: &Path) -> Store {
    let mut store = Store::open(&Location { path: path.to_owned(), origin: Origin::Option }).expect("a store");
    store.settings.fsync = chittysync::git::Fsync::Off;
    store
}
