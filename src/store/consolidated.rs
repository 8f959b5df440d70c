//! The consolidated branch: everything every session said.

use std::collections::{BTreeMap, BTreeSet};

use crate::codec::{decode_lines, decode_session};
use crate::git::{ObjectId, Overlay, TreeEntry};
use crate::merge::{join, join_lines};
use crate::todo::{Project, Session, SessionInfo, TodoId, TodoList};

use super::paths::{ARCHIVE, PROJECTS, SESSIONS, archive_dir, project_dir, session_path, working_path};
use super::project_lists::{ProjectLists, working_lists, working_todos};
use super::{Archive, ProjectIndex, Store, StoreError, Unreadable};

/// How far a look at todos goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What is worked with.
    Working,
    /// The [archive](super::Archive) too.
    Archive,
}

/// The newest consolidated state.
#[derive(Clone, Debug, Default)]
pub struct Consolidated {
    /// The commit; nothing before the first consolidation.
    pub tip: Option<ObjectId>,
    /// The tree of that commit. `None` if there is none.
    pub tree: Option<ObjectId>,
}

impl Consolidated {
    /// Finds the tip of the branch.
    ///
    /// # Errors
    /// When the ref or its commit cannot be read.
    pub fn find(store: &Store, overlay: &Overlay<'_>) -> Result<Self, StoreError> {
        let tip = store.repo.find_ref(&store.settings.branch)?;
        Consolidated::at(overlay, tip)
    }

