//! The store as it is now, whoever changed it.

use crate::board::Setting;
use crate::cli::context::Context;
use crate::cli::ui::{Failure, Ui};
use crate::git::ObjectId;
use crate::ops::{self, Change};
use crate::store::{Store, StoreError};
use crate::todo::plain;
use crate::view::{Everything, Style};

/// What became of a store since it was last looked at.
pub(super) struct News {
    pub everything: Everything,
    /// What is different; nothing at the first look.
    pub changes: Vec<Change>,
}

/// A store that is looked at again and again. It may not be there yet.
pub(super) struct Follow<'a> {
    context: &'a Context,
    store: Option<Store>,
    /// What the branch was when it was last read.
    tip: Option<ObjectId>,
    ui: Ui,
}

impl<'a> Follow<'a> {
    pub(super) fn new(context: &'a Context) -> Result<Self, Failure> {
        let mut follow = Follow { context, store: None, tip: None, ui: Ui::keeping() };
        follow.open()?;
        Ok(follow)
    }

    fn open(&mut self) -> Result<(), Failure> {
        match Store::open(&self.context.location()?) {
            Ok(store) => self.store = Some(self.context.on_branch(store)?),
            Err(StoreError::Missing(_)) => {}
            Err(err) => return Err(err.into()),
        }
        Ok(())
    }

    /// Returns everything that is known and what changed, if the branch is another one than before.
    pub(super) fn news(&mut self) -> Result<Option<News>, Failure> {
        if self.store.is_none() {
            self.open()?;
        }
        let Some(store) = &self.store else { return Ok(None) };
        let tip = store.tip()?;
        if tip == self.tip {
            return Ok(None);
        }
        let store = store.reopen()?;
        let everything = self.context.everything(&store, &self.ui)?;
        // What cannot be compared is shown all the same.
        let compared = |(from, to)| ops::changes_of(&store, Some(from), to).ok();
        let changes = self.tip.zip(tip).and_then(compared).unwrap_or_default();
        self.tip = tip;
        Ok(Some(News { everything, changes }))
    }

    /// Returns the store, if it is there.
    pub(super) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Returns what there was to warn of since this was last asked.
    pub(super) fn warnings(&mut self) -> Vec<String> {
        self.ui.heard()
    }

    /// Returns what git config says of colour.
    pub(super) fn color(&self) -> Option<String> {
        self.store.as_ref().and_then(|store| store.settings.color.clone())
    }

    /// Returns what the board is to go by.
    pub(super) fn setting(&self, color: bool) -> Setting {
        let settings = self.store.as_ref().map(|store| &store.settings);
        let (stale_after, quiet_after) = settings.map(|all| (all.stale_after, all.quiet_after)).unwrap_or_default();
        Setting { color, stale_after, quiet_after }
    }
}

/// Returns what changed in a line: a change with who made it, several by what was done.
pub(super) fn told(changes: &[Change], everything: &Everything, style: Style) -> Option<String> {
    let [change] = changes else {
        let mut verbs: Vec<(String, usize)> = Vec::new();
        for verb in changes.iter().map(|change| change.deed(everything).verb()) {
            match verbs.iter_mut().find(|(other, _)| *other == verb) {
                Some((_, count)) => *count += 1,
                None => verbs.push((verb, 1)),
            }
        }
        verbs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let parts: Vec<String> = verbs.into_iter().map(|(verb, count)| format!("{count} {verb}")).collect();
        return (!parts.is_empty()).then(|| format!("changed: {}", parts.join(", ")));
    };
    let who = change.speaker().map_or_else(|| "somebody".to_owned(), |(session, _)| everything.who(session));
    let project = plain(everything.names().shown(&change.project));
    let room = style.width.saturating_sub(who.chars().count() + project.chars().count() + 8);
    Some(format!("{who} {} ({project})", change.deed(everything).text(room, style)))
}
