//! Sources that the user describes in git config (`chittysync.source.<name>.path` and others): lists of any program, in
//! JSON, a JSON object a line, Markdown, or a SQLite database.

mod entry;
mod formats;
mod place;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use super::sqlite;
use crate::todo::{Channel, SourceKind, Time};
use entry::Fields;
use formats::Format;
use place::Place;

/// A source as its settings say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Where its files are.
    pub path: Option<String>,
    /// What they hold.
    pub format: Option<String>,
    /// What is called how in them, `<ours>=<theirs>` each.
    pub fields: Vec<String>,
    /// What a database is asked.
    pub query: Option<String>,
}

/// Returns a source for as long as this process runs. Of one that cannot be used its scan says why; so it is when its name
/// is taken.
pub(super) fn known(described: Described, is_taken: bool) -> &'static dyn Agent {
    let configured: &'static Configured = Box::leak(Box::new(Configured::new(described, is_taken)));
    *configured.own.get_or_init(|| configured)
}

/// How a source is read.
#[derive(Debug)]
struct Means {
    place: Place,
    format: Format,
    fields: Fields,
}

/// A source that is configured.
struct Configured {
    /// Itself, as it is at hand for ever.
    own: OnceLock<&'static Configured>,
    name: &'static str,
    sources: &'static [SourceKind],
    watched: &'static [Watched],
    means: Result<Means, String>,
}

impl Configured {
    fn new(described: Described, is_taken: bool) -> Self {
        let name: &'static str = described.name.clone().leak();
        let source = SourceKind::Agent(Channel::List, format!("{name}-{}", Channel::List.as_str()).leak());
        let means = means(&described, is_taken);
        let watched: &'static [Watched] = match &means {
            Ok(means) => vec![means.place.watched()].leak(),
            Err(_) => &[],
        };
        Configured { own: OnceLock::new(), name, sources: vec![source].leak(), watched, means }
    }
}

impl std::fmt::Debug for Configured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Configured").field(&self.name).field(&self.means).finish()
    }
}

/// Returns how a source is read, or what is wrong with its settings, and how it would be right.
fn means(described: &Described, is_taken: bool) -> Result<Means, String> {
    let key = |key: &str| format!("{key} of the source {}", described.name);
    let is_name = described.name.len() <= 20
        && described.name.starts_with(|char: char| char.is_ascii_lowercase())
        && described.name.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit());
    let is_taken = is_taken || ["import", "command"].contains(&described.name.as_str());
    if !is_name || is_taken {
        return Err(format!(
            "'{}' cannot be the name of a source: up to 20 small letters and digits, and no agent's name",
            described.name
        ));
    }
    let path =
        described.path.as_deref().ok_or_else(|| format!("{} says where its files are, and is not set", key("path")))?;
    let place = Place::parse(path).map_err(|reason| format!("{} {reason}", key("path")))?;
    let format = Format::parse(described.format.as_deref(), described.query.as_deref())
        .map_err(|(which, reason)| format!("{} {reason}", key(which)))?;
    let fields = Fields::parse(&described.fields).map_err(|reason| format!("{} {reason}", key("fields")))?;
    Ok(Means { place, format, fields })
}

impl Agent for Configured {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.name
    }

    fn sources(&self) -> &'static [SourceKind] {
        self.sources
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        // What is wrong with one is told where homes are looked at.
        self.means.as_ref().map_or_else(|_| std::env::home_dir(), |means| Some(means.place.root.clone()))
    }

    fn recognises(&self, _: &Path) -> bool {
        false
    }

    fn watched(&self) -> &'static [Watched] {
        self.watched
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        let means = match &self.means {
            Ok(means) => means,
            Err(reason) => {
                let remedy = "`git config --global` sets it; docs/sources.md has examples";
                return scan.notices.push(Notice::new(Path::new("git config"), reason.clone(), remedy));
            }
        };
        let Some(agent) = self.own.get() else { return };
        for path in means.place.find(home, scan) {
            sqlite::unit(*agent, path, UnitKind::Database { directory: None }, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &self.means {
            Ok(means) => formats::read(&unit.path, self.name, self.sources[0], &means.format, &means.fields),
            Err(_) => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, _: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        Ok(None)
    }

    fn hear(&self, _: &Value) -> Result<Heard, String> {
        Err("a configured source has no hooks".to_owned())
    }

    fn trouble(&self) -> Option<&str> {
        self.means.as_ref().err().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, path: &str, format: &str) -> Described {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Described { name: name.to_owned(), path: text(path), format: text(format), ..Described::default() }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (wrong, said) in [
            (described("Notes", "/n.md", "markdown"), "cannot be the name"),
            (described("codex", "/n.md", "markdown"), "cannot be the name"),
            (described("a-b", "/n.md", "markdown"), "cannot be the name"),
            (described("import", "/n.md", "markdown"), "cannot be the name"),
            (described("notes", "", "markdown"), "path of the source notes"),
            (described("notes", "n.md", "markdown"), "path of the source notes"),
            (described("notes", "/a/../n.md", "markdown"), "path of the source notes"),
            (described("notes", "/*/*/*/*/*/n.md", "markdown"), "path of the source notes"),
            (described("notes", "/n.md", ""), "format of the source notes"),
            (described("notes", "/n.md", "yaml"), "format of the source notes"),
            (described("notes", "/n.db", "sqlite"), "query of the source notes"),
            (
                Described { query: Some("DELETE FROM t".into()), ..described("notes", "/n.db", "sqlite") },
                "query of the source notes",
            ),
            (
                Described { fields: vec!["content".into()], ..described("notes", "/n.json", "json") },
                "fields of the source notes",
            ),
        ] {
            assert!(means(&wrong, wrong.name == "codex").expect_err("wrong").contains(said), "{wrong:?}");
        }
        assert!(means(&described("notes2", "~/n/*/x.md", "markdown"), false).is_ok());
    }
}
