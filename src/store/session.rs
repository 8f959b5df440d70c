//! One session's history: orphan, linear, cumulative; a commit per changed state.

use std::collections::BTreeSet;

use crate::codec::{decode_session, encode_session};
use crate::git::{GitError, Identity, NewCommit, ObjectId, Overlay, TreeEntry};
use crate::todo::{Project, Session, SessionState, State, Status, Time, Todo, TodoList, plain};

use super::StoreError;
use super::paths::{ATTRIBUTES, ATTRIBUTES_PATH, PROJECTS, project_dir, session_path};
use super::project_lists::{ProjectLists, working_todos};
use super::trailers::{self, Request};
use super::weight::weigh_session;

/// A commit of a session, with what it holds.
#[derive(Clone, Debug)]
pub struct SessionCommit {
    /// The commit.
    pub id: ObjectId,
    /// The tree of the commit, which holds the whole state.
    pub tree: ObjectId,
    /// Everything the session ever said.
    pub state: SessionState,
}

/// Reads the newest state of a session.
///
/// # Errors
/// When an object is missing, or a file was written by a newer version.
pub fn read_session(overlay: &Overlay<'_>, session: &Session, tip: ObjectId) -> Result<SessionCommit, StoreError> {
    let tree = overlay.commit_info(tip)?.tree;
    let path = session_path(session);
    let file = overlay.find(tree, &path)?;
    let file = file.ok_or_else(|| GitError::object(tip, format_args!("it has no {path}")))?;
    let decode = |path: String, source| StoreError::Decode { commit: tip.to_string(), path, source };
    let info = decode_session(&overlay.blob(file)?).map_err(|err| decode(path, err))?;
    let mut projects = std::collections::BTreeMap::new();
    for TreeEntry { name, is_tree, id } in overlay.entries(overlay.find_dir(tree, PROJECTS)?)? {
        let (Some(project), true) = (Project::from_component(&name), is_tree) else { continue };
        let todos = working_todos(overlay, &project, Some(id), &tip.to_string())?;
        projects.insert(project, todos);
    }
    Ok(SessionCommit { id: tip, tree, state: SessionState { info, projects } })
}

/// Makes the commit of a session's next state. Author, committer and date say when it was stated, so that
/// history that is imported late is dated right. `trailer` is the last line of its message, where there is
/// more to say than what changed.
///
/// # Errors
/// When the tree of the commit before cannot be read, and when the session says more than anybody takes of one.
pub fn commit_session(
    overlay: &mut Overlay<'_>,
    parent: Option<&SessionCommit>,
    state: SessionState,
    identity: &Identity,
    trailer: Option<&str>,
) -> Result<SessionCommit, StoreError> {
    let mut files = Vec::new();
    if parent.is_none() {
        files.push((ATTRIBUTES_PATH.to_owned(), ATTRIBUTES.as_bytes().to_vec()));
    }
    let before = |project: &Project| parent.and_then(|parent| parent.state.projects.get(project));
    for (project, todos) in &state.projects {
        let before = before(project);
        if before == Some(todos) {
            continue;
        }
        let tree = overlay.find_dir(parent.map(|parent| parent.tree), &project_dir(project))?;
        let mut lists = ProjectLists::at(overlay, project, tree)?;
        for todo in todos.values().filter(|todo| before.and_then(|before| before.get(&todo.id)) != Some(todo)) {
            lists.say(todo)?;
        }
        lists.spread(Vec::new(), overlay.limits().list_lines)?;
        files.extend(lists.edits());
    }
    files.push((session_path(&state.info.session), encode_session(&state.info)));
    let mut blobs = Vec::with_capacity(files.len());
    for (path, content) in files {
        blobs.push((path, overlay.batch.blob(content)?));
    }
    let changes = blobs.iter().map(|(path, blob)| (path.as_str(), Some(*blob)));
    let tree = overlay.edit_tree(parent.map(|parent| parent.tree), changes)?;
    let too_much = |excess| StoreError::TooMuch { session: state.info.session.clone(), excess };
    weigh_session(overlay, tree).map_err(too_much)?;
    let id = overlay.commit(NewCommit {
        tree,
        parents: parent.iter().map(|parent| parent.id).collect(),
        identity: &Identity { time: spoken(&state), ..identity.clone() },
        message: message(parent.map(|parent| &parent.state), &state, trailer),
    })?;
    Ok(SessionCommit { id, tree, state })
}

