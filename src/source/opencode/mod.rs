//! OpenCode: what the plugin tells that `install` puts there. Its lists stand in a database, which is not read.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::events;
use super::heard::Heard;
use super::reading::{Notice, Reading};
use crate::todo::{Channel, SourceKind, Time};

/// What the plugin is called as a source.
const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "opencode-hook");
/// The tool with which it plans.
const TOOL: &str = "todowrite";

/// OpenCode.
#[derive(Debug)]
pub struct OpenCode;

impl Agent for OpenCode {
    fn name(&self) -> &'static str {
        "opencode"
    }

    fn title(&self) -> &'static str {
        "OpenCode"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        under("XDG_DATA_HOME", ".local/share")
    }

    fn settings_home(&self) -> Option<PathBuf> {
        under("XDG_CONFIG_HOME", ".config")
    }

    fn recognises(&self, _: &Path) -> bool {
        false
    }

    fn watched(&self) -> &'static [Watched] {
        &[]
    }

    fn scan(&self, _: &Path, _: &mut Scan) {}

    fn read(&self, _: &Unit) -> Result<Reading, Notice> {
        Ok(Reading::default())
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
        events::hear(event, HOOK, &["content"])
    }
}

/// Returns its directory in one of the user's: what the variable says, else this one in the home.
fn under(variable: &str, default: &str) -> Option<PathBuf> {
    let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| std::env::home_dir().map(|home| home.join(default))).map(|directory| directory.join("opencode"))
}
