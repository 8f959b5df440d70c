//! Being told of changes. What is told is a hint: the truth is what the next run finds.
//!
//! On Linux each directory is watched by itself: a directory is watched first and listed then, so that
//! nothing that appears in it goes unseen, and a limit that is reached is noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Config, Event, EventKind, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher};

use super::watch_roots::{Places, Root};

/// Whether a watched directory tells of what happens below its own directories. Elsewhere than on Linux,
/// and there nothing is lost when a directory is made.
const TELLS_ALL: bool = cfg!(any(target_os = "macos", target_os = "windows"));

/// What was told since somebody last asked.
#[derive(Default)]
pub(super) struct Hints {
    /// A list may have changed.
    pub changed: bool,
    /// Directories may have come or gone.
    pub structure: bool,
}

/// Where hints are left, and who is told that there are some.
pub(super) struct Inbox {
    changed: AtomicBool,
    structure: AtomicBool,
    told: AtomicBool,
    roots: Mutex<Vec<Root>>,
    tell: Box<dyn Fn() + Send + Sync>,
}

impl Inbox {
    /// Returns an empty one. `tell` is called once, until the hints are taken.
    pub(super) fn new(tell: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Inbox {
            changed: AtomicBool::new(false),
            structure: AtomicBool::new(false),
            told: AtomicBool::new(false),
            roots: Mutex::default(),
            tell: Box::new(tell),
        })
    }

    /// Takes the hints out.
    pub(super) fn take(&self) -> Hints {
        self.told.store(false, Ordering::SeqCst);
        Hints {
            changed: self.changed.swap(false, Ordering::SeqCst),
            structure: self.structure.swap(false, Ordering::SeqCst),
        }
    }

    fn leave(&self, hints: &Hints) {
        self.changed.fetch_or(hints.changed, Ordering::SeqCst);
        self.structure.fetch_or(hints.structure, Ordering::SeqCst);
        if (hints.changed || hints.structure) && !self.told.swap(true, Ordering::SeqCst) {
            (self.tell)();
        }
    }

    fn handle(&self, event: notify::Result<Event>) {
        let all = Hints { changed: true, structure: true };
        let hints = match event {
            Ok(event) if event.need_rescan() => all,
            Ok(event) => {
                let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
                event.paths.iter().map(|path| hints_of(&event.kind, path, &roots)).fold(Hints::default(), |a, b| {
                    Hints { changed: a.changed || b.changed, structure: a.structure || b.structure }
                })
            }
            Err(_) => all,
        };
        self.leave(&hints);
    }
}

/// Returns what an event at a path says.
fn hints_of(kind: &EventKind, path: &Path, roots: &[Root]) -> Hints {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if roots.iter().any(|root| root.path.starts_with(path)) {
        let moved = !matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_)));
        return Hints { changed: false, structure: moved };
    }
    let Some(root) = roots.iter().find(|root| path.starts_with(&root.path)) else { return Hints::default() };
    if name.starts_with('.') {
        // Locks, and files in the making.
        return Hints::default();
    }
    let is_list = root.files.iter().any(|end| name.ends_with(end));
    match kind {
        EventKind::Access(_) | EventKind::Remove(RemoveKind::File) => Hints::default(),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => {
            Hints { changed: false, structure: !is_list }
        }
        EventKind::Create(CreateKind::Folder) => Hints { changed: true, structure: true },
        EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            Hints { changed: is_list, structure: false }
        }
        // A name without the end of a list's may be a directory's, or the system does not say what happened.
        _ => Hints { changed: true, structure: !is_list },
    }
}

/// The watched directories.
pub(super) struct Watch {
    inbox: Arc<Inbox>,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, FileId>,
    /// The roots and homes as they were when they were last covered.
    tops: Vec<(PathBuf, Option<FileId>)>,
    trouble: Option<String>,
}

/// What tells a directory from another one that took its name.
type FileId = (u64, u64);

impl Watch {
    /// Watches nothing yet.
    pub(super) fn new(inbox: Arc<Inbox>) -> Self {
        Watch { inbox, watcher: None, watched: BTreeMap::new(), tops: Vec::new(), trouble: None }
    }

