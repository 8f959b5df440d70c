//! What settings come to for what runs in the background.

use std::time::Duration;

use super::mirrors::Mirror;
use super::reader::{Reader, SettingError, time};
use super::spawning::Spawning;
use super::table;
use crate::git::{At, Values};

/// When what runs in the background does so, and how long. What each means is in [`table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    /// [`table::DEBOUNCE`].
    pub debounce: Duration,
    /// [`table::PUSH_INTERVAL`].
    pub push_interval: Duration,
    /// [`table::RECONCILE_INTERVAL`].
    pub reconcile_interval: Duration,
    /// [`table::MIRROR_COMMAND`].
    pub mirror_command: Option<String>,
    /// [`table::MIRROR_INTERVAL`].
    pub mirror_interval: Duration,
    /// The shortest interval of all mirrors that are looked after; nothing where there are none.
    pub mirrors: Option<Duration>,
    /// [`table::HOOK_SYNC`]; nothing for none.
    pub hook_sync: Option<Duration>,
    /// [`table::MAINTENANCE`].
    pub maintenance: bool,
    /// How long an agent may take that is started; nothing when none is.
    pub spawn: Option<Duration>,
}

impl Background {
    /// Reads the settings that apply in a repository, which is somebody's project or not.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn read(values: &Values<'_>, is_project: bool) -> Result<Self, SettingError> {
        let reader = Reader::new(values);
        // It is a program: that of a project's repository, which can have come from anywhere, is not the user's.
        let mut commands = values.all(table::MIRROR_COMMAND.key).into_iter();
        let command = commands.rfind(|given| !is_project || !matches!(given.at, At::Repository(_)));
        let time = |text: &str| time(&table::HOOK_SYNC, text);
        let spawning = Spawning::read(values, is_project)?;
        let mirrors = Mirror::all(values, is_project)?.into_iter();
        Ok(Background {
            debounce: reader.always(&table::DEBOUNCE)?,
            push_interval: reader.always(&table::PUSH_INTERVAL)?,
            reconcile_interval: reader.always(&table::RECONCILE_INTERVAL)?,
            mirror_command: command.map(|given| given.text).filter(|command| !command.trim().is_empty()),
            mirror_interval: reader.always(&table::MIRROR_INTERVAL)?,
            mirrors: mirrors.filter(|mirror| !mirror.paused).map(|mirror| mirror.interval).min(),
            hook_sync: reader.read(&table::HOOK_SYNC, |text| match text.trim().to_ascii_lowercase().as_str() {
                // Simply on: for as long as it is by default.
                "true" | "yes" | "on" => table::HOOK_SYNC.default_value().and_then(time),
                _ => time(text),
            })?,
            maintenance: reader.is_on(&table::MAINTENANCE)?,
            spawn: spawning.command.map(|_| spawning.timeout),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_project: bool) -> Result<Background, SettingError> {
        Background::read(&Values::of_text(&format!("[chittysync]\n{text}"), &[]), is_project)
    }

    #[test]
    fn the_command_of_a_projects_repository_is_not_run() {
        let command = |is_project| read("mirrorCommand = x", is_project).expect("settings").mirror_command;
        assert_eq!((command(true), command(false)), (None, Some("x".to_owned())));
        let given = Values::of_text("[chittysync]\nmirrorCommand = x", &[("chittysync.mirrorCommand", "y")]);
        let given = Background::read(&given, true).expect("settings").mirror_command;
        assert_eq!(given.as_deref(), Some("y"), "who calls the program may say so");
    }

    #[test]
    fn a_sync_of_hooks_is_on_or_off_or_as_long_as_it_says() {
        let sync = |text: &str| read(text, false).map(|background| background.hook_sync);
        let minutes = |minutes: u64| Ok(Some(Duration::from_secs(60 * minutes)));
        for text in ["", "hookSync = true", "hookSync = On", "hookSync"] {
            assert_eq!(sync(text), minutes(2), "{text}");
        }
        for text in ["hookSync = off", "hookSync = 0", "hookSync = never", "hookSync ="] {
            assert_eq!(sync(text), Ok(None), "{text}");
        }
        assert_eq!(sync("hookSync = 5m"), minutes(5));
        assert!(sync("hookSync = 5").is_err() && sync("hookSync = 1").is_err());
    }
}