/// Returns when a session last said anything, its end included.
fn spoken(state: &SessionState) -> Time {
    state.info.updated.max(state.info.ended.unwrap_or_default())
}

/// Returns the events that the commits of a session name, as far back as that time, and in as many commits at least:
/// the clock may have been ahead then.
///
/// # Errors
/// When a commit cannot be read.
pub fn heard_events(
    overlay: &Overlay<'_>,
    tip: ObjectId,
    since: Time,
    at_least: usize,
) -> Result<BTreeSet<String>, StoreError> {
    let (mut events, mut next, mut count) = (BTreeSet::new(), Some(tip), 0);
    while let Some(commit) = next {
        count += 1;
        let info = overlay.commit_info(commit)?;
        events.extend(trailers::events(&info.message).map(str::to_owned));
        // A commit has the time of its statement, to the second.
        next = info.parents.first().copied().filter(|_| count < at_least || info.time.seconds() >= since.seconds());
    }
    Ok(events)
}

/// Finds the commit of a session that does what the request with this key asked for, as far back as that time, and in as
/// many commits at least.
///
/// # Errors
/// When a commit cannot be read.
pub fn find_request(
    overlay: &Overlay<'_>,
    tip: ObjectId,
    key: &str,
    since: Time,
    at_least: usize,
) -> Result<Option<(ObjectId, Request)>, StoreError> {
    let (mut next, mut count) = (Some(tip), 0);
    while let Some(commit) = next {
        count += 1;
        let info = overlay.commit_info(commit)?;
        if let Some(found) = Request::all(&info.message).find(|request| request.key == key) {
            return Ok(Some((commit, found)));
        }
        next = info.parents.first().copied().filter(|_| count < at_least || info.time.seconds() >= since.seconds());
    }
    Ok(None)
}

/// Says what changed, for people who read the log: `029e1c6e: 1 completed, 2 new`, then a line for each.
fn message(before: Option<&SessionState>, now: &SessionState, trailer: Option<&str>) -> String {
    let nothing = TodoList::new();
    let mut lines = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    for (project, todos) in &now.projects {
        let before = before.and_then(|before| before.projects.get(project)).unwrap_or(&nothing);
        for (id, todo) in todos {
            if todo.is_forgotten() {
                if !before.get(id).is_some_and(Todo::is_forgotten) {
                    *counts.entry("forgotten").or_insert(0) += 1;
                    lines.push(format!("forgotten: {id}"));
                }
                continue;
            }
            let verb = match (before.get(id).map(|todo| todo.state()), todo.state()) {
                (Some(before), now) if before == now => continue,
                (None, State::Wanted(Status::Pending)) => "new",
                (Some(_), State::Wanted(Status::Pending)) => "open again",
                (_, State::Wanted(Status::InProgress)) => "started",
                (_, State::Wanted(Status::Completed)) => "completed",
                (_, State::Dropped) => "dropped",
            };
            *counts.entry(verb).or_insert(0) += 1;
            lines.push(format!("{verb}: {}", plain(&todo.content)));
        }
    }
    if lines.is_empty() && before.is_some_and(|before| before.info.ended != now.info.ended) && now.info.ended.is_some()
    {
        let trailer = trailer.map(|trailer| format!("\n{trailer}\n")).unwrap_or_default();
        return format!("{}: ended\n{trailer}", plain(&now.info.session.short()));
    }
    let counts: Vec<String> = counts.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
    let summary = if counts.is_empty() { "details changed".to_owned() } else { counts.join(", ") };
    let trailer = trailer.map(|trailer| format!("\n\n{trailer}")).unwrap_or_default();
    format!("{}: {summary}\n\n{}{trailer}\n", plain(&now.info.session.short()), lines.join("\n"))
}