    /// Returns the state as of a commit.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn at(overlay: &Overlay<'_>, tip: Option<ObjectId>) -> Result<Self, StoreError> {
        let tree = tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.tree);
        Ok(Consolidated { tip, tree })
    }

    /// Looks whether this can be built on: it holds a session, as all that we make does, or nothing at all.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] when it is a branch of something else that happens to have the name.
    pub fn check(&self, overlay: &Overlay<'_>, branch: &str) -> Result<(), StoreError> {
        let Some(tree) = self.tree else { return Ok(()) };
        for TreeEntry { name: shard, is_tree, id } in overlay.entries(overlay.find_dir(tree, SESSIONS)?)? {
            let files = if is_tree { overlay.entries(Some(id))? } else { Vec::new() };
            let is_session = |name: &str| {
                let session = name.strip_suffix(".json").and_then(Session::from_component);
                session.is_some_and(|session| session_path(&session) == format!("{SESSIONS}/{shard}/{name}"))
            };
            if files.iter().any(|file| !file.is_tree && is_session(&file.name)) {
                return Ok(());
            }
        }
        match overlay.entries(Some(tree))?.into_iter().next() {
            Some(entry) => Err(StoreError::NotOurs { branch: branch.to_owned(), path: entry.name }),
            None => Ok(()),
        }
    }

    /// Returns the todos of one project's working lists; none when it has none.
    ///
    /// # Errors
    /// When a list cannot be read or was written by a newer version.
    pub fn todos(&self, overlay: &Overlay<'_>, project: &Project) -> Result<TodoList, StoreError> {
        let commit = self.tip.map(|tip| tip.to_string()).unwrap_or_default();
        working_todos(overlay, project, self.project_tree(overlay, project)?, &commit)
    }

    /// Returns the todos of one project's working lists, as many lists as may be read, those first that hold the latest
    /// changes. In the first list that has a todo stands everything that is known of it.
    ///
    /// # Errors
    /// When a list cannot be read or was written by a newer version.
    pub fn latest_todos(&self, overlay: &Overlay<'_>, project: &Project) -> Result<TodoList, StoreError> {
        let found = || -> Result<_, StoreError> { working_lists(overlay, self.project_tree(overlay, project)?) };
        let mut lists = match found() {
            Err(_) if overlay.is_spent() => return Ok(TodoList::new()),
            lists => lists?,
        };
        lists.sort_by_key(|(digits, _)| digits.count());
        let mut lines = Vec::new();
        for (digits, blob) in lists {
            match overlay.blob(blob) {
                Err(_) if overlay.is_spent() => {}
                bytes => lines.extend(decode_lines(&bytes?).map_err(|source| {
                    let commit = self.tip.map(|tip| tip.to_string()).unwrap_or_default();
                    StoreError::Decode { commit, path: working_path(project, digits), source }
                })?),
            }
        }
        Ok(join_lines(lines))
    }

    /// Returns the bytes of one project's working lists; none when it has none.
    ///
    /// # Errors
    /// When an object cannot be read.
    pub fn files(&self, overlay: &Overlay<'_>, project: &Project) -> Result<Vec<Vec<u8>>, StoreError> {
        let lists = working_lists(overlay, self.project_tree(overlay, project)?)?;
        Ok(lists.into_iter().map(|(_, blob)| overlay.blob(blob)).collect::<Result<_, _>>()?)
    }

    /// Returns the lists of one project, to be looked at or changed.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn lists<'o>(&self, overlay: &'o Overlay<'o>, project: &Project) -> Result<ProjectLists<'o>, StoreError> {
        ProjectLists::at(overlay, project, self.project_tree(overlay, project)?)
    }

    fn project_tree(&self, overlay: &Overlay<'_>, project: &Project) -> Result<Option<ObjectId>, StoreError> {
        Ok(overlay.find_dir(self.tree, &project_dir(project))?)
    }

    /// Returns a project's archive; nothing when it has none.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn archive<'o>(&self, overlay: &'o Overlay<'o>, project: &Project) -> Result<Option<Archive<'o>>, StoreError> {
        let tree = overlay.find_dir(self.tree, &archive_dir(project))?;
        Ok(tree.map(|tree| Archive::new(overlay, project, tree)))
    }

    /// Returns whether any project has an archive.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn has_archive(&self, overlay: &Overlay<'_>) -> Result<bool, StoreError> {
        let projects = overlay.find_dir(self.tree, PROJECTS)?;
        for TreeEntry { is_tree, id: project, .. } in overlay.entries(projects)? {
            if is_tree && overlay.find_dir(project, ARCHIVE)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts the archived todos of all projects.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn archived(&self, overlay: &Overlay<'_>) -> Result<usize, StoreError> {
        let mut count = 0;
        let projects = overlay.find_dir(self.tree, PROJECTS)?;
        for TreeEntry { name, is_tree, id: tree } in overlay.entries(projects)? {
            if let Some(project) = Project::from_component(&name).filter(|_| is_tree)
                && let Some(archive) = overlay.find_dir(tree, ARCHIVE)?
            {
                count += Archive::new(overlay, &project, archive).len();
            }
        }
        Ok(count)
    }

    /// Returns those of a project's todos that have these ids, wherever they stand. In a long list it costs much
    /// less to pass over the lines of the others than to read them.
    ///
    /// # Errors
    /// As [`Consolidated::todos`].
    pub fn some_todos(
        &self,
        overlay: &Overlay<'_>,
        project: &Project,
        ids: &BTreeSet<TodoId>,
    ) -> Result<TodoList, StoreError> {
        let mut todos = self.working(overlay, project, ids.iter().copied())?;
        if ids.iter().any(|id| !todos.contains_key(id))
            && let Some(archive) = self.archive(overlay, project)?
        {
            let missing: Vec<TodoId> = ids.iter().filter(|id| !todos.contains_key(id)).copied().collect();
            todos.extend(missing.into_iter().filter_map(|id| Some((id, archive.get(id)?))));
        }
        Ok(todos)
    }

    /// Returns what the tree of a project tells of its working todos; nothing when there is no such project.
    ///
    /// # Errors
    /// As [`Consolidated::todos`].
    pub fn index(&self, overlay: &Overlay<'_>, project: &Project) -> Result<Option<ProjectIndex>, StoreError> {
        let Some(tree) = self.project_tree(overlay, project)? else { return Ok(None) };
        ProjectIndex::of(overlay, project, tree, || self.archive(overlay, project)).map(Some)
    }

    /// Returns whether an open todo of a project is linked with one that stands elsewhere, or is not known.
    ///
    /// # Errors
    /// As [`Consolidated::todos`].
    pub fn leads_out(&self, overlay: &Overlay<'_>, project: &Project) -> Result<bool, StoreError> {
        let Some(tree) = self.project_tree(overlay, project)? else { return Ok(false) };
        ProjectIndex::leads_out(overlay, project, tree, || self.archive(overlay, project))
    }

    /// Returns those of a project's working todos that have these ids.
    ///
    /// # Errors
    /// As [`Consolidated::todos`].
    pub fn working(
        &self,
        overlay: &Overlay<'_>,
        project: &Project,
        ids: impl IntoIterator<Item = TodoId>,
    ) -> Result<TodoList, StoreError> {
        let mut lists = self.lists(overlay, project)?;
        let found = ids.into_iter().map(|id| Ok(lists.get_working(id)?.map(|todo| (id, todo))));
        found.filter_map(Result::transpose).collect()
    }

    /// Returns the todos of all projects, but those that were forgotten: what anybody is to see.
    ///
    /// # Errors
    /// As [`Consolidated::with_forgotten`].
    pub fn all(
        &self,
        overlay: &Overlay<'_>,
        reach: Reach,
    ) -> Result<(BTreeMap<Project, TodoList>, Vec<Unreadable>), StoreError> {
        let (mut projects, unreadable) = self.with_forgotten(overlay, reach)?;
        projects.values_mut().for_each(|todos| todos.retain(|_, todo| !todo.is_forgotten()));
        Ok((projects, unreadable))
    }

    /// Returns the todos of all projects. A file that cannot be read is reported, not fatal: the others are
    /// still worth showing.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn with_forgotten(
        &self,
        overlay: &Overlay<'_>,
        reach: Reach,
    ) -> Result<(BTreeMap<Project, TodoList>, Vec<Unreadable>), StoreError> {
        let (mut projects, mut unreadable) = (BTreeMap::new(), Vec::new());
        let Some(tree) = self.tree else { return Ok((projects, unreadable)) };
        for TreeEntry { name, is_tree, .. } in overlay.entries(overlay.find_dir(tree, PROJECTS)?)? {
            let (Some(project), true) = (Project::from_component(&name), is_tree) else { continue };
            match self.todos(overlay, &project) {
                Ok(mut todos) => {
                    if reach == Reach::Archive
                        && let Some(archive) = self.archive(overlay, &project)?
                    {
                        let (archived, more) = archive.read()?;
                        join(&mut todos, &archived);
                        unreadable.extend(more);
                    }
                    projects.insert(project, todos);
                }
                Err(StoreError::Decode { path, source, .. }) => {
                    unreadable.push(Unreadable { path, reason: source.to_string() });
                }
                Err(err) => return Err(err),
            }
        }
        Ok((projects, unreadable))
    }

    /// Returns the todos that were forgotten. They are never archived. A file that cannot be read tells of none.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn forgotten(&self, overlay: &Overlay<'_>) -> Result<BTreeSet<TodoId>, StoreError> {
        let todos = self.with_forgotten(overlay, Reach::Working)?.0.into_values().flatten();
        Ok(todos.filter(|(_, todo)| todo.is_forgotten()).map(|(id, _)| id).collect())
    }

    /// Counts the sessions, without reading what is known of them. One that went on elsewhere counts once.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn count_sessions(&self, overlay: &Overlay<'_>) -> Result<usize, StoreError> {
        let shards = overlay.find_dir(self.tree, SESSIONS)?;
        let mut count = 0;
        for TreeEntry { is_tree, id: shard, .. } in overlay.entries(shards)? {
            let names = if is_tree { overlay.entries(Some(shard))? } else { Vec::new() };
            // What goes on from a session lies beside it.
            let session = |name: &str| name.strip_suffix(".json").and_then(Session::from_component);
            let sessions: Vec<Session> = names.iter().filter_map(|entry| session(&entry.name)).collect();
            let several = sessions.iter().any(Session::is_continued);
            let roots = || sessions.iter().map(Session::root).collect::<BTreeSet<_>>().len();
            count += if several { roots() + names.len() - sessions.len() } else { names.len() };
        }
        Ok(count)
    }

    /// Returns the names under which a session has a file: its own, and those under which it went on elsewhere.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn names_of(&self, overlay: &Overlay<'_>, session: &Session) -> Result<Vec<Session>, StoreError> {
        let Some(tree) = self.tree else { return Ok(Vec::new()) };
        let shards = BTreeSet::from([session.shard(), session.continued("", "", 0).shard()]);
        let (start, mut names) = (session.component_start(), Vec::new());
        for shard in shards {
            let files = overlay.find_dir(tree, &format!("{SESSIONS}/{shard}"))?;
            for TreeEntry { name, is_tree, .. } in
                overlay.entries_named(files, |name| name.starts_with(start.as_bytes()))?
            {
                let found = name.strip_suffix(".json").and_then(Session::from_component);
                names.extend(found.filter(|found| !is_tree && found.is_same(session)));
            }
        }
        Ok(names)
    }

    /// Returns what is known of every session, in the order of names.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn sessions(&self, overlay: &Overlay<'_>) -> Result<(Vec<SessionInfo>, Vec<Unreadable>), StoreError> {
        let shards = overlay.entries(overlay.find_dir(self.tree, SESSIONS)?)?.into_iter();
        read_sessions(overlay, shards.filter(|shard| shard.is_tree).map(|shard| (shard.name, shard.id)), |_| {
            |_: &[u8]| true
        })
    }

    /// Returns what is known of some sessions, under whatever names they go on, in the order of names. Of the files of
    /// others only the names are looked at.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn some_sessions(
        &self,
        overlay: &Overlay<'_>,
        wanted: &BTreeSet<Session>,
    ) -> Result<(Vec<SessionInfo>, Vec<Unreadable>), StoreError> {
        let roots: BTreeSet<_> = wanted.iter().map(Session::root).collect();
        // By the directory in which they are, how the names of their files begin.
        let mut starts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for session in wanted {
            for shard in [session.shard(), session.continued("", "", 0).shard()] {
                starts.entry(shard).or_default().insert(session.component_start());
            }
        }
        let Some(all) = overlay.find_dir(self.tree, SESSIONS)? else { return Ok((Vec::new(), Vec::new())) };
        let mut shards = Vec::new();
        for name in starts.keys() {
            shards.extend(overlay.find_dir(all, name)?.map(|shard| (name.clone(), shard)));
        }
        read_sessions(overlay, shards, |shard| {
            let starts = starts.get(shard).into_iter().flatten().collect::<Vec<_>>();
            let roots = &roots;
            move |file: &[u8]| {
                // Most end here, and a directory of a large store has hundreds.
                if !starts.iter().any(|start| file.starts_with(start.as_bytes())) {
                    return false;
                }
                let name = std::str::from_utf8(file).ok().and_then(|file| file.strip_suffix(".json"));
                name.and_then(Session::from_component).is_some_and(|session| roots.contains(&session.root()))
            }
        })
    }
}

/// Reads the sessions in these directories whose files are wanted: for a directory, `wanted_in` says which.
fn read_sessions<W: Fn(&[u8]) -> bool>(
    overlay: &Overlay<'_>,
    shards: impl IntoIterator<Item = (String, ObjectId)>,
    wanted_in: impl Fn(&str) -> W,
) -> Result<(Vec<SessionInfo>, Vec<Unreadable>), StoreError> {
    let (mut sessions, mut unreadable) = (Vec::new(), Vec::new());
    for (shard, tree) in shards {
        let files = overlay.entries_named(Some(tree), wanted_in(&shard))?;
        for TreeEntry { name, id: blob, .. } in files.into_iter().filter(|file| !file.is_tree) {
            match decode_session(&overlay.blob(blob)?) {
                Ok(info) => sessions.push(info),
                Err(err) => {
                    let path = format!("{SESSIONS}/{shard}/{name}");
                    unreadable.push(Unreadable { path, reason: err.to_string() });
                }
            }
        }
    }
    sessions.sort_by(|a, b| a.session.cmp(&b.session));
    Ok((sessions, unreadable))
}
