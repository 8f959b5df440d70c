//! Which sessions a store takes, where `chittysync.route` leads to several stores.
//!
//! A session is of the store to which its directory leads, whoever captures and from wherever: that a store is named to
//! be worked on sends nobody else's sessions there. What cannot be told waits, unread as far as the store is concerned.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::project::{Projects, by_words, lies_in};
use crate::git::{Repo, real};
use crate::settings::{Asked, Routes, Ruling, Target};
use crate::source::{Unit, Workspace};
use crate::store::cache::{Seen, SeenUnit};
use crate::store::{Location, Origin, Store, also_listed, fallback, general_routes};
use crate::todo::{Session, Snapshot};

/// Whether a store takes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    /// It does.
    Here,
    /// Another store does, or none.
    Elsewhere,
    /// That cannot be told, or not yet.
    Unknown,
}

/// What a store takes.
pub(super) struct Routed<'a> {
    store: &'a Store,
    projects: &'a Projects,
    /// The rules that hold everywhere; nothing where they cannot be read.
    general: Option<Routes>,
    /// Whether what no rule speaks of goes here for sure.
    is_fallback: bool,
    /// The projects' own stores that are listed with this one, which take what is said in them.
    listed: Vec<Repo>,
    /// Sessions of other stores, as [`Hidden`] remembers them.
    elsewhere: BTreeSet<&'a str>,
    hidden: &'a Hidden,
    /// What was found out, by working directory.
    known: RefCell<BTreeMap<String, Belongs>>,
}

/// How it is remembered that something was looked at which belongs to another store: by hashes, which are those of these
/// rules.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    mark: String,
}

impl Hidden {
    /// Returns how it is remembered under the rules that hold now.
    pub(super) fn now() -> Self {
        let mut rules = general_routes().map_or_else(|_| String::new(), |routes| routes.text());
        for repo in listed_projects() {
            rules.push_str(&format!("\n{}", repo.common_dir().display()));
        }
        Hidden { mark: hash(&rules) }
    }

    /// Returns the key of a file or directory. That of its parent stands before it, as in its path.
    pub(super) fn key(&self, path: &str) -> String {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        format!("{}/{}", self.parent(parent), hash(name))
    }

    /// Returns how the key of what is in a directory begins.
    pub(super) fn parent(&self, directory: &str) -> String {
        format!("#{}", hash(directory))
    }

    /// Returns what is remembered of how it looked.
    pub(super) fn stamp(&self, stamp: &str) -> String {
        format!("{} {stamp}", self.mark)
    }

    fn session(session: &Session) -> String {
        hash(session.main())
    }

