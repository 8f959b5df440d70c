//! Commits of a project that name todos: `Todo: <id>` among their trailers. Such a commit completes them.

use super::OpsError;
use super::todo::{self, Actor, Refusal, Which};
use crate::git::{Git, GitError, Repo};
use crate::log::{self, Level};
use crate::store::Reach;
use crate::todo::{Time, Todo, Verb};

/// The key of the trailer.
const KEY: &str = "Todo";
/// Fewer digits of an id name nothing.
const FEWEST: usize = 4;
/// More commits than these are not told of one todo.
const MOST: &str = "20";
/// A commit may be made by a clock that is behind by so much.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Times of git have no milliseconds.
const SECOND: i64 = 1_000;

/// A commit that names todos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Its id.
    pub commit: String,
    /// When it was written; an amended or rebased commit keeps this.
    pub at: Time,
    /// The first line of its message, as it stands there.
    pub subject: String,
    /// The beginnings of ids that it names.
    pub ids: Vec<String>,
}

/// Reads a commit, and which todos it names.
///
/// # Errors
/// When git cannot read it.
pub fn naming(repo: &Repo, commit: &str) -> Result<Option<Naming>, GitError> {
    Ok(log(repo, &["-n", "1", commit])?.pop())
}

/// Finds the commits that lead to where a repository stands and name a todo, the newest first: of those that were made
/// since the todo is there.
///
/// # Errors
/// When git cannot read them.
pub fn commits_naming(repo: &Repo, todo: &Todo) -> Result<Vec<Naming>, GitError> {
    let id = todo.id.to_string();
    let since = format!("--since={}", Time::from_millis(todo.created.millis() - DAY));
    let grep = format!("--grep=^{KEY}:[ \t]*{}", &id[..FEWEST]);
    let mut found = log(repo, &["-n", MOST, "-E", "-i", &since, &grep])?;
    found.retain(|commit| commit.ids.iter().any(|named| id.starts_with(named)));
    Ok(found)
}

fn log(repo: &Repo, arguments: &[&str]) -> Result<Vec<Naming>, GitError> {
    let format = format!("--format=%H%x00%aI%x00%s%x00%(trailers:key={KEY},valueonly)");
    let all = ["log", "-z", "--no-show-signature", "--no-color", &format];
    let arguments = all.into_iter().chain(arguments.iter().copied()).chain(["--"]);
    let output = Git::new(Some(repo.git_dir()), arguments).output()?;
    let text = String::from_utf8_lossy(&output);
    let fields: Vec<&str> = text.split('\0').collect();
    let one = |fields: &[&str]| {
        let [commit, at, subject, trailers] = fields else { return None };
        let ids = trailers.lines().filter_map(named).collect();
        Some(Naming { commit: (*commit).to_owned(), at: Time::parse(at)?, subject: (*subject).to_owned(), ids })
    };
    Ok(fields.chunks(4).filter_map(one).collect())
}

/// Returns the beginning of an id that a trailer begins with, whatever else it says.
fn named(trailer: &str) -> Option<String> {
    let word = trailer.split([' ', '\t', ',']).find(|word| !word.is_empty())?.to_ascii_lowercase();
    let is_id = (FEWEST..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(word)
}

/// Completes the todos that a commit names: those that are open, and were not opened again since it was written, as a
/// commit that is amended, rebased or picked is the same one. Returns how many those were; why others were not stands in
/// the log.
///
/// # Errors
/// When the store cannot be read.
pub fn complete_named(actor: &Actor<'_>, naming: &Naming) -> Result<usize, OpsError> {
    let everything = todo::read(actor.store, Reach::Working)?.0;
    let mut count = 0;
    for named in &naming.ids {
        let found = everything.find(named);
        let done = match found.as_slice() {
            [(_, todo)] if !todo.state().is_open() => continue,
            [(_, todo)] if was_reopened(todo, naming.at) => Err("it was opened again since".to_owned()),
            [(_, todo)] => {
                todo::say(actor, Verb::Done, &Which::Id(todo.id)).map_err(|refusal: Refusal| refusal.to_string())
            }
            [] => Err("there is no such todo".to_owned()),
            several => Err(format!("{} todos begin so", several.len())),
        };
        let commit = naming.commit.get(..12).unwrap_or(&naming.commit);
        let (level, text) = match done {
            Ok(_) => {
                count += 1;
                (Level::Info, format!("{commit} completed {named}"))
            }
            Err(why) => (Level::Warn, format!("{commit} names {named}, which was not completed: {why}")),
        };
        log::append(actor.store.repo.common_dir(), level, "commit", &text);
    }
    Ok(count)
}

/// Returns whether somebody opened a todo again after a time.
fn was_reopened(todo: &Todo, at: Time) -> bool {
    let (_, claim) = todo.winner();
    claim.epoch > 0 && claim.at.millis() >= at.millis() + SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_names_a_todo_by_digits() {
        for (trailer, id) in [
            ("097d8587", Some("097d8587")),
            ("097D", Some("097d")),
            ("  097d8587a1b2c3d4 Fix the login tests", Some("097d8587a1b2c3d4")),
            ("097d8587, the first", Some("097d8587")),
            ("097", None),
            ("097d8587a1b2c3d45", None),
            ("Fix the login tests", None),
            ("#12", None),
            ("", None),
        ] {
            assert_eq!(named(trailer).as_deref(), id, "{trailer}");
        }
    }
}
