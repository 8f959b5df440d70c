//! What the homes look like, and what is new in them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::OpsError;
use super::progress::Steps;
use super::redacted::{redact_notice, redact_reading, redact_unit};
use super::routed::Hidden;
use crate::redact::{Found, Redactor};
use crate::source::{self, Home, Notice, Reading, Unit};
use crate::store::Store;
use crate::store::cache::{self, Seen};
use crate::todo::Session;

/// What the homes look like from outside.
#[derive(Debug, Default)]
pub struct Look {
    pub(super) units: Vec<Unit>,
    /// The path of each unit, as the caches know it.
    pub(super) paths: Vec<String>,
    pub(super) notices: Vec<Notice>,
    /// How it is remembered that something belongs to another store.
    pub(super) hidden: Hidden,
}

/// Looks at the homes without opening a file. Names of lists with a credential in them are known without it.
pub fn look(homes: &[Home], redactor: &Redactor) -> Look {
    let mut look = glance(homes);
    look.name(redactor);
    look
}

/// Looks at the homes, and leaves names as they are.
pub(super) fn glance(homes: &[Home]) -> Look {
    let mut look = Look { hidden: Hidden::now(), ..Look::default() };
    for home in homes {
        let scan = source::scan(home);
        look.units.extend(scan.units);
        look.notices.extend(scan.notices);
    }
    look
}

/// Returns how many files, and parts of files, of these homes were not read or applied.
pub fn unread(store: &Store, homes: &[Home]) -> usize {
    let seen: Seen = cache::load(&store.repo, SEEN);
    look(homes, &store.settings.redactor).all_notices(&seen).len()
}

/// Returns how many files of these homes a store knows nothing of: neither what they say, nor that others take it.
pub fn waiting(store: &Store, homes: &[Home]) -> usize {
    let seen: Seen = cache::load(&store.repo, SEEN);
    let look = look(homes, &store.settings.redactor);
    let is_known = |path: &&String| seen.contains_key(*path) || seen.contains_key(&look.hidden.key(path));
    look.paths.iter().filter(|path| !is_known(path)).count()
}

/// Forgets what was read of any home: paths name projects. All is looked at again.
///
/// # Errors
/// When it cannot be forgotten.
pub fn forget_looks(store: &Store) -> Result<(), OpsError> {
    Ok(cache::forget(&store.repo, SEEN)?)
}

/// The name under which is kept what was read.
pub(super) const SEEN: &str = "seen";

impl Look {
    /// Takes credentials out of names. Only then are the units known by their paths.
    pub(super) fn name(&mut self, redactor: &Redactor) {
        self.paths = self.units.iter_mut().map(|unit| redact_unit(unit, redactor)).collect();
        self.notices.iter_mut().for_each(|notice| redact_notice(notice, redactor));
    }

    /// Returns how many files and directories there are.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Returns whether anything looks different from when it was read.
    pub fn is_news(&self, seen: &Seen) -> bool {
        (0..self.units.len()).any(|at| self.is_changed(at, seen))
    }

    pub(super) fn is_changed(&self, at: usize, seen: &Seen) -> bool {
        let (path, stamp) = (&self.paths[at], &self.units[at].stamp.text);
        match seen.get(path) {
            Some(unit) => unit.stamp.as_ref() != Some(stamp),
            None => {
                let hidden = seen.get(&self.hidden.key(path)).and_then(|unit| unit.stamp.as_ref());
                hidden.is_none_or(|hidden| *hidden != self.hidden.stamp(stamp))
            }
        }
    }

    /// Returns what could not be read, as known from before.
    pub fn all_notices(&self, seen: &Seen) -> Vec<Notice> {
        let known = self.paths.iter().filter_map(|path| seen.get(path)).flat_map(|unit| &unit.notices);
        let known = known.cloned().map(|(path, reason, remedy)| Notice { path: path.into(), reason, remedy });
        let unplaced = self.paths.iter().filter_map(|path| Some((path, seen.get(path)?.unplaced)));
        let unplaced = unplaced.filter(|(_, count)| *count > 0).map(|(path, count)| Notice {
            path: path.into(),
            reason: format!("{count} of its calls are about tasks that nothing tells of"),
            remedy: "the others were read; the tasks may have been made before the file begins".into(),
        });
        self.notices.iter().cloned().chain(known).chain(unplaced).collect()
    }
}

/// Reads the units that do not look as they did, on all cores, and takes credentials out of all they say.
pub(super) fn read_changed(
    look: &Look,
    seen: &Seen,
    redactor: &Redactor,
    steps: &Steps,
) -> (BTreeMap<usize, Reading>, BTreeMap<Session, Found>) {
    let changed: Vec<usize> = (0..look.units.len()).filter(|at| look.is_changed(*at, seen)).collect();
    let count = steps.count("Reading", changed.len(), "files");
    // Starting threads costs more than reading a few files.
    let read = |at: usize| {
        let mut reading = source::read(&look.units[at]);
        let redacted = redact_reading(&mut reading, redactor);
        count.add(1);
        ((at, reading), redacted)
    };
    let read: Vec<_> = match changed.len() {
        ..16 => changed.into_iter().map(read).collect(),
        _ => changed.into_par_iter().map(read).collect(),
    };
    let mut all: BTreeMap<Session, Found> = BTreeMap::new();
    let (fresh, redacted): (_, Vec<_>) = read.into_iter().unzip();
    for (session, found) in redacted.into_iter().flatten() {
        all.entry(session).or_default().extend(found);
    }
    (fresh, all)
}
