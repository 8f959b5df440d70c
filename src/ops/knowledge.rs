//! What this device knows of the todos that sessions speak of: of the consolidated lists, the lines that
//! somebody asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::project::names;
use crate::codec::TodoFile;
use crate::git::{ObjectId, Overlay, Repo};
use crate::statement::Knowledge;
use crate::store::{Archive, Consolidated, Store};
use crate::todo::{Item, Names, Project, SessionState, Todo, TodoId, TodoList, normalise};

/// What the consolidated branch holds of a project.
pub(super) struct KnownFiles {
    project: Project,
    todos: Vec<Vec<u8>>,
    archive: Option<KnownArchive>,
}

/// A project's archive, which hardly ever has a say.
struct KnownArchive {
    tree: ObjectId,
    ids: Vec<TodoId>,
    /// Sessions are worked on in several threads, a repository is not.
    repo: Mutex<Repo>,
    todos: OnceLock<TodoList>,
}

/// The consolidated lists of some projects. What cannot be read is as good as unknown here; consolidation
/// reports it.
pub(super) struct KnownLists<'a> {
    lists: BTreeMap<&'a Project, (TodoFile<'a>, Option<&'a KnownArchive>)>,
    names: Names,
}

/// Returns the consolidated files of these projects, as far as there are any.
pub(super) fn read(
    consolidated: &Consolidated,
    store: &Store,
    projects: impl IntoIterator<Item = Project>,
) -> Vec<KnownFiles> {
    let overlay = Overlay::new(&store.repo);
    let files = |project: Project| {
        let todos = consolidated.files(&overlay, &project).ok()?;
        let archive = consolidated.archive(&overlay, &project).ok().flatten().map(|archive| KnownArchive {
            tree: archive.tree(),
            ids: archive.ids().to_vec(),
            repo: Mutex::new(store.repo.clone()),
            todos: OnceLock::new(),
        });
        Some(KnownFiles { project, todos, archive })
    };
    projects.into_iter().filter_map(files).collect()
}

impl<'a> KnownLists<'a> {
    /// Returns what these files hold, in a store that has these projects.
    pub(super) fn of(files: &'a [KnownFiles], names: Names) -> Self {
        let list = |files: &'a KnownFiles| {
            Some((
                &files.project,
                (TodoFile::gather(files.todos.iter().map(Vec::as_slice)).ok()?, files.archive.as_ref()),
            ))
        };
        KnownLists { lists: files.iter().filter_map(list).collect(), names }
    }
}

impl Knowledge for KnownLists<'_> {
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        let (file, archive) = self.lists.get(project)?;
        file.get(id).ok()?.or_else(|| archive.and_then(|archive| archive.get(project, id)))
    }

    fn is_alone(&self, project: &Project) -> bool {
        self.names.is_alone(project)
    }
}

/// A few todos, in a store that has these projects.
pub(super) struct KnownTodos {
    pub todos: BTreeMap<Project, TodoList>,
    pub names: Names,
}

impl Knowledge for KnownTodos {
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.todos.todo(project, id)
    }

    fn is_alone(&self, project: &Project) -> bool {
        self.names.is_alone(project)
    }
}

impl KnownArchive {
    fn get(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.ids.binary_search(&id).ok()?;
        let read = || {
            let repo = self.repo.lock().unwrap_or_else(PoisonError::into_inner);
            let overlay = Overlay::new(&repo);
            Archive::new(&overlay, project, self.tree).read().unwrap_or_default().0
        };
        self.todos.get_or_init(read).get(&id)
    }
}

/// Returns what this device knows of the todos that a statement may be about: those of the session, and of
/// its new list.
pub(super) fn some_todos(
    consolidated: &Consolidated,
    overlay: &Overlay<'_>,
    state: Option<&SessionState>,
    items: &[Item],
    project_of: impl Fn(&str) -> Project,
) -> KnownTodos {
    let mut ids: BTreeMap<Project, BTreeSet<TodoId>> = BTreeMap::new();
    for (project, todos) in state.into_iter().flat_map(|state| &state.projects) {
        ids.entry(project.clone()).or_default().extend(todos.keys());
    }
    // Of those with the same words, as many as the session spoke of, and has listed, can be meant.
    let mut count: BTreeMap<(Project, String), u32> = BTreeMap::new();
    for item in items {
        let words = normalise(&item.content).into_owned();
        *count.entry((project_of(&item.content), words)).or_default() += 1;
    }
    let mut spoken: BTreeMap<&str, u32> = BTreeMap::new();
    for todo in state.into_iter().flat_map(|state| state.projects.values()).flat_map(|todos| todos.values()) {
        *spoken.entry(&todo.content).or_default() += 1;
    }
    for ((project, words), listed) in count {
        let spoken = spoken.get(words.as_str()).copied().unwrap_or_default();
        for project in project.plain().into_iter().chain([project]) {
            let names = (1..=listed.saturating_add(spoken)).map(|nth| TodoId::of_nth(&project, &words, nth));
            ids.entry(project.clone()).or_default().extend(names);
        }
    }
    let todos = |(project, ids): (Project, BTreeSet<TodoId>)| {
        // A list that another version wrote is as good as unknown here; consolidation reports it.
        let todos = consolidated.some_todos(overlay, &project, &ids).unwrap_or_default();
        (project, todos)
    };
    let names = names(consolidated, overlay).unwrap_or_default();
    KnownTodos { todos: ids.into_iter().map(todos).collect(), names }
}
