//! The store as it is now, whoever changed it.

use crate::cli::out::{Failure, Out};
use crate::cli::world::World;
use crate::git::ObjectId;
use crate::store::{Store, StoreError};
use crate::view::Everything;

/// A store that is looked at again and again. It may not be there yet.
pub(super) struct Follow<'a> {
    world: &'a World,
    store: Option<Store>,
    /// What the branch was when it was last read.
    tip: Option<ObjectId>,
    out: Out,
}

impl<'a> Follow<'a> {
    pub(super) fn new(world: &'a World) -> Result<Self, Failure> {
        let mut follow = Follow { world, store: None, tip: None, out: Out::keeping() };
        follow.open()?;
        Ok(follow)
    }

    fn open(&mut self) -> Result<(), Failure> {
        match Store::open(&self.world.location()?) {
            Ok(store) => self.store = Some(self.world.on_branch(store)?),
            Err(StoreError::Missing(_)) => {}
            Err(err) => return Err(err.into()),
        }
        Ok(())
    }

    /// Returns everything that is known, if that is something else than before.
    pub(super) fn news(&mut self) -> Result<Option<Everything>, Failure> {
        if self.store.is_none() {
            self.open()?;
        }
        let Some(store) = &self.store else { return Ok(None) };
        let tip = store.repo.find_ref(&store.settings.branch).map_err(StoreError::from)?;
        if tip == self.tip {
            return Ok(None);
        }
        let everything = self.world.everything(&store.reopen()?, &self.out)?;
        self.tip = tip;
        Ok(Some(everything))
    }

    /// Returns the store, if it is there.
    pub(super) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Returns what there was to warn of since this was last asked.
    pub(super) fn warnings(&mut self) -> Vec<String> {
        self.out.heard()
    }

    /// Returns what git config says of colour.
    pub(super) fn color(&self) -> Option<String> {
        self.store.as_ref().and_then(|store| store.settings.color.clone())
    }

    /// Returns `chittysync.staleAfter`, in milliseconds.
    pub(super) fn stale_after(&self) -> Option<i64> {
        self.store.as_ref().and_then(|store| store.settings.stale_after)
    }
}
