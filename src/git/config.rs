//! Settings: git config, `chittysync.*`, each with its default beside it.

use std::collections::BTreeMap;
use std::time::Duration;

use gix::bstr::BStr;
use gix::config::file::{Metadata, includes, init};
use gix::config::{File, Source};

use super::remote::place_name;
use super::{Fsync, Git, GitError, Identity, Place, RemoteName, Repo, default_branch};
use crate::redact::{Found, Redactor};
use crate::statement::Reopen;
use crate::todo::{Project, Time};

/// How many lines of the log are kept, unless `chittysync.logLines` says otherwise.
pub const LOG_LINES: usize = 1_000;

/// What makes a repository a store.
const ENABLED: &str = "chittysync.enabled";

/// How many bytes one fetch may bring, unless `chittysync.maxFetch` says otherwise.
const MAX_FETCH: u64 = 1 << 30;

/// What a session is told of other sessions' todos when it starts (`chittysync.context`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextReach {
    /// Nothing.
    Off,
    /// What sessions of this device said.
    Device,
    /// What all said.
    All,
}

/// What git config says of a store, with the defaults filled in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `chittysync.enabled` (default: false): the repository is a store.
    pub enabled: bool,
    /// `chittysync.branch` (default: `consolidated`), as a full ref name.
    pub main_branch: String,
    /// The branch in use, as a full ref name: [`Settings::main_branch`], or one beside it.
    pub branch: String,
    /// `chittysync.fsync` (default: true).
    pub fsync: Fsync,
    /// `chittysync.reopen` (default: `author`).
    pub reopen: Reopen,
    /// `chittysync.device` (default: the host name): the label of this device, without credentials.
    pub device: String,
    /// `chittysync.projectRule` (several allowed, default: none): `<project>=<word>`.
    pub rules: Vec<(Project, String)>,
    /// `chittysync.context` (default: `all`, or `device` in a store with a remote): what a session is told of
    /// others when it starts.
    pub context: ContextReach,
    /// `chittysync.logLines` (default: 1000): how many lines of the log are kept.
    pub log_lines: usize,
    /// `chittysync.maxFetch` (default: 1g): how many bytes one fetch may bring; nothing for any number.
    pub max_fetch: Option<u64>,
    /// `chittysync.remote` (default: none): the remote that `sync` talks to.
    pub remote: Option<RemoteName>,
    /// `chittysync.remotePrefix` (default: `auto`): where sessions are kept on remotes; nothing to find out.
    pub place: Option<Place>,
    /// `chittysync.timeout` (default: 60): how long, in seconds, a transfer may stand still.
    pub patience: Duration,
    /// `chittysync.retireAfter` (default: 14): after how many days, in milliseconds, a session that says nothing
    /// more gives up its ref; nothing for never.
    pub retire_after: Option<i64>,
    /// `chittysync.staleAfter` (default: 7): after how many days, in milliseconds, a session that says nothing
    /// more is stale; nothing for never.
    pub stale_after: Option<i64>,
    /// `chittysync.redact` (default: on) and `chittysync.redactExcept` (several allowed, default: none): which
    /// credentials are taken out of texts.
    pub redactor: Redactor,
    /// `chittysync.archiveAfter` (default: 90): after how many days, in milliseconds, a closed todo goes to the
    /// archive; nothing for never.
    pub archive_after: Option<i64>,
    /// Whether [`Settings::branch`] is one beside [`Settings::main_branch`]. What is said there stays there.
    pub aside: bool,
    /// `color.chittysync`, else `color.ui` (default: auto): when to use colour.
    pub color: Option<String>,
    /// `user.name` and `user.email`, or the variables that git takes instead.
    identity: (String, String),
}

