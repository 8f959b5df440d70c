//! One thing that is put in place: a section of git config, or a file.

use std::fs;
use std::path::{Path, PathBuf};

use super::found::Found;
use super::git_hooks::Hook;
use super::gitconfig::{KEY, Section};
use super::json_entry::Entry;
use super::service::Runs;
use super::settings::Settings;
use super::toml_block::Block;
use super::yaml_entry::YamlEntry;
use super::{InstallError, directories, owner};
use crate::git::{Fsync, GitError, read_file, replace_file};

/// What the hook is called that has commits complete todos.
pub const COMMIT_HOOK: &str = "commit hook";

/// What is in the second line of every file we install.
const MARK: &str = "Installed by git chittysync; `git chittysync uninstall` removes it.";

/// How the same begins for the files of `service install`.
const SERVICE_MARK: &str = "Installed by git chittysync; `git chittysync service uninstall";

/// A part of the inventory.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is, for people.
    pub name: &'static str,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Config(Section),
    File { path: PathBuf, content: String, runs: bool },
    Settings(Settings),
    Hook(Hook),
    Entry(Entry),
    Block(Block),
    YamlEntry(YamlEntry),
}

/// What a walk did, or would do, or found missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is as it should be.
    None,
    /// It was, or has to be, put in place.
    Added,
    /// It was taken away.
    Removed,
    /// Somebody else's is in its place.
    Foreign,
    /// It is ours, but another user's of this machine.
    Others,
}

impl Change {
    /// Returns whether something that is none of ours to change was left as it is.
    pub fn is_kept(self) -> bool {
        matches!(self, Change::Foreign | Change::Others)
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::None => "unchanged",
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Foreign | Change::Others => "kept",
        }
    }
}

impl Part {
    /// The merge driver in the user's git config.
    pub(super) fn config(name: &'static str, section: Section) -> Self {
        Part { name, target: Target::Config(section) }
    }

    /// A file, marked by a comment that begins with `comment`.
    pub(super) fn file(name: &'static str, path: PathBuf, content: &str, comment: &str) -> Self {
        // Lines that must stay the first.
        let (first, rest) = match content.split_once('\n') {
            Some((first, rest)) if first.starts_with("#compdef") || first.starts_with("#!") => {
                (format!("{first}\n"), rest)
            }
            _ => (String::new(), content),
        };
        let content = format!("{first}{comment} {MARK}\n{rest}");
        Part { name, target: Target::File { path, content, runs: false } }
    }

    /// A script that is run.
    pub(super) fn program(name: &'static str, path: PathBuf, script: &str) -> Self {
        let mut part = Part::file(name, path, script, "#");
        if let Target::File { runs, .. } = &mut part.target {
            *runs = true;
        }
        part
    }

    /// Our entries in an agent's settings.
    pub(super) fn settings(name: &'static str, settings: Settings) -> Self {
        Part { name, target: Target::Settings(settings) }
    }

    /// A file for the system's manager of services: XML for launchd, else with `#` for comments.
    pub(super) fn service(name: &'static str, path: PathBuf, runs: &Runs, content: &str, is_xml: bool) -> Self {
        let mark = format!("{SERVICE_MARK}{}` removes it.", runs.option());
        let head = match is_xml {
            // Two hyphens end a comment.
            true => format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {} -->\n", mark.replace("--", "- -")),
            false => format!("# {mark}\n"),
        };
        Part { name, target: Target::File { path, content: head + content, runs: false } }
    }

    /// A value in an agent's settings.
    pub(super) fn entry(name: &'static str, entry: Entry) -> Self {
        Part { name, target: Target::Entry(entry) }
    }

    /// A block in an agent's settings.
    pub(super) fn block(name: &'static str, block: Block) -> Self {
        Part { name, target: Target::Block(block) }
    }

    /// An entry in an agent's settings, where they are YAML.
    pub(super) fn yaml_entry(name: &'static str, entry: YamlEntry) -> Self {
        Part { name, target: Target::YamlEntry(entry) }
    }

    /// A git hook.
    pub(super) fn hook(hook: Hook) -> Self {
        Part { name: "git hook", target: Target::Hook(hook) }
    }

    /// The hook that has commits complete todos.
    pub(super) fn commit_hook(hook: Hook) -> Self {
        Part { name: COMMIT_HOOK, target: Target::Hook(hook) }
    }

