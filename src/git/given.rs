//! A value of git config, as it is written, and where; and how keys are written.

use std::path::PathBuf;

use gix::bstr::ByteSlice;
use gix::config::file::Metadata;
use gix::config::{File, Source};

/// A value as it is written. That of a key without one is `true`, as git takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub text: String,
    /// Where it is written, for messages that name the place.
    pub at: At,
}

/// Where a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// In a file of the repository itself, or one that such a file includes.
    Repository(Option<PathBuf>),
    /// In a file of the user or the system.
    User(Option<PathBuf>),
    /// `git -c`, or a variable.
    Caller,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            At::Repository(Some(path)) | At::User(Some(path)) => write!(f, "in {}", path.display()),
            At::Repository(None) => f.write_str("in the repository's settings"),
            At::User(None) => f.write_str("in the user's settings"),
            At::Caller => f.write_str("with `git -c`, or in the environment"),
        }
    }
}

/// Returns section, subsection and name of a key.
pub(super) fn parts(key: &str) -> (&str, Option<&str>, &str) {
    let (section, rest) = key.split_once('.').unwrap_or((key, ""));
    match rest.rsplit_once('.') {
        Some((subsection, name)) => (section, Some(subsection), name),
        None => (section, None, rest),
    }
}

/// Returns a key as git writes it: only a subsection's case counts.
pub(super) fn canonical(key: &str) -> String {
    let (section, subsection, name) = parts(key);
    let subsection = subsection.map(|name| format!("{name}.")).unwrap_or_default();
    format!("{}.{subsection}{}", section.to_ascii_lowercase(), name.to_ascii_lowercase())
}

/// Returns the values of a key, the one that counts last.
pub(super) fn in_file(file: &File, key: &str) -> Vec<Given> {
    let (section, subsection, name) = parts(key);
    let mut found = Vec::new();
    for part in file.sections_by_name(section).into_iter().flatten() {
        if part.header().subsection_name().map(|name| name.as_bytes()) != subsection.map(str::as_bytes) {
            continue;
        }
        let texts = match part.value_implicit(name) {
            // The last one has no value; git takes that for true.
            Some(None) => vec!["true".into()],
            _ => part.values(name),
        };
        let at = place(part.meta());
        found.extend(texts.into_iter().map(|text| Given { text: text.to_string(), at: at.clone() }));
    }
    found
}

fn place(meta: &Metadata) -> At {
    match meta.source {
        Source::Local | Source::Worktree => At::Repository(meta.path.clone()),
        Source::Env | Source::Cli | Source::Api | Source::EnvOverride => At::Caller,
        _ => At::User(meta.path.clone()),
    }
}