impl Settings {
    /// Reads the settings that apply in a repository.
    ///
    /// # Errors
    /// [`GitError::Setting`] for a value that a setting cannot have.
    pub fn read(repo: &Repo) -> Result<Self, GitError> {
        let overrides = command_line()?;
        let config = repo.config();
        let all = |key: &str| -> Vec<String> {
            if let Some(values) = overrides.get(&key.to_ascii_lowercase()) {
                return values.clone();
            }
            let values = config.plumbing().strings(key).unwrap_or_default();
            values.iter().map(ToString::to_string).collect()
        };
        let last = |key: &str| all(key).pop();
        let invalid = |key: &str, value: String, expected| GitError::Setting { key: key.into(), value, expected };
        let boolean =
            |key: &str, default: bool| boolean(&overrides, &config, key).map(|found| found.unwrap_or(default));
        let branch = last("chittysync.branch").unwrap_or_else(|| default_branch().to_owned());
        let branch = super::branch_ref(&branch)
            .ok_or_else(|| invalid("chittysync.branch", branch, "a branch name that git takes"))?;
        let reopen = match last("chittysync.reopen").as_deref() {
            None | Some("author") => Reopen::Author,
            Some("manual") => Reopen::Manual,
            Some("any") => Reopen::Any,
            Some(other) => return Err(invalid("chittysync.reopen", other.into(), "author, manual or any")),
        };
        let context = match last("chittysync.context").as_deref() {
            // What other people can push, no agent is told unasked.
            None if has_remote(&config) => ContextReach::Device,
            None | Some("all") => ContextReach::All,
            Some("device") => ContextReach::Device,
            Some("off") => ContextReach::Off,
            Some(other) => return Err(invalid("chittysync.context", other.into(), "off, device or all")),
        };
        let remote = match last("chittysync.remote").filter(|name| !name.is_empty()) {
            None => None,
            Some(name) => {
                let checked = RemoteName::new(&name);
                Some(checked.ok_or_else(|| invalid("chittysync.remote", name, "the name of a remote"))?)
            }
        };
        let place = match last("chittysync.remotePrefix") {
            None => None,
            Some(text) => {
                parse_place(&text).ok_or_else(|| invalid("chittysync.remotePrefix", text, "auto, sessions or heads"))?
            }
        };
        let patience = last("chittysync.timeout").unwrap_or_else(|| "60".to_owned());
        let retire_after = last("chittysync.retireAfter").unwrap_or_else(|| "14".to_owned());
        let archive_after = last("chittysync.archiveAfter").unwrap_or_else(|| "90".to_owned());
        let stale_after = last("chittysync.staleAfter").unwrap_or_else(|| "7".to_owned());
        let rules = all("chittysync.projectRule")
            .into_iter()
            .map(|rule| parse_rule(&rule).ok_or_else(|| invalid("chittysync.projectRule", rule, "<project>=<word>")));
        let mut redactor = if boolean("chittysync.redact", true)? { Redactor::default() } else { Redactor::off() };
        for rule in all("chittysync.redactExcept") {
            if !redactor.leave_out(&rule) {
                return Err(invalid(
                    "chittysync.redactExcept",
                    rule,
                    "the name of a rule, as docs/security.md lists them",
                ));
            }
        }
        let device = last("chittysync.device").unwrap_or_else(host_name);
        Ok(Settings {
            enabled: is_enabled(&config)?,
            main_branch: branch.clone(),
            branch,
            fsync: if boolean("chittysync.fsync", true)? { Fsync::On } else { Fsync::Off },
            reopen,
            device: redactor.text(&device, &mut Found::new()).into_owned(),
            rules: rules.collect::<Result<_, _>>()?,
            context,
            log_lines: match last("chittysync.logLines") {
                None => LOG_LINES,
                Some(text) => {
                    text.parse().map_err(|_| invalid("chittysync.logLines", text, "a number of lines, such as 1000"))?
                }
            },
            max_fetch: match last("chittysync.maxFetch") {
                None => Some(MAX_FETCH),
                Some(text) => parse_size(&text)
                    .ok_or_else(|| invalid("chittysync.maxFetch", text, "a number of bytes, such as 1g, or 0"))?,
            },
            remote,
            place,
            patience: (patience.parse().ok().filter(|seconds| (1..=86_400).contains(seconds)))
                .map(Duration::from_secs)
                .ok_or_else(|| invalid("chittysync.timeout", patience, "a number of seconds, at least 1"))?,
            retire_after: parse_days(&retire_after)
                .ok_or_else(|| invalid("chittysync.retireAfter", retire_after, "a number of days, or never"))?,
            archive_after: parse_days(&archive_after)
                .ok_or_else(|| invalid("chittysync.archiveAfter", archive_after, "a number of days, or never"))?,
            stale_after: parse_days(&stale_after)
                .ok_or_else(|| invalid("chittysync.staleAfter", stale_after, "a number of days, or never"))?,
            redactor,
            aside: false,
            color: last("color.chittysync").or_else(|| last("color.ui")),
            identity: identity(last),
        })
    }

