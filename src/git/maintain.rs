//! Keeping a store small: objects move into packs, packs into larger ones, refs into one file.
//!
//! Nothing is ever deleted here but second copies: of an object that is in a pack, of a pack all of which is in another
//! one. What no ref leads to is packed like everything else (`docs/decisions/0028-a-store-keeps-itself-small.md`).

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::erase::{packs, remove_pack};
use super::lock::{MaintenanceLock, Private};
use super::ref_file::loose_names;
use super::transfer::{descendants, signal_all};
use super::{Fsync, Git, GitError, Limits, RETIRED, Repo, SESSIONS, StoreLock, TransferLock, gc, packed_refs};

/// How many of the 256 directories of loose objects are looked into to say how many there are.
const LOOKED_INTO: usize = 16;
/// A pack stays as it is while it has this many times the objects of all smaller ones together. So each of n objects is
/// written log n times, and there are log n packs.
const FACTOR: usize = 4;
/// The least that a disk gives a file.
const BLOCK: u64 = 4096;
/// Objects in files of their own may take this part of what packs take, and as much of [`Limits::unpacked`] before there
/// are any packs to speak of.
const PART: usize = 4;
/// How many differences have to be put together to read an object at most. With git's own 50 a store is a fiftieth
/// smaller, and reading all lists of one that is old takes a tenth longer.
const DEPTH: &str = "--depth=10";
/// What keeps git from packing a pack with others: somebody is at work with it, or objects that it needs are elsewhere.
const LEFT_ALONE: [&str; 2] = ["keep", "promisor"];
/// How long a git that was told to end may take.
const GRACE: Duration = Duration::from_secs(2);
/// What is said of a git that was not done at the deadline.
const LATE: &str = "it took too long and was ended; the next one goes on";

/// What a store holds that could be in fewer files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clutter {
    /// Objects in files of their own, roughly.
    pub objects: usize,
    /// How many blocks of the disk packs take. An object in a file of its own takes one or more.
    pub packed: usize,
    /// Packs that can be packed with others.
    pub packs: usize,
    /// Refs in files of their own.
    pub refs: usize,
}

impl Clutter {
    /// Looks at the store with this common git directory, which takes less than a millisecond.
    pub fn of(git_dir: &Path) -> Self {
        let objects = git_dir.join("objects");
        let files = |at: usize| {
            let directory = objects.join(format!("{:02x}", at * 256 / LOOKED_INTO));
            fs::read_dir(directory).map_or(0, Iterator::count)
        };
        let packs = packs(&objects).unwrap_or_default();
        let size = |index: &PathBuf| fs::metadata(index.with_extension("pack")).map_or(0, |file| file.len());
        Clutter {
            objects: (0..LOOKED_INTO).map(files).sum::<usize>() * 256 / LOOKED_INTO,
            packed: usize::try_from(packs.iter().map(size).sum::<u64>() / BLOCK).unwrap_or(usize::MAX),
            packs: packs.iter().filter(|index| is_movable(index)).count(),
            refs: prefixes(git_dir).iter().map(|prefix| loose(git_dir, prefix)).sum(),
        }
    }

    /// Returns whether it is worth to be put in order.
    pub fn is_much(&self) -> bool {
        let limits = Limits::of_this_build();
        self.has_many_objects(&limits) || self.packs > limits.packs || self.refs > limits.loose_refs
    }

    /// A small store is not to be several times as large as it could be, and a large one is not packed all the time.
    fn has_many_objects(&self, limits: &Limits) -> bool {
        self.objects > (self.packed / PART).clamp(limits.unpacked / PART, limits.unpacked)
    }
}

/// What became of a store that was to be put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maintained {
    /// Nothing: another process is at it, or a `git gc`.
    Elsewhere,
    /// Nothing: there was nothing to do, or nothing that can be done.
    Nothing,
    /// It is in fewer files.
    Something,
}

