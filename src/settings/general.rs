//! What a store's settings come to, but for those of the daemon and of one remote.

use std::time::Duration;

use super::kind::boolean;
use super::reader::{Reader, SettingError, number, value_of};
use super::remote::parse_namespace;
use super::setting::Setting;
use super::table;
use crate::git::{At, Fsync, Identity, RemoteName, Values, branch_of_ref, branch_ref, host_name};
use crate::plan::TopicRule;
use crate::redact::{Found, Redactor};
use crate::statement::Reopen;
use crate::todo::{Project, Time, one_line};

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

/// What a session's file says that it is called (`chittysync.sessionNames`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionNames {
    /// What its user or its agent calls it.
    Title,
    /// The same, else the beginning of its first prompt.
    Prompt,
    /// Nothing.
    None,
}

/// What git config says of a store, with the defaults filled in. What each means is in [`table`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// [`table::ENABLED`].
    pub enabled: bool,
    /// [`table::BRANCH`], as a full ref name.
    pub main_branch: String,
    /// The branch in use, as a full ref name: [`Settings::main_branch`], or one beside it.
    pub branch: String,
    /// [`table::FSYNC`].
    pub fsync: Fsync,
    /// [`table::REOPEN`].
    pub reopen: Reopen,
    /// [`table::DEVICE`], without credentials.
    pub device: String,
    /// [`table::PROJECT_RULE`]: projects, and the word that makes a todo theirs.
    pub rules: Vec<(Project, String)>,
    /// [`table::CONTEXT`].
    pub context: ContextReach,
    /// [`table::LOG_LINES`].
    pub log_lines: usize,
    /// [`table::MAX_FETCH`] in bytes; nothing for any number.
    pub max_fetch: Option<u64>,
    /// [`table::REMOTE`].
    pub remote: Option<RemoteName>,
    /// [`table::TIMEOUT`].
    pub timeout: Duration,
    /// [`table::RETIRE_AFTER`] in milliseconds; nothing for never.
    pub retire_after: Option<i64>,
    /// [`table::QUIET_AFTER`] in milliseconds; nothing for never.
    pub quiet_after: Option<i64>,
    /// [`table::STALE_AFTER`] in milliseconds; nothing for never.
    pub stale_after: Option<i64>,
    /// [`table::STUCK_AFTER`] in milliseconds; nothing for never.
    pub stuck_after: Option<i64>,
    /// [`table::REDACT`] and [`table::REDACT_EXCEPT`].
    pub redactor: Redactor,
    /// [`table::ARCHIVE_AFTER`] in milliseconds; nothing for never.
    pub archive_after: Option<i64>,
    /// [`table::TOPIC`].
    pub topics: Vec<TopicRule>,
    /// [`table::SPAWN_AT`].
    pub spawn_at: usize,
    /// [`table::ASSIGN_MAX`].
    pub assign_max: usize,
    /// Whether [`Settings::branch`] is one beside [`Settings::main_branch`]. What is said there stays there.
    pub aside: bool,
    /// [`table::COLOR`], when it is set.
    pub color: Option<String>,
    /// [`table::SESSION_NAMES`].
    pub session_names: SessionNames,
    /// [`table::PERSON`], without credentials.
    person: Option<String>,
    /// Who the user is to git: name and address.
    author: (String, String),
}

