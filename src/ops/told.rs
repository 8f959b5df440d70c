//! What a session was told of others who overtook it, so that it is told once.

use std::collections::BTreeMap;

use crate::store::{Store, cache};
use crate::todo::{Session, Time, Todo, TodoId};
use crate::view::{Everything, overtaken};

/// The name of the file below `chittysync/`. Without it what was told is told again.
const NAME: &str = "told";
/// What happened longer ago is no news, and nobody needs to remember who was told.
const NEWS: i64 = 30 * 24 * 60 * 60 * 1000;

/// By session and todo: when what was told last had happened, in milliseconds.
type Known = BTreeMap<String, BTreeMap<String, i64>>;

/// What one session was told.
#[derive(Debug)]
pub struct Told {
    all: Known,
    session: String,
    since: i64,
    has_news: bool,
}

impl Told {
    /// Reads what a session was told, and the lists beside its own.
    pub fn load(store: &Store, session: &Session, now: Time) -> Self {
        let all = cache::load(&store.repo, NAME);
        Told { all, session: session.main().to_owned(), since: now.millis() - NEWS, has_news: false }
    }

    /// Returns whether the session does not know yet what became of a todo at this time.
    pub fn is_news(&self, id: TodoId, at: Time) -> bool {
        let told = self.all.get(&self.session).and_then(|told| told.get(&id.to_string()));
        at.millis() >= self.since && told.is_none_or(|told| *told < at.millis())
    }

    /// Remembers that the session is told.
    pub fn tell(&mut self, id: TodoId, at: Time) {
        self.all.entry(self.session.clone()).or_default().insert(id.to_string(), at.millis());
        self.has_news = true;
    }

    /// Saves what the session was told, if it is more than before.
    pub fn save(mut self, store: &Store) {
        if !self.has_news {
            return;
        }
        self.all.retain(|_, told| {
            told.retain(|_, at| *at >= self.since);
            !told.is_empty()
        });
        cache::save(&store.repo, NAME, &self.all);
    }
}

/// Returns what others did, since a session was last asked for it, to todos that it had started: the newest first, and
/// each once.
pub fn overtaken_since<'a>(
    store: &Store,
    everything: &'a Everything,
    session: &Session,
    now: Time,
) -> Vec<(&'a Todo, &'a Session)> {
    let mut found = overtaken(everything, session);
    if found.is_empty() {
        return Vec::new();
    }
    let mut told = Told::load(store, session, now);
    found.retain(|(todo, _, at)| told.is_news(todo.id, *at));
    found.iter().for_each(|(todo, _, at)| told.tell(todo.id, *at));
    told.save(store);
    found.into_iter().map(|(todo, by, _)| (todo, by)).collect()
}
