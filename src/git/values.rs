//! What git config says, as it is written, and where. What it means is for [`crate::settings`] to say.

use std::collections::BTreeMap;

use gix::config::{File, Snapshot};

use super::given::{At, Given, canonical, in_file};
use super::globals::{command_line, users, with_command_line};
use super::{Git, GitError, Repo};

/// All that git config says, in a repository or outside any.
#[derive(Debug)]
pub struct Values<'a> {
    /// What `git -c` says, by key as [`canonical`] has it. Where it says something, the files count for nothing.
    overrides: BTreeMap<String, Vec<String>>,
    files: Files<'a>,
}

#[derive(Debug)]
enum Files<'a> {
    Repository(Snapshot<'a>),
    #[cfg(test)]
    Text(Box<File>),
}

impl Repo {
    /// Returns what git config says here.
    ///
    /// # Errors
    /// When git cannot tell what stands on its command line.
    pub fn values(&self) -> Result<Values<'_>, GitError> {
        Ok(Values { overrides: command_line()?, files: Files::Repository(self.config()) })
    }

    /// Returns what the files say, and not the command line.
    pub fn values_of_files(&self) -> Values<'_> {
        Values { overrides: BTreeMap::new(), files: Files::Repository(self.config()) }
    }

    /// Returns the values of a key that the user, the system and the command line say for this repository, in git's
    /// order. What it says itself is none of them.
    ///
    /// # Errors
    /// When git cannot tell what stands on its command line.
    pub fn users_values(&self, key: &str) -> Result<Vec<Given>, GitError> {
        Ok(with_command_line(users(self.config().plumbing(), key), key, &command_line()?))
    }

    /// Writes a value into the repository's own file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_value(&self, key: &str, value: &str) -> Result<(), GitError> {
        Git::new(Some(self.common_dir()), ["config", "--local", key, value]).output().map(drop)
    }

    /// Adds a value of a key that can be given several times to the repository's own file.
    ///
    /// # Errors
    /// When it cannot be written.
    #[cfg(feature = "hub")]
    pub fn add_value(&self, key: &str, value: &str) -> Result<(), GitError> {
        Git::new(Some(self.common_dir()), ["config", "--local", "--add", key, value]).output().map(drop)
    }

    /// Takes all keys of a section (`chittysync.mirror.x`) out of the repository's own settings, if it is there.
    ///
    /// # Errors
    /// When they cannot be written.
    #[cfg(feature = "hub")]
    pub fn remove_section(&self, section: &str) -> Result<(), GitError> {
        let said = Git::new(Some(self.common_dir()), ["config", "--local", "--remove-section", section]).run()?;
        match said.code == Some(0) || said.stderr.contains("no such section") {
            true => Ok(()),
            false => Err(GitError::Program { command: "config".to_owned(), reason: said.stderr }),
        }
    }

    /// Takes a key out of the repository's own settings, if it is there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn unset_value(&self, key: &str) -> Result<(), GitError> {
        self.unset(&["--unset-all", key])
    }

    /// Takes something out of the repository's own settings. That it is not there is no fault.
    pub(super) fn unset(&self, arguments: &[&str]) -> Result<(), GitError> {
        let arguments = ["config", "--local"].iter().chain(arguments).copied();
        let said = Git::new(Some(self.common_dir()), arguments).run()?;
        match said.code {
            Some(0 | 5) => Ok(()),
            _ => Err(GitError::Program { command: "config".to_owned(), reason: said.stderr }),
        }
    }
}