    /// Returns whether some version of it is in place.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn is_installed(&self) -> Result<bool, InstallError> {
        Ok(matches!(self.find(true)?, Found::Ours | Found::Past))
    }

    /// Returns where it is, for people.
    pub fn place(&self) -> String {
        match &self.target {
            Target::Config(_) => format!("git config {KEY}"),
            Target::File { path, .. }
            | Target::Hook(Hook { path, .. })
            | Target::Settings(Settings { path, .. })
            | Target::Entry(Entry { path, .. })
            | Target::Block(Block { path, .. })
            | Target::YamlEntry(YamlEntry { path, .. }) => path.display().to_string(),
        }
    }

    /// Returns the file, when it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.target {
            Target::Config(_) => None,
            Target::File { path, .. }
            | Target::Hook(Hook { path, .. })
            | Target::Settings(Settings { path, .. })
            | Target::Entry(Entry { path, .. })
            | Target::Block(Block { path, .. })
            | Target::YamlEntry(YamlEntry { path, .. }) => Some(path),
        }
    }

    /// Returns what somebody can do who cannot let us write there.
    pub fn by_hand(&self) -> Option<String> {
        match &self.target {
            Target::Config(section) => Some(format!("{KEY} = {}", section.driver)),
            _ => None,
        }
    }

    fn find(&self, included: bool) -> Result<Found, InstallError> {
        Ok(match &self.target {
            Target::Config(section) => section.find(included)?,
            Target::Settings(settings) => settings.find()?,
            Target::Hook(hook) => hook.find()?,
            Target::Entry(entry) => entry.find()?,
            Target::Block(block) => block.find()?,
            Target::YamlEntry(entry) => entry.find()?,
            // What is linked from elsewhere is none of ours.
            Target::File { path, .. } if path.is_symlink() => Found::Foreign,
            Target::File { path, content, runs } => {
                match read_file(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
                    Ok(found) if found == *content && (!runs || owner::is_program(path)) => Found::Ours,
                    Ok(found)
                        if found.lines().take(2).any(|line| line.ends_with(MARK) || line.contains(SERVICE_MARK)) =>
                    {
                        Found::Past
                    }
                    Ok(_) => Found::Foreign,
                    Err(err) if err.kind() == std::io::ErrorKind::NotFound => Found::Nothing,
                    Err(err) => return Err(GitError::io("read", path)(err).into()),
                }
            }
        })
    }

    /// Returns whether it is a file that another user of this machine put there: manual pages can stand where several
    /// users have theirs.
    fn is_of_another(&self) -> bool {
        match &self.target {
            Target::File { path, .. } => owner::is_another(path),
            _ => false,
        }
    }

    /// Returns whether it is in place.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn check(&self) -> Result<Change, InstallError> {
        self.install(true)
    }

    /// Puts it in place, unless somebody else's is there; with `dry_run`, only says what would happen.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn install(&self, dry_run: bool) -> Result<Change, InstallError> {
        match self.find(true)? {
            Found::Ours => return Ok(Change::None),
            Found::Foreign => return Ok(Change::Foreign),
            Found::Past if self.is_of_another() => return Ok(Change::Others),
            Found::Nothing | Found::Past if dry_run => return Ok(Change::Added),
            Found::Nothing | Found::Past => {}
        }
        match &self.target {
            Target::Config(section) => {
                Section::remove()?;
                section.add()?;
            }
            Target::Settings(settings) => settings.add()?,
            Target::Hook(hook) => hook.add()?,
            Target::Entry(entry) => entry.add()?,
            Target::Block(block) => block.add()?,
            Target::YamlEntry(entry) => entry.add()?,
            Target::File { path, content, runs } => {
                path.parent().map_or(Ok(()), directories::make)?;
                replace_file(path, content.as_bytes(), Fsync::Off)?;
                if *runs {
                    owner::make_program(path).map_err(GitError::io("make a program of", path))?;
                }
            }
        }
        Ok(Change::Added)
    }

    /// Takes it away, unless it is somebody else's, but for the directories above it; with `dry_run`, only says what would happen.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn uninstall(&self, dry_run: bool) -> Result<Change, InstallError> {
        match self.find(false)? {
            Found::Nothing => return Ok(Change::None),
            Found::Foreign => return Ok(Change::Foreign),
            Found::Ours | Found::Past if self.is_of_another() => return Ok(Change::Others),
            Found::Ours | Found::Past if dry_run => return Ok(Change::Removed),
            Found::Ours | Found::Past => {}
        }
        match &self.target {
            Target::Config(_) => Section::remove()?,
            Target::Settings(settings) => settings.remove()?,
            Target::Hook(hook) => hook.remove()?,
            Target::Entry(entry) => entry.remove()?,
            Target::Block(block) => block.remove()?,
            Target::YamlEntry(entry) => entry.remove()?,
            Target::File { path, .. } => fs::remove_file(path).map_err(GitError::io("remove", path))?,
        }
        Ok(Change::Removed)
    }
}