impl Settings {
    /// Reads the settings that apply in a repository.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn read(values: &Values<'_>) -> Result<Self, SettingError> {
        let reader = Reader::new(values);
        let branch = reader.read(&table::BRANCH, branch_ref)?;
        // Said at once, and not only when a remote is talked with.
        reader.read(&table::PLACE, parse_namespace)?;
        let redactor = redactor(&reader)?;
        let device = reader.text(&table::DEVICE).unwrap_or_else(host_name);
        let person = reader.text(&table::PERSON).or_else(|| values.author_name());
        let person = person.filter(|name| name != "none");
        Ok(Settings {
            enabled: is_store(values)?,
            main_branch: branch.clone(),
            branch,
            fsync: if reader.is_on(&table::FSYNC)? { Fsync::On } else { Fsync::Off },
            reopen: reader.read(&table::REOPEN, |text| match text {
                "author" => Some(Reopen::Author),
                "manual" => Some(Reopen::Manual),
                "any" => Some(Reopen::Any),
                _ => None,
            })?,
            device: redactor.text(&device, &mut Found::new()).into_owned(),
            rules: reader.list(&table::PROJECT_RULE, parse_rule)?,
            context: context(&reader, values)?,
            log_lines: count(&reader, &table::LOG_LINES)?,
            max_fetch: reader.size(&table::MAX_FETCH)?,
            remote: reader.given_as(&table::REMOTE, parse_remote)?.flatten(),
            timeout: reader.always(&table::TIMEOUT)?,
            retire_after: reader.millis(&table::RETIRE_AFTER)?,
            quiet_after: reader.millis(&table::QUIET_AFTER)?,
            stale_after: reader.millis(&table::STALE_AFTER)?,
            stuck_after: reader.millis(&table::STUCK_AFTER)?,
            archive_after: reader.millis(&table::ARCHIVE_AFTER)?,
            topics: reader.list(&table::TOPIC, TopicRule::parse)?,
            spawn_at: count(&reader, &table::SPAWN_AT)?,
            assign_max: count(&reader, &table::ASSIGN_MAX)?,
            aside: false,
            color: reader.text(&table::COLOR),
            session_names: reader.read(&table::SESSION_NAMES, |text| match text {
                "title" => Some(SessionNames::Title),
                "prompt" => Some(SessionNames::Prompt),
                "none" => Some(SessionNames::None),
                _ => None,
            })?,
            person: person.and_then(|name| one_line(&redactor.text(&name, &mut Found::new()))),
            redactor,
            author: values.author(),
        })
    }

    /// Returns the user's git identity at this time.
    pub fn identity(&self, time: Time) -> Identity {
        Identity { name: self.author.0.clone(), email: self.author.1.clone(), time }
    }

    /// Returns who works on this device, where that is known.
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// Returns the name of the branch without `refs/heads/`.
    pub fn branch_name(&self) -> &str {
        branch_of_ref(&self.branch)
    }
}

/// Returns whether a repository is a store: it says so itself. What the user, the system, or whoever calls this
/// program sets for all repositories makes none of them one.
///
/// # Errors
/// When it says neither yes nor no.
pub fn is_store(values: &Values<'_>) -> Result<bool, SettingError> {
    let own = values.in_files(table::ENABLED.key).into_iter().rfind(|given| matches!(given.at, At::Repository(_)));
    value_of(&table::ENABLED, table::ENABLED.key.to_owned(), own, table::ENABLED.default_value(), boolean)
}

/// Returns how many lines of the log are kept where a setting cannot be read.
pub fn default_log_lines() -> usize {
    table::LOG_LINES.default_value().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn count(reader: &Reader<'_>, setting: &Setting) -> Result<usize, SettingError> {
    reader.read(setting, |text| number(setting, text)?)
}

fn redactor(reader: &Reader<'_>) -> Result<Redactor, SettingError> {
    let mut redactor = if reader.read(&table::REDACT, boolean)? { Redactor::default() } else { Redactor::off() };
    reader.list(&table::REDACT_EXCEPT, |rule| redactor.leave_out(rule).then_some(()))?;
    Ok(redactor)
}

fn context(reader: &Reader<'_>, values: &Values<'_>) -> Result<ContextReach, SettingError> {
    // What other people can push, no agent is told unasked.
    let default = match table::CONTEXT.except {
        Some((_, value)) if values.has_remote() || reader.text(&table::REMOTE).is_some() => Some(value),
        _ => table::CONTEXT.default_value(),
    };
    reader.read_or(&table::CONTEXT, default, |text| match text {
        "all" => Some(ContextReach::All),
        "device" => Some(ContextReach::Device),
        "off" => Some(ContextReach::Off),
        _ => None,
    })
}

/// Returns a remote; nothing inside for an empty name, which stands for none.
pub(super) fn parse_remote(name: &str) -> Option<Option<RemoteName>> {
    if name.is_empty() {
        return Some(None);
    }
    RemoteName::new(name).map(Some)
}

fn parse_rule(rule: &str) -> Option<(Project, String)> {
    let (project, word) = rule.split_once('=')?;
    let word = word.trim().to_lowercase();
    (!word.is_empty()).then_some((Project::new(project).ok()?, word))
}