    /// Returns whether a repository is a store, without reading what else is set. One whose setting cannot be read
    /// is: [`Settings::read`] tells of that.
    pub fn are_of_store(repo: &Repo) -> bool {
        is_enabled(&repo.config()).unwrap_or(true)
    }

    /// Returns the user's git identity at this time.
    pub fn identity(&self, time: Time) -> Identity {
        Identity { name: self.identity.0.clone(), email: self.identity.1.clone(), time }
    }

    /// Returns where a remote keeps sessions: as `chittysync.remotePrefix` says, or as was found out before.
    pub fn place_on(&self, repo: &Repo, remote: &RemoteName) -> Option<Place> {
        let found = repo.config().string(format!("chittysync.{remote}.remotePrefix").as_str());
        self.place.or_else(|| parse_place(&found?.to_string()).flatten())
    }

    /// Returns the name of the branch without `refs/heads/`.
    pub fn branch_name(&self) -> &str {
        super::branch_of_ref(&self.branch)
    }
}

/// Returns whether a store exchanges anything with others.
fn has_remote(config: &gix::config::Snapshot<'_>) -> bool {
    let remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let named = remotes.filter(|section| section.value("url").is_some()).count() > 0;
    named || config.plumbing().string_by("chittysync", None, "remote").is_some()
}

/// Returns whether a repository is a store: it says so itself. What the user, the system, or whoever calls this
/// program sets for all repositories makes none of them one.
fn is_enabled(config: &gix::config::Snapshot<'_>) -> Result<bool, GitError> {
    let is_own = |section: &Metadata| matches!(section.source, Source::Local | Source::Worktree);
    let found = config.plumbing().boolean_filter(ENABLED, is_own);
    found.map(|found| found.unwrap_or(false)).map_err(|_| {
        let value = config.plumbing().string_filter(ENABLED, is_own).map(|value| value.to_string()).unwrap_or_default();
        GitError::Setting { key: ENABLED.into(), value, expected: "true or false" }
    })
}

/// Returns what a setting says that is true or false, as git takes it: a key without a value is true.
fn boolean(
    overrides: &BTreeMap<String, Vec<String>>,
    config: &gix::config::Snapshot<'_>,
    key: &str,
) -> Result<Option<bool>, GitError> {
    let given = overrides.get(&key.to_ascii_lowercase()).and_then(|values| values.last());
    let found = match given {
        Some(text) => gix::config::Boolean::try_from(BStr::new(text)).map(|given| Some(given.into())),
        None => config.plumbing().boolean(key),
    };
    found.map_err(|_| {
        let value = given.cloned().or_else(|| config.string(key).map(|value| value.to_string())).unwrap_or_default();
        GitError::Setting { key: key.into(), value, expected: "true or false" }
    })
}

/// Returns a number of bytes, which may end in `k`, `m` or `g`; nothing inside for 0.
fn parse_size(text: &str) -> Option<Option<u64>> {
    let text = text.to_ascii_lowercase();
    let (number, shift) = match text.strip_suffix(['k', 'm', 'g']) {
        Some(number) if text.ends_with('k') => (number, 10),
        Some(number) if text.ends_with('m') => (number, 20),
        Some(number) => (number, 30),
        None => (text.as_str(), 0),
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    Some((bytes > 0).then_some(bytes))
}

/// Returns a place by its name; nothing inside for `auto`.
fn parse_place(text: &str) -> Option<Option<Place>> {
    match text {
        "auto" => Some(None),
        _ => Place::ALL.into_iter().find(|place| place_name(*place) == text).map(Some),
    }
}

/// Returns a number of days in milliseconds; nothing inside for `never`.
fn parse_days(text: &str) -> Option<Option<i64>> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    match text {
        "never" => Some(None),
        _ => text.parse().ok().filter(|days| (0..=100_000).contains(days)).map(|days: i64| Some(days * DAY)),
    }
}

