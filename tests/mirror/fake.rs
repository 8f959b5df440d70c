//! What a place of our own making has in common with others: people change things there, and it is looked at.

use std::sync::Arc;

use chittysync::mirror::Adapter;
use chittysync::settings::MirrorKind;

use crate::common::sealed::sealed;
use crate::http::{Http, TOKEN};
use crate::scene::Scene;

/// A place that people change things at.
pub trait Fake {
    fn kind(&self) -> MirrorKind;
    fn http(&self) -> &Http;
    fn url(&self) -> String;
    /// Returns an adapter of it, with pages of so many records.
    fn open(&self, url: &str, page: usize) -> Box<dyn Adapter>;
    /// Returns words and state of every record that is one of ours.
    fn records(&self) -> Vec<(String, String)>;
    /// Returns all that it holds.
    fn dump(&self) -> String;
    fn keep(&self);
    fn put_back(&self);
    /// How much time a change takes, in seconds.
    fn tick(&self, seconds: i64);
    fn set_state(&self, content: &str, state: &str);
    fn set_words(&self, content: &str, words: &str);
    fn set_description(&self, content: &str, text: &str);
    fn description(&self, content: &str) -> String;
    fn make(&self, content: &str);
    /// Somebody throws a record away, and the place knows that.
    fn throw_away(&self, content: &str);
    /// A record is gone, and the place knows nothing of it.
    fn lose(&self, content: &str);
    /// Somebody copies a record, and writes other words into it.
    fn copy(&self, content: &str, words: &str);
    /// Another device makes every record a second time.
    fn double(&self);
    /// It does not take records with these words.
    fn refuse(&self, content: Option<&'static str>);
    /// What was asked in a way that the vendor does not allow.
    fn complaints(&self) -> Vec<String>;
    fn is_closed(&self, content: &str) -> bool {
        self.records().iter().any(|(words, state)| words == content && state == "completed")
    }
}

/// Returns a place of each kind.
pub fn all() -> Vec<Arc<dyn Fake>> {
    vec![Arc::new(crate::fake_github::GitHubFake::new()), Arc::new(crate::fake_notion::NotionFake::new())]
}

/// Returns a store, and a mirror of it at this place.
pub fn scene(fake: &dyn Fake) -> Scene {
    let mut scene = Scene::new(fake.kind());
    scene.mirror.url = fake.url();
    let helper = format!(
        "[credential \"http://127.0.0.1:{}\"]\n\thelper = \"!f() {{ echo username=token; echo password={TOKEN}; }}; f\"\n",
        fake.http().port
    );
    let text = format!("[init]\n\tdefaultBranch = main\n[chittysync]\n\tfsync = false\n{helper}");
    scene.world.write("home/.gitconfig", text.as_bytes());
    scene
}

/// A store, a mirror of it, and the place, brought up to date once.
pub struct Pair {
    pub scene: Scene,
    pub fake: Arc<dyn Fake>,
    /// How many records a page of a listing has.
    pub page: usize,
}

impl Pair {
    pub fn open(&self) -> Box<dyn Adapter> {
        self.fake.open(&self.scene.mirror.url, self.page)
    }

    pub fn sync(&self) -> chittysync::mirror::Report {
        self.try_sync().expect("a run")
    }

    pub fn try_sync(&self) -> Result<chittysync::mirror::Report, chittysync::mirror::Failure> {
        self.scene.sync(self.open().as_mut())
    }

    pub fn there(&self) -> Vec<(String, String)> {
        self.fake.records()
    }

    pub fn words(&self) -> Vec<String> {
        self.there().into_iter().map(|(words, _)| words).collect()
    }
}

/// Runs a test with a place of each kind that nothing was sent to yet.
pub fn each_empty(test: impl Fn(&mut Pair)) {
    sealed(|| {
        for fake in all() {
            println!("{:?}", fake.kind());
            let mut pair = Pair { scene: scene(fake.as_ref()), fake, page: 2 };
            test(&mut pair);
            assert_eq!(pair.fake.complaints(), Vec::<String>::new());
        }
    });
}

/// As [`each_empty`], once everything was sent.
pub fn each(test: impl Fn(&mut Pair)) {
    each_empty(|pair| {
        pair.sync();
        test(pair);
    });
}
