//! Which tips a consolidated commit contains, so that finding the new ones takes no walk through history.
//!
//! A store has more of them each day, while a command changes one. So those that `packed-refs` held at some time are in
//! a file of their own, which is read only by who asks about one of them, and with it is remembered how `packed-refs`
//! looked: while it looks so, none of its refs is news, and it need not be read either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::ids::Ids;
use super::{cache, kept};
use crate::git::{Fsync, ObjectId, Repo, replace_private_file};

/// How the name of the file ends that has those that were packed, behind the name of the cache.
const PACKED: &str = "-packed";

/// Which tips a consolidated commit contains.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MergedTips {
    /// The branch, by its full name.
    #[serde(default)]
    pub branch: String,
    /// The consolidated commit. It was settled: it covers everything behind it.
    pub tip: String,
    /// The tips of sessions and of remotes' consolidated branches that it contains, and that are not in the other file.
    contained: Ids,
    /// What is not taken, and why, where that follows from its bytes: by its commit, for a session with its name behind
    /// it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unfit: BTreeMap<String, String>,
    /// What is in the other file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    packed: Option<Packed>,
    /// That file, read when it is asked for.
    #[serde(skip)]
    file: File,
    /// Commits that were made just now.
    #[serde(skip)]
    made: BTreeSet<ObjectId>,
}

/// What the file holds that is read when it is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Packed {
    /// The checksum of its bytes.
    sum: u64,
    /// What the refs looked like whose tips it has.
    look: PackedLook,
}

/// What `packed-refs` looked like, and whose refs were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedLook {
    /// What tells this `packed-refs` from any other one.
    pub file: String,
    /// The remotes whose refs count, by name.
    pub remotes: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct File {
    path: PathBuf,
    /// Ids of commits, sorted, one behind the other; nothing when it is not the file that is meant.
    bytes: Arc<OnceLock<Option<Vec<u8>>>>,
    is_unsaved: bool,
}

impl MergedTips {
    /// Reads what is remembered under the name of this cache.
    pub fn load(repo: &Repo, name: &'static str) -> Self {
        cache::load::<MergedTips>(repo, name).beside(&cache::path(repo, name))
    }

    /// As [`MergedTips::load`], unless its file has more than so many bytes, for who has no time for more.
    pub fn load_within(repo: &Repo, name: &'static str, most: u64) -> Self {
        cache::load_within::<MergedTips>(repo, name, most).beside(&cache::path(repo, name))
    }

    fn beside(mut self, cache: &Path) -> Self {
        self.file.path = packed_path(cache);
        self
    }

    /// Returns what is to be remembered of a commit of this branch that contains these tips.
    pub fn of(tip: ObjectId, branch: &str, contained: Ids, unfit: BTreeMap<String, String>) -> Self {
        MergedTips { branch: branch.to_owned(), tip: tip.to_string(), contained, unfit, ..MergedTips::default() }
    }

    /// Keeps what `before` has in the other file: what it looked at is as it was.
    #[must_use]
    pub fn with_packed_of(self, before: &Self) -> Self {
        MergedTips { packed: before.packed.clone(), file: before.file.clone(), ..self }
    }

    /// Puts what is contained into the other file, unless `before` has it there: all of it was found when the refs looked
    /// like this.
    #[must_use]
    pub fn set_apart(mut self, look: PackedLook, before: &Self) -> Self {
        if before.looked() == Some(&look) && before.is_readable() {
            self.contained = self.contained.iter().filter(|id| !before.is_packed(*id)).collect();
            return self.with_packed_of(before);
        }
        let bytes = std::mem::take(&mut self.contained).to_bytes();
        self.packed = Some(Packed { sum: kept::number(&bytes), look });
        self.file = File { path: PathBuf::new(), bytes: Arc::new(OnceLock::from(Some(bytes))), is_unsaved: true };
        self
    }

    /// Remembers it. Losing it costs time, never data.
    pub fn save(&self, repo: &Repo, name: &str) {
        let path = cache::path(repo, name);
        if self.file.is_unsaved {
            let _ = replace_private_file(&packed_path(&path), self.packed_ids(), Fsync::Off);
        }
        cache::save(repo, name, self);
    }

    /// Returns what is to be remembered when the branch moved on to a commit that contains all that this one does.
    #[must_use]
    pub fn moved_on(self, tip: ObjectId) -> Self {
        MergedTips { tip: tip.to_string(), ..self }
    }

    /// Returns what is to be remembered when commits have got other ids.
    #[must_use]
    pub fn renamed(self, now_called: impl Fn(ObjectId) -> ObjectId) -> Self {
        let packed =
            self.packed_ids().chunks_exact((self.tip.len() / 2).max(1)).filter_map(|id| ObjectId::try_from(id).ok());
        let contained = self.contained.iter().chain(packed).map(&now_called).collect();
        let tip = ObjectId::from_hex(self.tip.as_bytes()).ok().map(|tip| now_called(tip).to_string());
        MergedTips { contained, tip: tip.unwrap_or_default(), packed: None, file: File::default(), ..self }
    }

    /// Returns what the refs looked like whose tips are in the other file.
    pub fn looked(&self) -> Option<&PackedLook> {
        self.packed.as_ref().map(|packed| &packed.look)
    }

    /// Returns whether all of it can be read. What is not there any more is not known to be contained.
    pub fn is_readable(&self) -> bool {
        self.packed.is_none() || self.read().is_some()
    }