/// Returns whether a process is at [`Repo::maintain`] in the store with this common git directory.
pub fn is_maintained(git_dir: &Path) -> bool {
    matches!(MaintenanceLock::try_acquire(git_dir), Ok(None))
}

impl Repo {
    /// Puts the files of the store in order, in a process of its own for which nobody waits.
    ///
    /// Readers and writers go on meanwhile. Ended at any moment it leaves every object and ref where it can be found, and
    /// files that a later call removes.
    ///
    /// # Errors
    /// When git cannot be started, fails, or is not done at the deadline, and when the store cannot be written.
    pub fn maintain(&self, fsync: Fsync, deadline: Instant) -> Result<Maintained, GitError> {
        let git_dir = self.common_dir();
        let Some(lock) = MaintenanceLock::try_acquire(git_dir)? else { return Ok(Maintained::Elsewhere) };
        if gc::is_running(git_dir) {
            return Ok(Maintained::Elsewhere);
        }
        let _private = Private::as_is(git_dir);
        gc::sweep(git_dir);
        let run = Run { repo: self, lock: &lock, fsync, deadline };
        let packed = run.pack_objects()?;
        let joined = run.join_packs(packed)?;
        let moved = run.pack_refs()?;
        let any = packed == Packed::Some || joined || moved;
        if any {
            run.write_graph()?;
        }
        Ok(if any { Maintained::Something } else { Maintained::Nothing })
    }
}

/// What became of the loose objects that a ref leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packed {
    /// There were none.
    None,
    /// They are in a pack.
    Some,
    /// git could not find them all: something that a ref leads to is missing.
    Failed,
}

/// One call of [`Repo::maintain`].
struct Run<'a> {
    repo: &'a Repo,
    lock: &'a MaintenanceLock,
    fsync: Fsync,
    deadline: Instant,
}