    /// Returns why changes may go unseen, if they may.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Returns how many directories are watched.
    pub(super) fn len(&self) -> usize {
        self.watched.len()
    }

    /// Returns whether the places are as they were when they were last covered. Takes a look at each home,
    /// not into them.
    pub(super) fn is_current(&self, places: &Places) -> bool {
        self.trouble.is_none() && self.tops == tops(places)
    }

    /// Watches every directory that matters now, and no other. Where a place is not there yet, the nearest
    /// directory above it tells when it comes.
    pub(super) fn cover(&mut self, places: &Places) {
        places.make_spool();
        self.tops = tops(places);
        let roots = places.roots();
        *self.inbox.roots.lock().unwrap_or_else(PoisonError::into_inner) = roots.clone();
        self.trouble = None;
        if self.watcher.is_none() {
            self.make_watcher();
        }
        // A directory that was removed is no longer watched, even if a new one has its name and its number.
        if let Some(Ok(alive)) = self.watcher.as_ref().map(Watcher::watched_paths) {
            let alive: BTreeSet<PathBuf> = alive.into_iter().map(|(path, _)| path).collect();
            self.watched.retain(|path, _| alive.contains(path));
        }
        let mut wanted = BTreeSet::new();
        for home in places.homes() {
            self.watch_nearest(&home, &mut wanted);
        }
        for root in roots {
            self.watch_nearest(&root.path, &mut wanted);
            self.watch_below(&root.path, &root, &mut wanted);
            if is_remote(&root.path) {
                let place = root.path.display();
                let trouble = || format!("{place} is on a network file system, which does not tell of changes");
                self.trouble.get_or_insert_with(trouble);
            }
        }
        let gone: Vec<PathBuf> = self.watched.keys().filter(|path| !wanted.contains(*path)).cloned().collect();
        for path in gone {
            self.unwatch(&path);
        }
    }

    fn make_watcher(&mut self) {
        self.watched.clear();
        let inbox = Arc::clone(&self.inbox);
        // Without those of files that are only read: our own runs read all of them.
        let config = Config::default().with_event_kinds(EventKindMask::CORE).with_follow_symlinks(false);
        match RecommendedWatcher::new(move |event| inbox.handle(event), config) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(err) => self.trouble = Some(format!("changes cannot be watched: {}", reason(&err))),
        }
    }

    /// Watches a directory, or the nearest one above it that is there.
    fn watch_nearest(&mut self, path: &Path, wanted: &mut BTreeSet<PathBuf>) {
        if let Some(nearest) = path.ancestors().find(|ancestor| ancestor.is_dir()) {
            self.watch(nearest, nearest == path && TELLS_ALL, wanted);
        }
    }

    /// Watches the directories in one that is watched.
    fn watch_below(&mut self, directory: &Path, root: &Root, wanted: &mut BTreeSet<PathBuf>) {
        if TELLS_ALL {
            return;
        }
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let matters = path.strip_prefix(&root.path).is_ok_and(root.below);
            let is_directory = || entry.file_type().is_ok_and(|kind| kind.is_dir());
            if matters && is_directory() && self.watch(&path, false, wanted) {
                self.watch_below(&path, root, wanted);
            }
        }
    }

    /// Watches a directory, unless that is done already. Says whether it is there.
    fn watch(&mut self, path: &Path, recursive: bool, wanted: &mut BTreeSet<PathBuf>) -> bool {
        let Some(id) = file_id(path) else { return false };
        wanted.insert(path.to_owned());
        match self.watched.get(path) {
            Some(known) if *known == id => return true,
            Some(_) => self.unwatch(path),
            None => {}
        }
        let Some(watcher) = &mut self.watcher else { return true };
        let mode = if recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        match watcher.watch(path, mode) {
            Ok(()) => {
                self.watched.insert(path.to_owned(), id);
            }
            // It went as fast as it came.
            Err(_) if !path.is_dir() => return false,
            Err(err) => {
                self.trouble = Some(format!("{} cannot be watched: {}", path.display(), reason(&err)));
            }
        }
        true
    }

    fn unwatch(&mut self, path: &Path) {
        self.watched.remove(path);
        if let Some(watcher) = &mut self.watcher {
            // A directory that is gone is not watched any more.
            let _ = watcher.unwatch(path);
        }
    }
}

