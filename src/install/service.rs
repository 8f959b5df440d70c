//! What makes the system start the daemon, or the hub: a systemd user unit, a launchd agent, or a line for cron.
//!
//! The texts are made here, of values alone, so that each can be tested on any system.

use std::path::{Path, PathBuf};

/// What a service keeps running. Each has a unit of its own, so that either can be there without the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runs {
    /// The daemon.
    Daemon,
    /// The hub, with these options of `hub`.
    Hub(Vec<String>),
}

impl Runs {
    /// Returns the word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Runs::Daemon => "daemon",
            Runs::Hub(_) => "hub",
        }
    }

    /// Returns what `service` is told to mean it, with a space before it.
    pub fn option(&self) -> &'static str {
        match self {
            Runs::Daemon => "",
            Runs::Hub(_) => " --hub",
        }
    }

    /// Returns the name of the systemd unit.
    pub fn unit(&self) -> &'static str {
        match self {
            Runs::Daemon => "git-chittysync.service",
            Runs::Hub(_) => "git-chittysync-hub.service",
        }
    }

    /// Returns the name by which launchd knows the agent.
    pub fn label(&self) -> &'static str {
        match self {
            Runs::Daemon => "git-chittysync.daemon",
            Runs::Hub(_) => "git-chittysync.hub",
        }
    }

    fn description(&self) -> &'static str {
        match self {
            Runs::Daemon => "git chittysync: todo lists of agents into git",
            Runs::Hub(_) => "git chittysync hub: todo lists of agents for devices, scripts and people",
        }
    }

    fn words(&self) -> Vec<String> {
        match self {
            Runs::Daemon => vec!["daemon".into(), "run".into()],
            Runs::Hub(options) => [&["hub".to_owned()], options.as_slice()].concat(),
        }
    }
}

/// What a service runs, and what it needs to know.
#[derive(Clone, Debug)]
pub struct Service {
    /// What is kept running.
    pub runs: Runs,
    /// This program.
    pub program: PathBuf,
    /// The store, unless it is the default one.
    pub store: Option<PathBuf>,
    /// The user's home.
    pub home: PathBuf,
    /// Where programs are found, git among them.
    pub path: String,
    /// More variables of the environment that it needs: what it would not find otherwise.
    pub environment: Vec<(String, String)>,
}

impl Service {
    /// Returns the words of the command line.
    fn words(&self) -> Vec<String> {
        self.words_of(self.runs.words())
    }

    fn words_of(&self, command: Vec<String>) -> Vec<String> {
        let mut words = vec![self.program.to_string_lossy().into_owned()];
        words.extend(command);
        if let Some(store) = &self.store {
            words.extend(["--store".to_owned(), store.to_string_lossy().into_owned()]);
        }
        words
    }

    fn variables(&self) -> Vec<(String, String)> {
        let mut all =
            vec![("HOME".to_owned(), self.home.to_string_lossy().into_owned()), ("PATH".to_owned(), self.path.clone())];
        all.extend(self.environment.iter().cloned());
        all
    }
}

/// Returns the text of a systemd user unit.
///
/// Exit code 1 says that another one runs already, 129 that the unit is wrong: no reason to try again.
pub fn systemd_unit(service: &Service) -> String {
    let quoted: Vec<String> = service.words().iter().map(|word| systemd_quote(word, true)).collect();
    let environment: String = service
        .variables()
        .iter()
        .map(|(name, value)| format!("Environment={}\n", systemd_quote(&format!("{name}={value}"), false)))
        .collect();
    format!(
        "\
[Unit]
Description={}

[Service]
ExecStart={}
{environment}Restart=on-failure
RestartSec=30
RestartPreventExitStatus=1 129
KillMode=mixed
TimeoutStopSec=20

[Install]
WantedBy=default.target
",
        service.runs.description(),
        quoted.join(" ")
    )
}

/// Quotes a word for a unit: `%` begins a specifier, in a command line `$` a variable.
fn systemd_quote(word: &str, is_command: bool) -> String {
    let mut quoted = String::from("\"");
    for char in word.chars() {
        match char {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '%' => quoted.push_str("%%"),
            '$' if is_command => quoted.push_str("$$"),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}

/// Returns the property list of a launchd agent, which writes what it says to `log`.
pub fn launchd_agent(service: &Service, log: &Path) -> String {
    let words: String = service.words().iter().map(|word| format!("\t\t<string>{}</string>\n", xml(word))).collect();
    let variables: String = service
        .variables()
        .iter()
        .map(|(name, value)| format!("\t\t<key>{}</key>\n\t\t<string>{}</string>\n", xml(name), xml(value)))
        .collect();
    let (label, log) = (service.runs.label(), xml(&log.to_string_lossy()));
    format!(
        "\
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>Label</key>
\t<string>{label}</string>
\t<key>ProgramArguments</key>
\t<array>
{words}\t</array>
\t<key>EnvironmentVariables</key>
\t<dict>
{variables}\t</dict>
\t<key>RunAtLoad</key>
\t<true/>
\t<key>KeepAlive</key>
\t<dict>
\t\t<key>SuccessfulExit</key>
\t\t<false/>
\t</dict>
\t<key>ThrottleInterval</key>
\t<integer>30</integer>
\t<key>ProcessType</key>
\t<string>Background</string>
\t<key>StandardOutPath</key>
\t<string>{log}</string>
\t<key>StandardErrorPath</key>
\t<string>{log}</string>
</dict>
</plist>
"
    )
}

/// Writes text for XML 1.0, which has no place for control characters.
fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(char),
            _ if char.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// Returns a line for crontab(5): in place of the daemon everything, every five minutes, for nothing is watched without
/// it; the hub, once the machine has started.
pub fn cron_line(service: &Service) -> String {
    let (when, words) = match service.runs {
        Runs::Daemon => ("*/5 * * * *", service.words_of(vec!["sync".to_owned(), "--quiet".to_owned()])),
        Runs::Hub(_) => ("@reboot", service.words()),
    };
    let mut all: Vec<String> =
        service.variables().iter().map(|(name, value)| format!("{name}={}", shell_quote(value))).collect();
    all.extend(words.iter().map(|word| shell_quote(word)));
    // cron takes a bare `%` for the end of the line.
    format!("{when} {}\n", all.join(" ").replace('%', "\\%"))
}

fn shell_quote(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
