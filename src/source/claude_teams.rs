//! Claude Code's teams: `teams/<list>/config.json`, which names the task list of a session while it runs.
//!
//! A plain session has a team of its own, `session-` and eight digits that are new after each resume. The
//! events of a hook name the session that is resumed, the team may name another one; then the directory and
//! the moment tell.

use std::path::Path;

use serde_json::Value;

use super::{Scan, entries, file, json};
use crate::todo::Time;

/// How long ago, in milliseconds, a team may have been made for a session that starts now.
const RECENT: u64 = 300_000;

/// Returns the name of the task list that a session keeps which starts now in this directory.
pub fn list_of(home: &Path, session: &str, directory: Option<&str>, now: Time) -> Option<String> {
    let mut newest: Option<(i64, String)> = None;
    for (name, path, metadata) in entries(&home.join("teams"), &mut Scan::default()) {
        let Some(team) = metadata.is_dir().then(|| read(&path.join("config.json"))).flatten() else { continue };
        if team.get("leadSessionId").and_then(Value::as_str) == Some(session) {
            return Some(name);
        }
        let created = team.get("createdAt").and_then(Value::as_i64).unwrap_or_default();
        let members = team.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let here = members.iter().filter_map(|member| member.get("cwd")?.as_str()).any(|cwd| Some(cwd) == directory);
        let recent = now.millis().abs_diff(created) <= RECENT;
        if is_own(&name) && here && recent && newest.as_ref().is_none_or(|(at, _)| *at < created) {
            newest = Some((created, name));
        }
    }
    newest.map(|(_, name)| name)
}

/// Returns whether a list of this name is one session's own: `session-` and eight hex digits.
pub fn is_own(list: &str) -> bool {
    let digits = list.strip_prefix(super::hook::SESSION_LIST);
    digits.is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn read(path: &Path) -> Option<Value> {
    file::read_stable(path, json::parse).ok().map(|(team, ..)| team)
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
            let list = list_of(home.path(), "s", Some("/w"), Time::from_millis(1));
            assert_eq!(list.is_some(), found, "{created}");
        }
    }
}
