//! The system's manager of services: which one there is, and telling it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::ValueEnum;

use super::service::{Runs, Service, cron_line, launchd_agent, systemd_unit};
use super::{InstallError, Part};

/// What starts a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Manager {
    /// A user unit of systemd.
    Systemd,
    /// An agent of launchd, on macOS.
    Launchd,
    /// A line for crontab(5), which is printed and never written.
    Cron,
}

impl Manager {
    /// Returns the one of this system.
    pub fn of_system() -> Self {
        if cfg!(target_os = "macos") {
            Manager::Launchd
        } else if cfg!(target_os = "linux") && std::path::Path::new("/run/systemd/system").is_dir() {
            Manager::Systemd
        } else {
            Manager::Cron
        }
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Manager::Systemd => "systemd",
            Manager::Launchd => "launchd",
            Manager::Cron => "cron",
        }
    }

    /// Returns what is put in place; nothing for cron.
    ///
    /// # Errors
    /// When the user has no home.
    pub fn part(self, service: &Service) -> Result<Option<Part>, InstallError> {
        Ok(match self {
            Manager::Systemd => {
                let set = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
                let config = set.unwrap_or_else(|| service.home.join(".config"));
                let path = config.join("systemd/user").join(service.runs.unit());
                Some(Part::service("unit", path, &service.runs, &systemd_unit(service), false))
            }
            Manager::Launchd => {
                let library = service.home.join("Library");
                let log = match service.runs {
                    Runs::Daemon => "Logs/git-chittysync.log",
                    Runs::Hub(_) => "Logs/git-chittysync-hub.log",
                };
                let text = launchd_agent(service, &library.join(log));
                let path = library.join("LaunchAgents").join(format!("{}.plist", service.runs.label()));
                Some(Part::service("agent", path, &service.runs, &text, true))
            }
            Manager::Cron => None,
        })
    }

    /// Returns the line for cron.
    pub fn line(self, service: &Service) -> Option<String> {
        (self == Manager::Cron).then(|| cron_line(service))
    }

    /// Returns the commands that make the manager take what was put in place.
    pub fn enable(self, runs: &Runs, part: &Part) -> Vec<Vec<String>> {
        match self {
            Manager::Systemd => {
                let enable = format!("systemctl --user enable --now {}", runs.unit());
                vec![words("systemctl --user daemon-reload"), words(&enable)]
            }
            Manager::Launchd => {
                vec![[words(&format!("launchctl bootstrap gui/{}", user())), vec![part.place()]].concat()]
            }
            Manager::Cron => Vec::new(),
        }
    }

    /// Returns the commands that make the manager let go of it, before it is removed.
    pub fn disable(self, runs: &Runs) -> Vec<Vec<String>> {
        match self {
            Manager::Systemd => vec![words(&format!("systemctl --user disable --now {}", runs.unit()))],
            Manager::Launchd => vec![words(&format!("launchctl bootout gui/{}/{}", user(), runs.label()))],
            Manager::Cron => Vec::new(),
        }
    }

    /// Returns whether the manager keeps it running now; nothing when it cannot be asked.
    pub fn is_active(self, runs: &Runs) -> Option<bool> {
        let command = match self {
            Manager::Systemd => words(&format!("systemctl --user is-active --quiet {}", runs.unit())),
            Manager::Launchd => words(&format!("launchctl print gui/{}/{}", user(), runs.label())),
            Manager::Cron => return None,
        };
        tell(&command).ok().map(|(is_ok, _)| is_ok)
    }
}

/// Runs a command of a manager. Returns whether it went well, and what it said.
///
/// # Errors
/// When it cannot be started.
pub fn tell(words: &[String]) -> std::io::Result<(bool, String)> {
    let (name, arguments) = words.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let output = Command::new(name).args(arguments).stdin(Stdio::null()).env("LC_ALL", "C").output()?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::getuid().as_raw()
}

#[cfg(not(unix))]
fn user() -> u32 {
    0
}
