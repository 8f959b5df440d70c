//! Whose sessions are asked for.

use std::collections::BTreeSet;

use clap::Args;

use super::ui::Ui;
use crate::store::Store;
use crate::todo::{By, Session, plain};
use crate::view::Everything;

/// Whose sessions are asked for.
#[derive(Clone, Debug, Default, Args)]
pub struct ByArgs {
    /// Only what this person's sessions said: the name, or a word of it
    #[arg(long, value_name = "PERSON", conflicts_with = "mine")]
    pub by: Option<String>,
    /// Only what your own sessions said, on whatever device
    #[arg(long)]
    pub mine: bool,
}

impl ByArgs {
    /// Returns whether it matters who speaks.
    pub(super) fn asks(&self) -> bool {
        self.mine || self.by.is_some()
    }

    /// Returns whose sessions are meant; nothing for everybody's. Warns of a person of whom nothing is known.
    pub(super) fn whose(&self, store: &Store, everything: &Everything, ui: &Ui) -> Option<By> {
        if self.mine {
            let (person, device) = (store.settings.person().map(str::to_owned), store.settings.device.clone());
            return Some(By::Mine { person, device, own: everything.own.clone() });
        }
        let by = By::Person(self.by.clone()?);
        if !everything.sessions.iter().any(|info| by.takes(info)) {
            let people: BTreeSet<String> =
                everything.sessions.iter().filter_map(|info| info.person.as_deref().map(plain)).collect();
            let known = match people.is_empty() {
                true => "no session says whose it is; chittysync.person tells".to_owned(),
                false => format!("known are {}", people.into_iter().collect::<Vec<_>>().join(", ")),
            };
            ui.warn(&format!("nobody here is called '{}'", self.by.as_deref().unwrap_or_default()), Some(&known));
        }
        Some(by)
    }

    /// Returns the names of the sessions that are meant; nothing for all.
    pub(super) fn speakers(&self, store: &Store, everything: &Everything, ui: &Ui) -> Option<BTreeSet<Session>> {
        let by = self.whose(store, everything, ui)?;
        let infos = everything.sessions.iter().filter(|info| by.takes(info));
        Some(infos.map(|info| info.session.clone()).collect())
    }
}
