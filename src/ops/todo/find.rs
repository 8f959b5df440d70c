//! Which todo is meant.

use super::refusal::{Brief, Refusal};
use crate::todo::{Project, Todo, TodoId};
use crate::view::{Everything, search};

/// How a todo is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By its id.
    Id(TodoId),
    /// By the beginning of its id, or by words of its text.
    Words(String),
}

impl Which {
    /// Names a todo by words, as they are typed one by one.
    pub fn words<T: AsRef<str>>(words: &[T]) -> Self {
        Which::Words(words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" "))
    }

    /// Returns what is typed to name it.
    pub fn text(&self) -> String {
        match self {
            Which::Id(id) => id.to_string(),
            Which::Words(words) => words.clone(),
        }
    }
}

/// Finds the one todo that is meant. An id means a todo of whatever project; words mean one of `project`, where a
/// command is about one: nobody says by accident what is true of another project's todo of the same words. Of open
/// ones with the same words the first one is meant.
///
/// # Errors
/// When none is meant, when several can be, or only others.
pub fn find<'a>(
    everything: &'a Everything,
    project: Option<&Project>,
    which: &Which,
) -> Result<(&'a Project, &'a Todo), Refusal> {
    let Which::Words(words) = which else { return find_one(everything, project, which) };
    let found = search(everything, project, words);
    let first = found.iter().min_by_key(|(_, todo)| todo.nth).copied();
    let is_alike = |(of, todo): (&Project, &Todo)| {
        found.iter().all(|(other, found)| *other == of && found.content == todo.content && found.state().is_open())
    };
    first.filter(|first| is_alike(*first)).map_or_else(|| find_one(everything, project, which), Ok)
}

/// As [`find`], for what cannot be undone: of several with the same words none is meant.
///
/// # Errors
/// As [`find`].
pub fn find_one<'a>(
    everything: &'a Everything,
    project: Option<&Project>,
    which: &Which,
) -> Result<(&'a Project, &'a Todo), Refusal> {
    let words = match which {
        Which::Id(id) => {
            return everything.get(*id).ok_or_else(|| Refusal::Unknown { words: id.to_string() });
        }
        Which::Words(words) => words,
    };
    let found = search(everything, project, words);
    if let [one] = found.as_slice() {
        return Ok(*one);
    }
    if !found.is_empty() {
        return Err(Refusal::Ambiguous { words: words.clone(), found: Brief::all(everything, &found) });
    }
    match (search(everything, None, words), project) {
        (found, Some(project)) if !found.is_empty() => Err(Refusal::Elsewhere {
            project: everything.names().shown(project).to_owned(),
            found: Brief::all(everything, &found),
        }),
        _ => Err(Refusal::Unknown { words: words.clone() }),
    }
}

/// As [`find`], for those who only read: todos of another project are good enough where this one has none.
///
/// # Errors
/// As [`find`].
pub fn find_anywhere<'a>(
    everything: &'a Everything,
    project: Option<&Project>,
    which: &Which,
) -> Result<(&'a Project, &'a Todo), Refusal> {
    let is_here = |project: &&Project| !search(everything, Some(project), &which.text()).is_empty();
    find(everything, project.filter(is_here), which)
}

/// Returns the other open todos with the words of one that was named by its words.
pub(super) fn alike(everything: &Everything, id: TodoId, which: &Which) -> Vec<Brief> {
    let Which::Words(words) = which else { return Vec::new() };
    let Some((project, todo)) = everything.get(id).filter(|_| !id.to_string().starts_with(words.as_str())) else {
        return Vec::new();
    };
    let others = everything.with_words(project, &todo.content).into_iter();
    let others = others.filter(|other| other.id != id && other.state().is_open());
    others.map(|other| Brief::of(everything, project, other)).collect()
}

/// Returns how the names begin of the session that is meant by what somebody typed; that itself, where there is none.
///
/// # Errors
/// When several can be meant.
pub fn session_meant(everything: &Everything, typed: &str) -> Result<String, Refusal> {
    let meant = everything.meant(typed).map(|found| found.unwrap_or_else(|| typed.to_owned()));
    meant.map_err(|several| Refusal::AmbiguousSession {
        typed: typed.to_owned(),
        candidates: several.iter().map(|session| everything.candidate(session)).collect(),
    })
}
