//! What settings come to for agents that are started.

use std::path::PathBuf;
use std::time::Duration;

use super::general::parse_remote;
use super::kind::boolean;
use super::reader::{Reader, SettingError, number};
use super::setting::Setting;
use super::table;
use crate::git::{At, RemoteName, Values};
use crate::plan::Usd;

/// When agents are started, how, and at whose word. What each means is in [`table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spawning {
    /// [`table::SPAWN_COMMAND`]; nothing when none is ever started.
    pub command: Option<String>,
    /// [`table::SPAWN_IN`].
    pub directories: Vec<PathBuf>,
    /// [`table::ARBITER`].
    pub arbiter: Option<RemoteName>,
    /// [`table::SPAWN_AT`].
    pub at: usize,
    /// [`table::SPAWN_MAX`].
    pub most: usize,
    /// [`table::SPAWN_PER_DAY`].
    pub per_day: usize,
    /// [`table::SPAWN_EVERY`].
    pub every: Duration,
    /// [`table::SPAWN_BUDGET`]; nothing for whatever it costs.
    pub budget: Option<Usd>,
    /// [`table::SPAWN_COST_GUESS`].
    pub guess: Option<Usd>,
    /// [`table::SPAWN_LEASE`].
    pub lease: Duration,
    /// [`table::SPAWN_TIMEOUT`].
    pub timeout: Duration,
}

impl Spawning {
    /// Reads the settings that apply in a repository, which is somebody's project or not.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn read(values: &Values<'_>, is_project: bool) -> Result<Self, SettingError> {
        let reader = Reader::new(values);
        // A program, and where it runs: those of a project's repository, which can have come from anywhere, are not the
        // user's.
        let own = |setting: &Setting| {
            let given = values.all(setting.key).into_iter();
            let own = given.filter(|given| !is_project || !matches!(given.at, At::Repository(_)));
            own.map(|given| given.text).filter(|text| !text.trim().is_empty()).collect::<Vec<_>>()
        };
        let count = |setting: &'static Setting| reader.read(setting, |text| number(setting, text)?);
        Ok(Spawning {
            command: own(&table::SPAWN_COMMAND).pop(),
            directories: own(&table::SPAWN_IN).into_iter().map(PathBuf::from).collect(),
            arbiter: reader.given_as(&table::ARBITER, parse_remote)?.flatten(),
            at: count(&table::SPAWN_AT)?,
            most: count(&table::SPAWN_MAX)?,
            per_day: count(&table::SPAWN_PER_DAY)?,
            every: reader.always(&table::SPAWN_EVERY)?,
            budget: reader.read(&table::SPAWN_BUDGET, |text| match boolean(text) {
                Some(false) if text.parse::<f64>().is_err() => Some(None),
                _ => Usd::parse(text).map(Some),
            })?,
            guess: reader.given_as(&table::SPAWN_COST_GUESS, Usd::parse)?,
            lease: reader.always(&table::SPAWN_LEASE)?,
            timeout: reader.always(&table::SPAWN_TIMEOUT)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_project: bool) -> Result<Spawning, SettingError> {
        Spawning::read(&Values::of_text(&format!("[chittysync]\n{text}"), &[]), is_project)
    }

    #[test]
    fn nothing_is_started_unless_somebody_says_so() {
        let spawning = read("", false).expect("settings");
        assert_eq!((spawning.command, spawning.directories), (None, Vec::new()));
        assert_eq!((spawning.at, spawning.most, spawning.per_day, spawning.budget), (3, 1, 10, None));
        let times = [spawning.every, spawning.lease, spawning.timeout].map(|time| time.as_secs() / 60);
        assert_eq!(times, [10, 15, 60]);
    }

    #[test]
    fn what_a_projects_repository_says_of_programs_does_not_count() {
        let text = "spawnCommand = x\nspawnIn = /tmp\nspawnMax = 2";
        let spawning = read(text, true).expect("settings");
        assert_eq!((spawning.command, spawning.directories, spawning.most), (None, Vec::new(), 2));
        let spawning = read(text, false).expect("settings");
        assert_eq!((spawning.command.as_deref(), spawning.directories.len()), (Some("x"), 1));
    }

    #[test]
    fn a_budget_is_an_amount_or_off() {
        let budget = |text: &str| read(&format!("spawnBudget = {text}"), false).map(|spawning| spawning.budget);
        assert_eq!(budget("off"), Ok(None));
        assert_eq!(budget("2.50"), Ok(Usd::new(2.5)));
        assert_eq!(budget("0"), Ok(Usd::new(0.0)), "nothing may be spent");
        for bad in ["much", "-1", "1e3"] {
            assert!(budget(bad).is_err(), "{bad}");
        }
        assert!(read("spawnCostGuess = off", false).is_err());
        assert!(read("spawnMax = 0", false).is_err() && read("spawnLease = 0s", false).is_err());
    }
}
