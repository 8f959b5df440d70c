//! Many objects looked at on every core.

use rayon::prelude::*;

use super::{Overlay, Repo};

impl Overlay<'_> {
    /// Looks at each of these, on every core where they are many, and returns what came of them in the same order.
    ///
    /// Each thread reads for itself, through what threads remember together.
    pub fn look_at_all<T, F>(&self, all: &[T], look: impl Fn(&Overlay<'_>, &T) -> F + Sync) -> Vec<F>
    where
        T: Sync,
        F: Send,
    {
        let at_once = self.limits().looked_at_once;
        // How much may still be read, and what was made here, is known to this one alone. And a few are soon looked at.
        if all.len() <= at_once || self.is_limited() || !self.batch.is_empty() {
            return all.iter().map(|one| look(self, one)).collect();
        }
        let below = self.below();
        let look_at = |repo: &mut Repo, some: &[T]| {
            let overlay = Overlay::above_all(repo, below);
            some.iter().map(|one| look(&overlay, one)).collect::<Vec<_>>()
        };
        all.par_chunks(at_once).map_with(self.repo().clone(), look_at).flatten_iter().collect()
    }
}
