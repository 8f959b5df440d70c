//! How a command line ends that could not be understood, or asked for help.

use std::io::IsTerminal;
use std::process::ExitCode;

use serde_json::json;

use super::ui::{say, write_stdout};
use super::versioned::with_version;

/// Ends a command line that could not be understood, or asked for help.
pub fn usage(err: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    if matches!(err.kind(), DisplayHelp | DisplayVersion) {
        let text = err.render();
        let of_all = || super::command().render_help().to_string();
        if err.kind() == DisplayHelp && text.to_string() == of_all() {
            write_stdout(&super::help::overview());
            return ExitCode::SUCCESS;
        }
        let ansi = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        write_stdout(&if ansi { text.ansi().to_string() } else { text.to_string() });
        return ExitCode::SUCCESS;
    }
    let text = err.render().to_string();
    say(text.trim_end());
    if std::env::args_os().any(|argument| argument == "--json") {
        let (message, hints) = parts_of_usage(&text);
        let document = json!({ "error": message, "hints": hints, "exit_code": 129 });
        write_stdout(&format!("{:#}\n", with_version(&document)));
    }
    ExitCode::from(129)
}

/// Returns what is wrong, on one line, and what can be done, as clap says it: a message, tips, and the usage.
fn parts_of_usage(text: &str) -> (String, Vec<String>) {
    let (mut message, mut hints) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("tip: ").or_else(|| line.starts_with("Usage: ").then_some(line)) {
            Some(hint) => hints.push(hint.to_owned()),
            None if line.starts_with("For more information") => {}
            None => message.push(line.trim_start_matches("error: ")),
        }
    }
    (message.join(" "), hints)
}