impl Values<'_> {
    fn file(&self) -> &File {
        match &self.files {
            Files::Repository(snapshot) => snapshot.plumbing(),
            #[cfg(test)]
            Files::Text(file) => file,
        }
    }

    /// Returns all values of a key, the one that counts last.
    pub fn all(&self, key: &str) -> Vec<Given> {
        match self.overrides.get(&canonical(key)) {
            Some(texts) => texts.iter().map(|text| Given { text: text.clone(), at: At::Caller }).collect(),
            None => self.in_files(key),
        }
    }

    /// Returns the values of a key that the files say, whatever the command line does.
    pub fn in_files(&self, key: &str) -> Vec<Given> {
        in_file(self.file(), key)
    }

    /// Returns what stands behind `prefix` in the names of a section's subsections, in the order of the alphabet. What
    /// only the command line names is not among them.
    pub fn subsections(&self, section: &str, prefix: &str) -> Vec<String> {
        let sections = self.file().sections_by_name(section).into_iter().flatten();
        let names = sections.filter_map(|section| section.header().subsection_name().map(ToString::to_string));
        let names = names.filter_map(|name| name.strip_prefix(prefix).map(str::to_owned));
        names.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    /// Returns whether a remote is configured.
    pub fn has_remote(&self) -> bool {
        let mut remotes = self.file().sections_by_name("remote").into_iter().flatten();
        remotes.any(|section| section.value("url").is_some())
    }

    /// Returns who the user is to git: name and address. A commit that nobody is named for is better than none, so
    /// there is always an answer.
    pub fn author(&self) -> (String, String) {
        let email = self.of_user(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"], "user.email");
        let name = self.author_name().unwrap_or_else(|| "git-chittysync".into());
        (name, email.unwrap_or_else(|| "git-chittysync@localhost".into()))
    }

    /// Returns the user's name, where git knows it.
    pub fn author_name(&self) -> Option<String> {
        self.of_user(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"], "user.name")
    }

    fn of_user(&self, variables: [&str; 2], key: &str) -> Option<String> {
        let set = variables.iter().find_map(|variable| std::env::var(variable).ok());
        let set = set.or_else(|| self.all(key).pop().map(|given| given.text));
        set.filter(|text| !text.trim().is_empty())
    }

    /// Returns values as a file of the repository says them, and as the command line does.
    #[cfg(test)]
    pub(crate) fn of_text(text: &str, overrides: &[(&str, &str)]) -> Self {
        use gix::config::file::Metadata;
        let source = gix::config::Source::Local;
        let meta = Metadata { source, path: Some("config".into()), ..Metadata::api() };
        let file = File::from_bytes_no_includes(text.as_bytes(), meta, Default::default()).expect("a file");
        let overrides = overrides.iter().map(|(key, text)| (canonical(key), vec![(*text).to_owned()])).collect();
        Values { overrides, files: Files::Text(Box::new(file)) }
    }
}

/// Returns what this machine is called.
#[cfg(unix)]
pub fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// Returns what this machine is called.
#[cfg(not(unix))]
pub fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "device".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_only_the_subsections_case_counts() {
        let text = "[ChittySync \"remote.Hub.de\"]\n\tpushesperMINUTE = 2\n[chittysync]\n\tfsync\n\tlogLines = 3\n";
        let over = [("chittysync.remote.Origin.pushesPerMinute", "4"), ("CHITTYSYNC.LOGLINES", "5")];
        let values = Values::of_text(text, &over);
        let last = |key: &str| values.all(key).pop().map(|given| given.text);
        assert_eq!(last("chittysync.remote.Hub.de.pushesPerMinute").as_deref(), Some("2"));
        assert_eq!(last("chittysync.remote.hub.de.pushesPerMinute"), None);
        assert_eq!(last("chittysync.remote.Origin.PushesPerMinute").as_deref(), Some("4"));
        assert_eq!(last("chittysync.remote.origin.pushesPerMinute"), None);
        assert_eq!(last("chittysync.fsync").as_deref(), Some("true"));
        assert_eq!(values.all("chittysync.logLines"), [Given { text: "5".into(), at: At::Caller }]);
        let own = Given { text: "3".into(), at: At::Repository(Some("config".into())) };
        assert_eq!(values.in_files("chittysync.logLines"), [own]);
    }
}
