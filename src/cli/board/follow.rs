//! The store as it is now, whoever changed it.

use crate::board::Setting;
use crate::cli::author::SpeakerArgs;
use crate::cli::beside::{Stores, listed_for, only};
use crate::cli::context::Context;
use crate::cli::sessions::silences;
use crate::cli::ui::{Failure, Ui};
use crate::git::ObjectId;
use crate::ops::{self, Change};
use crate::store::{Store, StoreError};
use crate::todo::{TodoId, plain};
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
    /// The stores that are listed with it.
    beside: Stores,
    speaker: &'a SpeakerArgs,
    /// What the branch was when it was last read, and those of the others.
    tips: Vec<Option<ObjectId>>,
    ui: Ui,
}

impl<'a> Follow<'a> {
    pub(super) fn new(context: &'a Context, speaker: &'a SpeakerArgs) -> Result<Self, Failure> {
        let (beside, ui) = (Stores::default(), Ui::keeping());
        let mut follow = Follow { context, store: None, beside, speaker, tips: Vec::new(), ui };
        follow.open()?;
        Ok(follow)
    }

    fn open(&mut self) -> Result<(), Failure> {
        match Store::open(&self.context.location()?) {
            Ok(store) => {
                let store = self.context.on_branch(store)?;
                self.beside = listed_for(self.speaker, self.context, &store, &self.ui);
                self.store = Some(store);
            }
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
        // That one of the others cannot be looked at is told by who reads it.
        let others = self.beside.others.iter().map(|other| other.store.tip().ok().flatten());
        let tips: Vec<Option<ObjectId>> = [store.tip()?].into_iter().chain(others).collect();
        let is_first = self.tips.is_empty();
        if tips == self.tips || is_first && tips.iter().all(Option::is_none) {
            return Ok(None);
        }
        let store = store.reopen()?;
        let own = self.context.everything(&store, &self.ui)?;
        let read = |other: &Store, ui: &Ui| self.context.everything(&other.reopen()?, ui);
        let everything = self.beside.together(own, &self.ui, read);
        // What cannot be compared is shown all the same.
        let compared = |(store, (from, to)): (&Store, (&Option<ObjectId>, &Option<ObjectId>))| {
            let (from, to) = (*from).zip(*to).filter(|(from, to)| from != to)?;
            ops::changes_of(&store.reopen().ok()?, Some(from), to).ok()
        };
        let stores = [&store].into_iter().chain(self.beside.others.iter().map(|other| &other.store));
        let changes = stores.zip(self.tips.iter().zip(&tips)).filter_map(compared).flatten().collect();
        self.tips = tips;
        Ok(Some(News { everything, changes }))
    }

    /// Returns the store that has a todo; the one in use where no others are listed beside it.
    pub(super) fn holder(&self, everything: &Everything, id: TodoId, ui: &mut Ui) -> Result<Store, Failure> {
        let own = self.context.store_or_create(ui)?;
        match self.beside.others.is_empty() {
            true => Ok(own),
            false => Ok(self.beside.at(&only(everything, id)?.path, own)),
        }
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
        let (silences, quiet_after) = settings.map(|all| (silences(all), all.quiet_after)).unwrap_or_default();
        Setting { color, silences, quiet_after, today: ops::day(self.context.at_present().now) }
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