impl Run<'_> {
    fn objects(&self) -> PathBuf {
        self.repo.common_dir().join("objects")
    }

    /// Packs the loose objects that a ref leads to, in an order from which git sees what is like what.
    fn pack_objects(&self) -> Result<Packed, GitError> {
        let reached = ["--all", "--reflog", "--indexed-objects", "--unpacked", "--incremental"];
        match self.pack(&reached, "") {
            Err(GitError::Program { .. }) if Instant::now() < self.deadline => Ok(Packed::Failed),
            packed => {
                let packed = if packed?.is_some() { Packed::Some } else { Packed::None };
                self.remove_packed().map(|()| packed)
            }
        }
    }

    /// Makes one pack of the smallest, and of all loose objects if those that refs lead to could not be packed, or if they
    /// are and there are many still. This asks no ref. Returns whether there was anything to do.
    fn join_packs(&self, packed: Packed) -> Result<bool, GitError> {
        let objects = self.objects();
        let joined = smallest(sized(&objects, self.repo.hash())?);
        let many = || Clutter::of(self.repo.common_dir()).has_many_objects(&self.repo.limits);
        let loose = match packed {
            Packed::Failed => true,
            Packed::None => many(),
            // Those that others wrote meanwhile have their turn by their paths. What is left then, nothing leads to.
            Packed::Some => many() && self.pack_objects()? == Packed::None,
        };
        if joined.is_empty() && !loose {
            return Ok(false);
        }
        let name = |index: &PathBuf| Some(format!("{}.pack\n", index.file_stem()?.to_str()?));
        let list: String = joined.iter().filter_map(name).collect();
        let what: &[&str] = if loose { &["--stdin-packs", "--unpacked"] } else { &["--stdin-packs"] };
        let made = self.pack(what, &list)?;
        self.remove_packed()?;
        for index in joined.iter().filter(|index| !made.iter().any(|made| index.ends_with(made))) {
            remove_pack(index)?;
        }
        self.fsync.directories(&BTreeSet::from([objects.join("pack")]))?;
        Ok(made.is_some())
    }

    /// Makes a pack. When this returns, it is on the disk, under the name that is returned, of its index; nothing when
    /// there was nothing to pack.
    fn pack(&self, what: &[&str], list: &str) -> Result<Option<String>, GitError> {
        let base = self.objects().join("pack/pack").to_string_lossy().into_owned();
        let fsync = if self.fsync == Fsync::On { "core.fsync=all" } else { "core.fsync=none" };
        let options = ["-c", fsync, "-c", "pack.threads=1", "-c", "pack.writeReverseIndex=true", "pack-objects", "-q"];
        let ways = ["--non-empty", "--honor-pack-keep", "--delta-base-offset", DEPTH];
        let arguments = options.iter().chain(&ways).chain(what).copied().chain([base.as_str()]);
        let said = self.git(Git::new(Some(self.repo.common_dir()), arguments), list)?;
        self.fsync.directories(&BTreeSet::from([self.objects().join("pack"), self.objects()]))?;
        let id = said.trim();
        Ok((!id.is_empty()).then(|| format!("pack-{id}.idx")))
    }

    /// Removes the files of objects that are in a pack.
    fn remove_packed(&self) -> Result<(), GitError> {
        self.git(Git::new(Some(self.repo.common_dir()), ["prune-packed", "-q"]), "").map(drop)
    }

    /// Moves refs into one file: those of sessions, and what is remembered of remotes. A portion at a time, so that nobody
    /// waits long for the lock of the store. Returns whether any moved.
    fn pack_refs(&self) -> Result<bool, GitError> {
        let git_dir = self.repo.common_dir();
        let mut any = false;
        if Clutter::of(git_dir).refs <= self.repo.limits.loose_refs {
            return Ok(any);
        }
        for prefix in prefixes(git_dir) {
            while loose(git_dir, &prefix) > 0 && Instant::now() < self.deadline {
                // Who talks with a remote moves what is remembered of it.
                let Some(_transfer) = TransferLock::try_acquire(git_dir)? else { return Ok(any) };
                let lock = StoreLock::acquire(git_dir)?;
                let most = self.repo.limits.refs_at_once;
                let hash = self.repo.hash();
                let moved = packed_refs::pack_loose(git_dir, lock.tmp(), &prefix, most, hash, self.fsync)?;
                any |= moved > 0;
                if moved < most {
                    break;
                }
            }
        }
        Ok(any)
    }

    /// Has git write down what the parents of new commits are. Nothing but time is lost where it cannot.
    fn write_graph(&self) -> Result<(), GitError> {
        let fsync = if self.fsync == Fsync::On { "core.fsync=all" } else { "core.fsync=none" };
        let arguments = ["-c", fsync, "commit-graph", "write", "--no-progress", "--reachable", "--split"];
        match self.git(Git::new(Some(self.repo.common_dir()), arguments), "") {
            Err(GitError::Program { .. }) => Ok(()),
            written => written.map(drop),
        }
    }

    /// Runs git with this on its standard input, and ends it when it takes too long. Returns what it printed.
    fn git(&self, mut git: Git, input: &str) -> Result<String, GitError> {
        let failed =
            |git: &Git, reason: &str| GitError::Program { command: git.name().to_owned(), reason: reason.to_owned() };
        if Instant::now() >= self.deadline {
            return Err(failed(&git, LATE));
        }
        let input = self.lock.hand_over(input)?;
        let command = git.command_mut().stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|err| git.not_started(&err))?;
        let (mut said, mut complaint) = (String::new(), String::new());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let late = std::thread::scope(|scope| {
            scope.spawn(|| stdout.map(|mut pipe| pipe.read_to_string(&mut said)));
            scope.spawn(|| stderr.map(|mut pipe| pipe.read_to_string(&mut complaint)));
            let mut told: Option<Instant> = None;
            while matches!(child.try_wait(), Ok(None)) {
                let force = told.is_some_and(|at| at.elapsed() > GRACE);
                if Instant::now() >= self.deadline && (told.is_none() || force) {
                    let mut all = descendants(child.id());
                    all.push(child.id());
                    signal_all(&all, force);
                    told.get_or_insert_with(Instant::now);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            told.is_some()
        });
        let ended = child.wait().map_err(|err| failed(&git, &err.to_string()))?;
        match ended.success() {
            true => Ok(said),
            false if late => Err(failed(&git, LATE)),
            false => Err(failed(&git, complaint.trim())),
        }
    }
}