fn tops(places: &Places) -> Vec<(PathBuf, Option<FileId>)> {
    let roots = places.roots().into_iter().map(|root| root.path);
    places.homes().into_iter().chain(roots).map(|path| (path.clone(), file_id(&path))).collect()
}

/// Returns why something cannot be watched, and what helps.
fn reason(err: &notify::Error) -> String {
    let limit = |name: &str| format!("the limit fs.inotify.{name} is reached; raise it with sysctl");
    match &err.kind {
        notify::ErrorKind::MaxFilesWatch => limit("max_user_watches"),
        #[cfg(target_os = "linux")]
        notify::ErrorKind::Io(err) if err.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) => {
            limit("max_user_instances")
        }
        _ => err.to_string(),
    }
}

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_dir).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(path: &Path) -> Option<FileId> {
    path.is_dir().then_some((0, 0))
}

/// Returns whether a directory is shared over a network, or with another system.
#[cfg(target_os = "linux")]
fn is_remote(path: &Path) -> bool {
    // NFS, SMB 1 to 3, 9p (WSL, virtual machines), Ceph, AFS.
    const REMOTE: [i64; 7] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x00C3_6400, 0x5346_414F];
    #[allow(clippy::unnecessary_cast, reason = "the type has 32 bits on some systems")]
    let kind = rustix::fs::statfs(path).map(|found| found.f_type as i64 & 0xFFFF_FFFF);
    kind.is_ok_and(|kind| REMOTE.contains(&kind))
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, DataChange, MetadataKind};

    use super::*;

    #[test]
    fn an_event_says_what_matters() {
        let root = |path: &str, files| Root { path: PathBuf::from(path), below: |_| true, files };
        let roots = [
            root("/h/.claude/todos", &[".json"][..]),
            root("/h/.claude/tasks", &[".json"]),
            root("/s/chittysync/spool", &[""]),
        ];
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let meta = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        let to = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let from = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        let file = EventKind::Create(CreateKind::File);
        let folder = EventKind::Create(CreateKind::Folder);
        for (kind, path, changed, structure) in [
            (data, "/h/.claude/todos/a.json", true, false),
            (meta, "/h/.claude/todos/a.json", true, false),
            (to, "/h/.claude/todos/a.json", true, false),
            (file, "/h/.claude/todos/.a.json.tmp", false, false),
            (data, "/h/.claude/tasks/x/.lock", false, false),
            (folder, "/h/.claude/tasks/x/.lock.lock", false, false),
            (folder, "/h/.claude/tasks/x", true, true),
            (to, "/h/.claude/tasks/x", true, true),
            (EventKind::Remove(RemoveKind::Folder), "/h/.claude/tasks/x", false, true),
            (EventKind::Remove(RemoveKind::File), "/h/.claude/tasks/x/1.json", false, false),
            (EventKind::Access(AccessKind::Any), "/h/.claude/tasks/x/1.json", false, false),
            (folder, "/h/.claude", false, true),
            (from, "/h/.claude/tasks", false, true),
            (file, "/h/.bash_history", false, false),
            (file, "/h/.claude/history.jsonl", false, false),
            (to, "/s/chittysync/spool/0001-event", true, false),
            (file, "/s/chittysync/spool/.0001", false, false),
            (EventKind::Remove(RemoveKind::File), "/s/chittysync/spool/0001-event", false, false),
        ] {
            let hints = hints_of(&kind, Path::new(path), &roots);
            assert_eq!((hints.changed, hints.structure), (changed, structure), "{kind:?} {path}");
        }
    }

    #[test]
    fn tells_once_until_it_is_asked() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let inbox = Inbox::new(move || sender.send(()).expect("a reader"));
        for _ in 0..10_000 {
            inbox.handle(Ok(Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan)));
        }
        assert_eq!(receiver.try_iter().count(), 1);
        let hints = inbox.take();
        assert!(hints.changed && hints.structure && !inbox.take().changed);
        inbox.handle(Err(notify::Error::generic("x")));
        assert_eq!(receiver.try_iter().count(), 1);
    }
}
