//! OpenCode and Kilo, which is made of it: the database with their lists, and what the plugin tells that `install` puts
//! there.

mod database;
mod names;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::entries::entries;
use super::heard::Heard;
use super::reading::{Notice, Reading};
use super::{events, places, sqlite};
use crate::todo::{SourceKind, Time};
use names::{HOOK, KILO_HOOK, KILO_TODOS, TODOS, TOOL};

/// OpenCode, or one that is made of it.
#[derive(Debug)]
pub struct OpenCode {
    /// Its name: that of its directories, and how those of its databases begin.
    name: &'static str,
    title: &'static str,
    /// The variable that names another database.
    variable: &'static [&'static str],
    /// That of its database, and that of the plugin.
    sources: &'static [SourceKind; 2],
}

/// OpenCode itself.
pub static OPENCODE: OpenCode =
    OpenCode { name: "opencode", title: "OpenCode", variable: &["OPENCODE_DB"], sources: &[TODOS, HOOK] };
/// Kilo.
pub static KILO: OpenCode =
    OpenCode { name: "kilo", title: "Kilo CLI", variable: &[], sources: &[KILO_TODOS, KILO_HOOK] };

impl OpenCode {
    /// Returns the database that the variable names, if it does.
    fn set(&self) -> Option<PathBuf> {
        self.variable.iter().filter_map(std::env::var_os).find(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// Returns the same as what is at hand for ever.
    fn of_all(&self) -> &'static OpenCode {
        if self.name == OPENCODE.name { &OPENCODE } else { &KILO }
    }

    /// Returns whether a file has the name of one of its databases: each channel of its releases has one.
    fn is_database(&self, name: &str) -> bool {
        let channel = name.strip_prefix(self.name).and_then(|rest| rest.strip_suffix(".db"));
        channel.is_some_and(|channel| channel.is_empty() || channel.starts_with('-'))
    }
}

impl Agent for OpenCode {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn sources(&self) -> &'static [SourceKind] {
        self.sources
    }

    fn home_variables(&self) -> &'static [&'static str] {
        self.variable
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        let set = self.set().filter(|path| path.is_absolute());
        set.and_then(|path| path.parent().map(Path::to_owned)).or_else(|| places::data(self.name))
    }

    fn settings_home(&self) -> Option<PathBuf> {
        places::config(self.name)
    }

    fn recognises(&self, directory: &Path) -> bool {
        entries(directory, &mut Scan::default()).iter().any(|(name, ..)| self.is_database(name))
    }

    fn watched(&self) -> &'static [Watched] {
        &[Watched { directory: "", below: |_| false, files: sqlite::ENDS }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        let set = self.set().map(|path| home.join(path)).filter(|path| path.parent() == Some(home));
        let named =
            entries(home, scan).into_iter().filter(|(name, ..)| self.is_database(name)).map(|(_, path, _)| path);
        let mut paths: Vec<PathBuf> = named.chain(set).collect();
        paths.sort();
        paths.dedup();
        paths.into_iter().for_each(|path| sqlite::find(self.of_all(), path, scan));
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        database::read(&unit.path, self.sources[0])
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        events::reduce(event, |tool, event| match event.pointer("/tool_input/todos").and_then(Value::as_array) {
            _ if tool != TOOL => Ok(None),
            Some(list) => Ok(Some(list.clone())),
            None => Err("has no list of todos".to_owned()),
        })
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        events::hear(event, self.sources[1], &database::WORDS)
    }
}
