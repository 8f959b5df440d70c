//! Settings of what runs in the background: when it runs, and with whom it talks.

use std::time::Duration;

use super::config::{command_line, global_setting};
use super::{GitError, Repo};

/// A longer time is as good as this one, which the clock can count.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What git config says of the daemon, with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    /// `chittysync.debounce` (default: 300ms): the least time between two runs.
    pub debounce: Duration,
    /// `chittysync.pushInterval` (default: 5m): the longest time between two talks with the remote.
    pub push_interval: Duration,
    /// `chittysync.reconcileInterval` (default: 30m): the longest time between two looks at everything.
    pub reconcile_interval: Duration,
    /// `chittysync.mirrorCommand` (default: none): what a shell runs every [`Background::mirror_interval`].
    pub mirror_command: Option<String>,
    /// `chittysync.mirrorInterval` (default: 2h).
    pub mirror_interval: Duration,
    /// `chittysync.hookSync` (default: 2m): how long a sync may take that a hook starts; nothing for none.
    pub hook_sync: Option<Duration>,
}

/// Whether hooks start a sync, and how long it may take.
const HOOK_SYNC: &str = "chittysync.hookSync";

impl Background {
    /// Reads the settings that apply in a repository.
    ///
    /// # Errors
    /// [`GitError::Setting`] for a time that cannot be read.
    pub fn read(repo: &Repo) -> Result<Self, GitError> {
        let overrides = command_line()?;
        let config = repo.config();
        let last = |key: &str| -> Option<String> {
            let given = overrides.get(&key.to_ascii_lowercase()).and_then(|values| values.last()).cloned();
            given.or_else(|| config.string(key).map(|value| value.to_string()))
        };
        let time = |key: &str, default| last(key).map_or(Ok(default), |text| parse_time(key, text));
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Ok(Background {
            debounce: time("chittysync.debounce", Duration::from_millis(300))?,
            push_interval: time("chittysync.pushInterval", minutes(5))?,
            reconcile_interval: time("chittysync.reconcileInterval", minutes(30))?,
            // It is a program: that of a project's repository, which can have come from anywhere, is not the user's.
            mirror_command: (match repo.is_bare() {
                true => last("chittysync.mirrorCommand"),
                false => global_setting("chittysync.mirrorCommand"),
            })
            .filter(|command| !command.trim().is_empty()),
            mirror_interval: time("chittysync.mirrorInterval", minutes(120))?,
            hook_sync: match last(HOOK_SYNC).map(|text| text.trim().to_ascii_lowercase()).as_deref() {
                None | Some("true" | "on" | "yes") => Some(minutes(2)),
                Some("false" | "off" | "no" | "0" | "") => None,
                Some(text) => parse_time(HOOK_SYNC, text.to_owned()).map(Some)?,
            },
        })
    }
}

fn parse_time(key: &str, text: String) -> Result<Duration, GitError> {
    match humantime::parse_duration(text.trim()) {
        Ok(time) if time >= Duration::from_millis(1) => Ok(time.min(LONGEST)),
        _ => Err(GitError::Setting {
            key: key.into(),
            value: text,
            expected: "a time with its unit, such as 300ms, 5m or 2h",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_projects_repository_is_not_run() {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, kind, run) in [("project", "--quiet", None), ("store.git", "--bare", Some("x"))] {
            let path = directory.path().join(name);
            let git = |git_dir: Option<&std::path::Path>, arguments: &[&str]| {
                super::super::Git::new(git_dir, arguments.iter().copied()).output().expect("git");
            };
            git(None, &["init", "-q", kind, &path.to_string_lossy()]);
            let repo = Repo::open(&path).expect("a repository");
            git(Some(repo.common_dir()), &["config", "chittysync.mirrorCommand", "x"]);
            let repo = Repo::open(&path).expect("a repository");
            assert_eq!(Background::read(&repo).expect("settings").mirror_command.as_deref(), run, "{name}");
        }
    }

    #[test]
    fn times_have_a_unit() {
        let parse = |text: &str| parse_time("chittysync.debounce", text.to_owned()).ok();
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse(" 1h 30m "), Some(Duration::from_secs(5400)));
        assert_eq!(parse("500000000000years"), Some(LONGEST));
        for bad in ["", "5", "0s", "-5m", "soon", "300 parsecs"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
