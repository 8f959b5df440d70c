//! What makes the system start the daemon: a systemd user unit, a launchd agent, or a line for cron.
//!
//! The texts are made here, of values alone, so that each can be tested on any system.

use std::path::{Path, PathBuf};

/// What a service runs, and what it needs to know.
#[derive(Clone, Debug)]
pub struct Service {
    /// This program.
    pub program: PathBuf,
    /// The store, unless it is the default one.
    pub store: Option<PathBuf>,
    /// The user's home.
    pub home: PathBuf,
    /// Where programs are found, git among them.
    pub path: String,
    /// More variables of the environment that the daemon needs: what it would not find otherwise.
    pub environment: Vec<(String, String)>,
}

impl Service {
    /// Returns the words of the command line.
    fn words(&self) -> Vec<String> {
        let mut words = vec![self.program.to_string_lossy().into_owned(), "daemon".into(), "run".into()];
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
/// Exit code 1 says that another daemon runs already, 129 that the unit is wrong: no reason to try again.
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
Description=git chittysync: todo lists of agents into git

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

/// The name by which launchd knows the agent.
pub const LABEL: &str = "git-chittysync.daemon";

/// Returns the property list of a launchd agent, which writes what it says to `log`.
pub fn launchd_agent(service: &Service, log: &Path) -> String {
    let words: String = service.words().iter().map(|word| format!("\t\t<string>{}</string>\n", xml(word))).collect();
    let variables: String = service
        .variables()
        .iter()
        .map(|(name, value)| format!("\t\t<key>{}</key>\n\t\t<string>{}</string>\n", xml(name), xml(value)))
        .collect();
    let log = xml(&log.to_string_lossy());
    format!(
        "\
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>Label</key>
\t<string>{LABEL}</string>
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

/// Returns a line for crontab(5): everything, every five minutes. Without a daemon nothing is watched.
pub fn cron_line(service: &Service) -> String {
    let mut words = vec![service.program.to_string_lossy().into_owned()];
    if let Some(store) = &service.store {
        words.extend(["--store".to_owned(), store.to_string_lossy().into_owned()]);
    }
    words.extend(["sync".to_owned(), "--quiet".to_owned()]);
    let mut all: Vec<String> =
        service.variables().iter().map(|(name, value)| format!("{name}={}", shell_quote(value))).collect();
    all.extend(words.iter().map(|word| shell_quote(word)));
    // cron takes a bare `%` for the end of the line.
    format!("*/5 * * * * {}\n", all.join(" ").replace('%', "\\%"))
}

fn shell_quote(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
