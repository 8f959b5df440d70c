//! Claude Code's teams: `teams/<list>/config.json`, which names the task list of a session while it runs.
//!
//! A plain session has a team of its own, `session-` and eight digits that are new after each resume. The
//! events of a hook name the session that is resumed, the team may name another one; then the directory and
//! the moment tell.

use std::path::Path;

use serde_json::Value;

use crate::source::agent::Keeper;
use crate::source::entries::entries;
use crate::source::{Scan, file, json};
use crate::todo::{Session, Time};

/// How long ago, in milliseconds, a team may have been made for a session that starts now.
const RECENT: u64 = 300_000;

/// A team, as far as it tells whose a list is.
struct Team {
    list: String,
    /// The session that made it.
    lead: Option<String>,
    /// When, in milliseconds since 1970.
    created: i64,
    /// Where its members work.
    directories: Vec<String>,
}

/// Returns the name of the task list that a session keeps: that of its newest team. A session that `starts` now in
/// a directory may keep one of which another session is said to be the lead.
pub(super) fn list_of(home: &Path, session: &str, starts: Option<(Option<&str>, Time)>) -> Option<String> {
    let teams = teams(home);
    let leads = |team: &&Team| team.lead.as_deref() == Some(session);
    let begins = |team: &&Team| {
        let Some((Some(directory), now)) = starts else { return false };
        let here = team.directories.iter().any(|other| other == directory);
        is_own(&team.list) && here && now.millis().abs_diff(team.created) <= RECENT
    };
    let newest = |is: &dyn Fn(&&Team) -> bool| teams.iter().filter(is).max_by_key(|team| team.created);
    newest(&leads).or_else(|| newest(&begins)).map(|team| team.list.clone())
}

/// Returns the session that keeps a list of its own, as far as the list's team tells.
pub(super) fn keeper(home: &Path, list: &str) -> Option<Keeper> {
    let team = is_own(list).then(|| read(&home.join("teams").join(list), list)).flatten()?;
    let session = Session::new(&team.lead?).ok()?;
    let directory = team.directories.into_iter().next();
    Some(Keeper { session, directory, since: Time::from_millis(team.created) })
}

fn teams(home: &Path) -> Vec<Team> {
    let directories = entries(&home.join("teams"), &mut Scan::default()).into_iter();
    let directories = directories.filter(|(_, _, metadata)| metadata.is_dir());
    directories.filter_map(|(list, path, _)| read(&path, &list)).collect()
}

/// Returns whether a list of this name is one session's own: `session-` and eight hex digits.
pub(super) fn is_own(list: &str) -> bool {
    let digits = list.strip_prefix(super::names::SESSION_LIST);
    digits.is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn read(directory: &Path, list: &str) -> Option<Team> {
    let (config, ..) = file::read_stable(&directory.join("config.json"), json::parse).ok()?;
    let members = config.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Some(Team {
        list: list.to_owned(),
        lead: config.get("leadSessionId").and_then(Value::as_str).map(str::to_owned),
        created: config.get("createdAt").and_then(Value::as_i64).unwrap_or_default(),
        directories: members.iter().filter_map(|member| Some(member.get("cwd")?.as_str()?.to_owned())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_makes_no_sense_is_long_ago() {
        let home = tempfile::tempdir().expect("a directory");
        let team = home.path().join("teams/session-00000000");
        std::fs::create_dir_all(&team).expect("a directory");
        for (created, found) in [(i64::MIN, false), (i64::MAX, false), (-1, true)] {
            let config = serde_json::json!({"createdAt": created, "members": [{"cwd": "/w"}]}).to_string();
            std::fs::write(team.join("config.json"), config).expect("a file");
            let list = list_of(home.path(), "s", Some((Some("/w"), Time::from_millis(1))));
            assert_eq!(list.is_some(), found, "{created}");
        }
    }
}