/// Returns the packs that are to become one: all up to the largest that has not [`FACTOR`] times the objects of those
/// below it.
fn smallest(mut sized: Vec<(usize, PathBuf)>) -> Vec<PathBuf> {
    sized.sort();
    let (mut below, mut joined) = (0, 0);
    for (at, (size, _)) in sized.iter().enumerate() {
        if at > 0 && *size < below * FACTOR {
            joined = at + 1;
        }
        below += size;
    }
    sized.into_iter().take(joined).map(|(_, index)| index).collect()
}

/// Returns the indices of the packs that can be packed with others, with the numbers of their objects.
fn sized(objects: &Path, hash: gix::hash::Kind) -> Result<Vec<(usize, PathBuf)>, GitError> {
    let sized = movable(objects)?.into_iter().map(|index| {
        let read = gix_pack::index::File::at(&index, hash);
        let read = read.map_err(|err| GitError::object(index.display(), err))?;
        Ok((usize::try_from(read.num_objects()).unwrap_or(usize::MAX), index))
    });
    sized.collect()
}

fn movable(objects: &Path) -> Result<Vec<PathBuf>, GitError> {
    let mut found = packs(objects)?;
    found.retain(|index| is_movable(index));
    Ok(found)
}

fn is_movable(index: &Path) -> bool {
    !LEFT_ALONE.iter().any(|mark| index.with_extension(mark).exists())
}

/// Returns the prefixes of refs that are ours, and of those by which remotes are remembered.
fn prefixes(git_dir: &Path) -> Vec<String> {
    let below = |parent: &str| {
        let entries = fs::read_dir(git_dir.join(parent)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.map(|name| format!("{parent}{name}/")).collect::<Vec<_>>()
    };
    let ours = [SESSIONS, RETIRED].map(str::to_owned);
    ours.into_iter().chain(super::refs::TRACKING.iter().flat_map(|parent| below(parent))).collect()
}

fn loose(git_dir: &Path, prefix: &str) -> usize {
    loose_names(&git_dir.join(prefix)).map_or(0, |names| names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_packs_are_joined_until_each_is_much_larger_than_those_below_it() {
        let joined = |sizes: &[usize]| {
            let sized = sizes.iter().map(|size| (*size, PathBuf::from(size.to_string()))).collect();
            smallest(sized).len()
        };
        assert_eq!(joined(&[]), 0);
        assert_eq!(joined(&[7]), 0);
        assert_eq!(joined(&[10, 100, 1_000]), 0);
        assert_eq!(joined(&[1_000, 100, 10, 10]), 2);
        assert_eq!(joined(&[10, 30, 1_000]), 2);
        assert_eq!(joined(&[10, 100, 200, 10_000]), 3);
        assert_eq!(joined(&[10, 41, 205, 900]), 4, "the last is the one that is too small");
        // A pack a day: never many, and each object is written now and then.
        let (mut packs, mut written, mut most) = (Vec::new(), 0, 0);
        for _ in 0..1_000 {
            packs.push(100);
            let sized = packs.iter().enumerate().map(|(at, size)| (*size, PathBuf::from(at.to_string()))).collect();
            let count = smallest(sized).len();
            packs.sort_unstable();
            let sum: usize = packs.drain(..count).sum();
            written += sum;
            packs.extend((sum > 0).then_some(sum));
            most = most.max(packs.len());
        }
        assert_eq!(packs.iter().sum::<usize>(), 100_000);
        assert!(most <= 6 && written < 100_000 * 25, "{most} packs, {written} objects written");
    }
}