fn parse_rule(rule: &str) -> Option<(Project, String)> {
    let (project, word) = rule.split_once('=')?;
    let word = word.trim().to_lowercase();
    (!word.is_empty()).then_some((Project::new(project).ok()?, word))
}

/// Returns who the user is to git. A commit that nobody is named for is better than none, so there is
/// always an answer.
fn identity(config: impl Fn(&str) -> Option<String>) -> (String, String) {
    let find = |variables: [&str; 2], key: &str| {
        let set = variables.iter().find_map(|variable| std::env::var(variable).ok());
        set.or_else(|| config(key)).filter(|text| !text.trim().is_empty())
    };
    let name = find(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"], "user.name");
    let email = find(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"], "user.email");
    (name.unwrap_or_else(|| "git-chittysync".into()), email.unwrap_or_else(|| "git-chittysync@localhost".into()))
}

#[cfg(unix)]
fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.split('.').next().unwrap_or_default().to_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "device".into())
}

/// Returns the settings given as `git -c chittysync.<key>=<value>`, by lower-case key. gix does not see
/// them; when there are any, git itself is asked.
pub(super) fn command_line() -> Result<BTreeMap<String, Vec<String>>, GitError> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if std::env::var_os("GIT_CONFIG_PARAMETERS").is_none() {
        return Ok(found);
    }
    let listed =
        Git::new(None, ["config", "--show-scope", "--null", "--get-regexp", "^(chittysync|user|color|safe)\\."])
            .run()?;
    let text = String::from_utf8_lossy(&listed.stdout);
    let mut parts = text.split('\0');
    while let (Some(scope), Some(pair)) = (parts.next(), parts.next()) {
        if scope == "command" {
            let (key, value) = pair.split_once('\n').unwrap_or((pair, "true"));
            found.entry(key.to_ascii_lowercase()).or_default().push(value.to_owned());
        }
    }
    Ok(found)
}

/// Returns a setting of the user or the system, outside any repository.
pub fn global_setting(key: &str) -> Option<String> {
    if let Ok(values) = command_line()
        && let Some(value) = values.get(&key.to_ascii_lowercase()).and_then(|values| values.last())
    {
        return Some(value.clone());
    }
    globals()?.string(key).map(|value| value.to_string())
}

/// Returns the git configuration of the system and the user, with what `GIT_CONFIG_COUNT` adds. That of git's
/// installation is left out, as it is when a repository is opened: only git knows where it is, and asking it
/// takes as long as all the rest of a run.
pub fn globals() -> Option<File> {
    let files = [Source::System, Source::Git, Source::User].into_iter().filter_map(|source| {
        let path = source.storage_location(&mut gix::path::env::var).filter(|path| path.is_file())?;
        Some(Metadata { path: Some(path), source, level: 0, trust: gix::sec::Trust::Full })
    });
    let home = gix::path::env::home_dir();
    let includes = includes::Options::follow_without_conditional(home.as_deref());
    let mut config = File::from_paths_metadata(files, init::Options { includes, ..Default::default() }).ok()?;
    if let Ok(overrides) = File::from_environment_overrides() {
        config.get_or_insert_default().append(overrides).ok()?;
    }
    Some(config.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_a_project_and_a_word() {
        let (project, word) = parse_rule("Web = CSS").expect("a rule");
        assert_eq!((project.as_str(), word.as_str()), ("web", "css"));
        for bad in ["web", "web=", "=css", ""] {
            assert!(parse_rule(bad).is_none(), "{bad}");
        }
    }
}