    /// Returns whether of these commits it can be told whether they are contained. The other file is read only for those
    /// that are not in this one.
    pub fn is_readable_for(&self, mut commits: impl Iterator<Item = ObjectId>) -> bool {
        let is_told = |id: ObjectId| self.made.contains(&id) || self.is_of(id) || self.contained.contains(id);
        commits.all(is_told) || self.is_readable()
    }

    /// Returns the same, where these commits were made just now: nothing contains them, and no file is read to find that
    /// out.
    #[must_use]
    pub fn without(&self, made: BTreeSet<ObjectId>) -> Self {
        MergedTips { made, ..self.clone() }
    }

    /// Returns whether this tells of that consolidated commit.
    pub fn is_of(&self, commit: ObjectId) -> bool {
        ObjectId::from_hex(self.tip.as_bytes()).is_ok_and(|tip| tip == commit)
    }

    /// Returns the commit, if it is one of this branch.
    pub fn tip_of(&self, branch: &str) -> Option<ObjectId> {
        ObjectId::from_hex(self.tip.as_bytes()).ok().filter(|_| self.branch == branch)
    }

    /// Returns whether the commit is known to be nothing that can be taken, whatever it is called.
    pub fn is_unfit(&self, commit: ObjectId) -> bool {
        let commit = commit.to_string();
        self.unfit.range(commit.clone()..).next().is_some_and(|(known, _)| known.starts_with(&commit))
    }

    /// Returns whether the commit is known to be contained.
    pub fn contains(&self, commit: ObjectId) -> bool {
        !self.made.contains(&commit) && (self.contained.contains(commit) || self.is_packed(commit))
    }

    fn is_packed(&self, commit: ObjectId) -> bool {
        let (wanted, ids) = (commit.as_bytes(), self.packed_ids());
        let id = |at: usize| &ids[at * wanted.len()..(at + 1) * wanted.len()];
        let (mut low, mut high) = (0, ids.len() / wanted.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match id(middle).cmp(wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return true,
            }
        }
        false
    }

    /// Returns the ids in the other file; none when that is another one, or damaged.
    fn packed_ids(&self) -> &[u8] {
        self.read().unwrap_or_default()
    }

    fn read(&self) -> Option<&[u8]> {
        let packed = self.packed.as_ref()?;
        let read = || std::fs::read(&self.file.path).ok().filter(|bytes| kept::number(bytes) == packed.sum);
        self.file.bytes.get_or_init(read).as_deref()
    }
}

fn packed_path(cache: &Path) -> PathBuf {
    let mut path = cache.as_os_str().to_owned();
    path.push(PACKED);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8, digits: usize) -> ObjectId {
        ObjectId::from_hex(format!("{number:02x}").repeat(digits / 2).as_bytes()).expect("an id")
    }

    /// What was made just now is contained in nothing, and the other file is not read for it.
    #[test]
    fn what_was_made_just_now_is_looked_for_nowhere() {
        let look = PackedLook { file: "a".to_owned(), remotes: BTreeSet::new() };
        let ids = [1, 5].map(|number| id(number, 40)).into_iter().collect();
        let apart =
            MergedTips::of(id(250, 40), "refs/heads/x", ids, BTreeMap::new()).set_apart(look, &MergedTips::default());
        // As it is when it was remembered, and its file is gone.
        let apart = MergedTips { file: File::default(), ..apart };
        let now = apart.without(BTreeSet::from([id(7, 40)]));
        assert!(!now.contains(id(7, 40)) && now.is_readable_for([id(7, 40), id(250, 40)].into_iter()));
        assert!(now.file.bytes.get().is_none(), "it was not read");
        assert!(!now.is_readable_for([id(1, 40)].into_iter()) && apart.file.bytes.get().is_some(), "for both of them");
    }

    /// Of either kind of ids: what stands apart is contained as ever, also when commits got other ids.
    #[test]
    fn what_stands_apart_is_contained() {
        let look = |file: &str| PackedLook { file: file.to_owned(), remotes: BTreeSet::new() };
        for digits in [40, 64] {
            let (first, second) = ([1, 5, 9, 200], [1, 5, 9, 200, 7]);
            let of = |numbers: &[u8]| {
                let ids = numbers.iter().map(|number| id(*number, digits)).collect();
                MergedTips::of(id(250, digits), "refs/heads/x", ids, BTreeMap::new())
            };
            let has = |merged: &MergedTips, numbers: &[u8]| {
                (0..=255).filter(|number| merged.contains(id(*number, digits))).collect::<Vec<u8>>() == {
                    let mut sorted = numbers.to_vec();
                    sorted.sort_unstable();
                    sorted
                }
            };
            let apart = of(&first).set_apart(look("a"), &MergedTips::default());
            assert!(has(&apart, &first) && apart.contained.iter().next().is_none() && apart.file.is_unsaved);
            // Nothing was packed since: what is new stands in the short file. Then something was.
            let kept = of(&second).set_apart(look("a"), &apart);
            assert!(has(&kept, &second) && kept.contained.iter().count() == 1);
            let anew = of(&second).set_apart(look("b"), &kept);
            assert!(has(&anew, &second) && anew.looked() == Some(&look("b")) && anew.contained.iter().next().is_none());
            let renamed = kept.renamed(|old| if old == id(5, digits) { id(6, digits) } else { old });
            assert!(has(&renamed, &[1, 6, 9, 200, 7]) && renamed.looked().is_none());
        }
    }
}
