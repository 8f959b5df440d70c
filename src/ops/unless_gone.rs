//! Outliving a `git gc --prune=now` that takes what was just fetched.

use super::OpsError;
use crate::git::GitError;
use crate::store::StoreError;

/// Does something that begins with a fetch, `fetches` times at most: again while an object is gone. A `git gc` that looked at
/// the refs just before what came was named takes it for garbage; it comes again.
pub(super) fn unless_gone<T>(fetches: usize, mut what: impl FnMut() -> Result<T, OpsError>) -> Result<T, OpsError> {
    for _ in 1..fetches {
        match what() {
            Err(OpsError::Store(StoreError::Git(GitError::Object { .. }))) => {}
            done => return done,
        }
    }
    what()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_fetched_so_often_and_nothing_else_is() {
        let gone = || OpsError::from(StoreError::from(GitError::object("it", "the object is missing")));
        let tried = |fetches: usize, missing: usize, then: fn() -> Result<(), OpsError>| {
            let mut calls = 0;
            let done = unless_gone(fetches, || {
                calls += 1;
                if calls <= missing { Err(gone()) } else { then() }
            });
            (calls, done.is_ok())
        };
        let fails = || Err(OpsError::Slower(1));
        assert_eq!(tried(2, 0, || Ok(())), (1, true));
        assert_eq!(tried(2, 1, || Ok(())), (2, true));
        assert_eq!(tried(2, 2, || Ok(())), (2, false));
        assert_eq!(tried(4, 3, || Ok(())), (4, true));
        assert_eq!(tried(4, 1, fails), (2, false));
        assert_eq!(tried(1, 1, || Ok(())), (1, false));
    }
}
