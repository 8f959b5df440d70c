//! What git config says outside any repository: the files of the user and the system, and the command line.

use std::collections::{BTreeMap, BTreeSet};

use gix::config::file::{Metadata, includes, init};
use gix::config::{File, Source};

use super::given::{At, Given, canonical, in_file};
use super::{Git, GitError};

/// Reads what `git config --show-scope --null` lists: scope, key and value of each. A key without a value is `true`.
pub(super) fn listed(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut parts = text.split('\0');
    std::iter::from_fn(move || {
        let (scope, pair) = (parts.next()?, parts.next()?);
        let (key, value) = pair.split_once('\n').unwrap_or((pair, "true"));
        Some((scope, key, value))
    })
}

/// Returns the settings given as `git -c <key>=<value>`, by key as [`canonical`] has it. gix does not see
/// them; when there are any, git itself is asked.
pub(super) fn command_line() -> Result<BTreeMap<String, Vec<String>>, GitError> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if std::env::var_os("GIT_CONFIG_PARAMETERS").is_none() {
        return Ok(found);
    }
    let said = Git::new(None, ["config", "--show-scope", "--null", "--get-regexp", "^(chittysync|user|color|safe)\\."])
        .run()?;
    let text = String::from_utf8_lossy(&said.stdout);
    for (_, key, value) in listed(&text).filter(|(scope, ..)| *scope == "command") {
        found.entry(canonical(key)).or_default().push(value.to_owned());
    }
    Ok(found)
}

/// Returns a value of the user or the system, outside any repository.
pub fn global_setting(key: &str) -> Option<String> {
    if let Ok(values) = command_line()
        && let Some(value) = values.get(&canonical(key)).and_then(|values| values.last())
    {
        return Some(value.clone());
    }
    globals()?.string(key).map(|value| value.to_string())
}

/// Returns all values of the user or the system, outside any repository, in git's order: those of `git -c` stand last.
///
/// # Errors
/// When a file of settings cannot be read, so that nobody knows what it says.
pub fn global_values(key: &str) -> Result<Vec<Given>, GitError> {
    let unread = || GitError::object("the user's git config", "`git config --global --list` says why");
    Ok(with_command_line(users(&globals().ok_or_else(unread)?, key), key, &command_line()?))
}

/// Adds a value of a key that can be given several times to the user's own file.
///
/// # Errors
/// When it cannot be written.
pub fn keep_global_value(key: &str, value: &str) -> Result<(), GitError> {
    Git::new(None, ["config", "--global", "--add", key, value]).output().map(drop)
}

/// Takes one value of a key out of the user's own file.
///
/// # Errors
/// When it stands in another one, and when it cannot be written.
pub fn forget_global_value(key: &str, value: &str) -> Result<(), GitError> {
    Git::new(None, ["config", "--global", "--fixed-value", "--unset-all", key, value]).output().map(drop)
}

/// Returns the names between this beginning and the last dot of keys that are set by the user or the system, such as
/// those of remotes below `remote.`.
///
/// # Errors
/// As [`global_values`].
pub fn global_names(beginning: &str) -> Result<BTreeSet<String>, GitError> {
    let unread = || GitError::object("the user's git config", "`git config --global --list` says why");
    let (section, before) = beginning.split_once('.').unwrap_or((beginning, ""));
    let config = globals().ok_or_else(unread)?;
    let sections = config.sections_by_name(section).into_iter().flatten();
    let subsections = sections.filter_map(|found| Some(found.header().subsection_name()?.to_string()));
    let given = command_line()?.into_keys().filter_map(|key| {
        let (before, _) = key.strip_prefix(&format!("{section}."))?.rsplit_once('.')?;
        Some(before.to_owned())
    });
    let names = subsections.chain(given).filter_map(|name| name.strip_prefix(before).map(str::to_owned));
    Ok(names.filter(|name| !name.is_empty()).collect())
}

/// Returns the values of a key that files of the user or the system say, and files that these include. What a
/// repository says of itself is left out.
pub(super) fn users(config: &File, key: &str) -> Vec<Given> {
    in_file(config, key).into_iter().filter(|given| !matches!(given.at, At::Repository(_))).collect()
}

/// Adds what `git -c` says of a key.
pub(super) fn with_command_line(
    mut given: Vec<Given>,
    key: &str,
    overrides: &BTreeMap<String, Vec<String>>,
) -> Vec<Given> {
    let texts = overrides.get(&canonical(key)).into_iter().flatten();
    given.extend(texts.map(|text| Given { text: text.clone(), at: At::Caller }));
    given
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