    /// Returns the sessions of other stores that are remembered.
    fn sessions<'s>(&self, seen: &'s Seen) -> BTreeSet<&'s str> {
        let is_current = |unit: &&SeenUnit| unit.stamp.as_ref().is_none_or(|stamp| stamp.starts_with(&self.mark));
        let hidden = seen.range("#".to_owned()..).take_while(|(key, _)| key.starts_with('#')).map(|(_, unit)| unit);
        hidden.filter(is_current).flat_map(|unit| unit.last.keys().map(String::as_str)).collect()
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text)[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<'a> Routed<'a> {
    pub(super) fn new(store: &'a Store, projects: &'a Projects, seen: &'a Seen, hidden: &'a Hidden) -> Self {
        let is_fallback = fallback().is_ok_and(|location| is_same(&location.path, store));
        let general = general_routes().ok();
        let elsewhere = hidden.sessions(seen);
        let listed = if is_fallback { listed_projects() } else { Vec::new() };
        Routed { store, projects, general, is_fallback, listed, elsewhere, hidden, known: RefCell::default() }
    }

    /// Returns whether rules may keep something from this store.
    pub(super) fn has_rules(&self) -> bool {
        self.general.as_ref().is_none_or(|routes| !routes.is_empty())
    }

    /// Returns whether something may be of another store, whether rules say so or that is a project's own.
    pub(super) fn has_others(&self) -> bool {
        self.has_rules() || !self.listed.is_empty()
    }

    /// Returns whether the store takes what is said in this directory. One that is a project's takes only what is said
    /// in it; the default one leaves that to it where both are listed as one, so that nothing stands in both.
    pub(super) fn takes(&self, directory: &str) -> Belongs {
        if let Some(known) = self.known.borrow().get(directory) {
            return *known;
        }
        let found = self.projects.look(directory);
        let belongs = match self.ruled(&found.ruling, &found.routes) {
            Belongs::Here if self.store.is_project() && !lies_in(&self.store.repo, directory) => Belongs::Elsewhere,
            Belongs::Here if !is_ruled(&found.ruling) && self.listed.iter().any(|repo| lies_in(repo, directory)) => {
                Belongs::Elsewhere
            }
            belongs => belongs,
        };
        self.known.borrow_mut().insert(directory.to_owned(), belongs);
        belongs
    }

    /// Returns whether the store takes what a session says that works in this workspace; where none is known, that is
    /// told by its words, one by one ([`Routed::keep`]), where there are rules, and is its own affair where there are none.
    pub(super) fn takes_session(&self, session: &Session, workspace: Option<&Workspace>) -> Belongs {
        match workspace {
            Some(workspace) => self.takes(&workspace.directory),
            None if self.elsewhere.contains(Hidden::session(session).as_str()) => Belongs::Elsewhere,
            None if self.store.is_project() || self.has_rules() => Belongs::Unknown,
            None => Belongs::Here,
        }
    }

    /// Returns whether lists whose session works nobody knows where are split by their words.
    pub(super) fn splits(&self) -> bool {
        !self.store.is_project() && self.general.as_ref().is_some_and(|routes| !routes.is_empty())
    }

    /// Leaves of such a list what its words lead here. Returns whether it is to be looked at again, because something of
    /// it leads nowhere yet.
    pub(super) fn keep(&self, snapshot: &mut Snapshot, is_known_here: bool) -> bool {
        let Some(general) = &self.general else { return true };
        let mut is_open = false;
        snapshot.items.retain(|item| {
            let project = by_words(&self.store.settings, &item.content);
            let asked = Asked { names: vec![project.as_str().to_owned()], ..Asked::default() };
            match general.ruling(&asked) {
                // What a session has said here before the rules were, it goes on saying here.
                Ruling::Free if !is_known_here => {
                    is_open = true;
                    false
                }
                ruling => self.ruled(&ruling, general) == Belongs::Here,
            }
        });
        is_open
    }

    /// Takes out of what is to be remembered of a unit all that is said by sessions which belong elsewhere: a store does
    /// not even know their names. Of a unit of theirs, hashes say that it was looked at. `belongs` says where a session
    /// does.
    pub(super) fn forget_others(
        &self,
        next: &mut Seen,
        (unit, path, sessions): (&Unit, &str, &BTreeSet<Session>),
        belongs: impl Fn(&Session) -> Belongs,
    ) {
        let others: BTreeSet<&Session> = sessions.iter().filter(|session| belongs(session) != Belongs::Here).collect();
        if others.is_empty() {
            return;
        }
        let Some(mut known) = next.remove(path) else { return };
        if unit.session().is_none_or(|session| !others.contains(session)) {
            let is_own = |name: &String| others.iter().all(|other| other.as_str() != name);
            known.last.retain(|session, _| is_own(session));
            known.places.retain(|session, _| is_own(session));
            next.insert(path.to_owned(), known);
            return;
        }
        // One of which it cannot be told is looked at again.
        if others.iter().all(|session| belongs(session) == Belongs::Elsewhere) {
            let stamp = known.stamp.map(|stamp| self.hidden.stamp(&stamp));
            let last = others.iter().map(|session| (Hidden::session(session), 0)).collect();
            let known = SeenUnit { stamp, last, lines: known.lines, ..SeenUnit::default() };
            next.insert(self.hidden.key(path), known);
        }
    }

    fn ruled(&self, ruling: &Ruling, routes: &Routes) -> Belongs {
        match ruling {
            Ruling::By(Target::Store(path), _) if is_same(path, self.store) => Belongs::Here,
            Ruling::By(Target::Store(_) | Target::Nowhere, _) => Belongs::Elsewhere,
            Ruling::Unsure(_) => Belongs::Unknown,
            Ruling::By(Target::Default, _) | Ruling::Free => {
                let general = self.general.iter().flat_map(Routes::stores);
                let is_named = routes.stores().into_iter().chain(general).any(|path| is_same(path, self.store));
                if self.is_fallback || !is_named { Belongs::Here } else { Belongs::Elsewhere }
            }
        }
    }
}

/// Returns whether a rule leads somewhere, and not to where it would go without one.
fn is_ruled(ruling: &Ruling) -> bool {
    matches!(ruling, Ruling::By(Target::Store(_), _))
}

/// Returns the projects' own stores that are listed with the default one, as far as they can be opened: what is said in
/// one that cannot be is not left to it.
fn listed_projects() -> Vec<Repo> {
    let open = |path| Store::open(&Location { path, origin: Origin::Option }).ok();
    let stores = also_listed().into_iter().filter(|path| path.is_absolute()).filter_map(open);
    stores.filter(Store::is_project).map(|store| store.repo).collect()
}

/// Returns whether a path is that of a store.
fn is_same(path: &Path, store: &Store) -> bool {
    let own: PathBuf = real(store.repo.common_dir());
    real(path) == own || real(&path.join(".git")) == own
}
