//! What is printed where, and how the process ends.
//!
//! Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 no, conflict or
//! unreachable, 128 fatal, 129 usage.

use std::cell::RefCell;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Color, Style as Ansi};
use serde_json::{Value, json};

use super::options::{Global, When};
use super::pager::Pager;
use super::versioned::with_version;
use crate::git::GitError;
use crate::ops::OpsError;
use crate::source::Notice;
use crate::store::StoreError;
use crate::todo::{Time, plain};
use crate::view::Style;

/// What to do where there is no store.
pub const CREATES_STORE: &str =
    "`git chittysync sync` creates it from your agents' lists, `git chittysync add` with a todo of your own";

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// The answer is no: exit code 1.
    pub fn no(message: impl Into<String>) -> Self {
        Failure { code: 1, message: message.into(), hints: Vec::new() }
    }

    /// It cannot be done: exit code 128.
    pub fn fatal(message: impl Into<String>) -> Self {
        Failure { code: 128, message: message.into(), hints: Vec::new() }
    }

    /// It was asked wrongly: exit code 129.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { code: 129, message: message.into(), hints: Vec::new() }
    }

    /// Adds what to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the message, and each hint, on a line of its own, fit to be shown.
    pub fn lines(&self) -> String {
        let hints = self.hints.iter().map(|hint| format!("\nhint: {}", plain(hint)));
        plain(&self.message) + &hints.collect::<String>()
    }

    /// Returns what happened and what to do, in one line.
    pub fn text(&self) -> String {
        let all: Vec<&str> = std::iter::once(&self.message).chain(&self.hints).map(String::as_str).collect();
        all.join("; ")
    }
}

impl From<OpsError> for Failure {
    fn from(err: OpsError) -> Self {
        match err {
            OpsError::Store(err) => err.into(),
            forgotten @ OpsError::Forgotten(_) => Failure::no(forgotten.to_string()).hint("say it in other words"),
            OpsError::Unmet(unmet) => (*unmet).into(),
            clock @ OpsError::Clock(_) => Failure::fatal(clock.to_string()).hint("set the clock"),
            input @ (OpsError::Input(_) | OpsError::Unmerged { .. }) => Failure::fatal(input.to_string()),
            slower @ OpsError::Slower(_) => Failure::no(slower.to_string()).hint("try again in a moment"),
            went_on @ OpsError::WentOn(_) => Failure::no(went_on.to_string()).hint("look again, and then act"),
            moved @ OpsError::Moved(_) => Failure::no(moved.to_string()).hint("nothing was lost; run it again"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        let message = crate::ops::chain(&err);
        match err {
            StoreError::Missing(_) => Failure::no(message).hint(CREATES_STORE),
            StoreError::NotAStore(_) => {
                Failure::fatal(message).hint("`git chittysync init --here` inside it makes it one for its own sessions")
            }
            StoreError::Nowhere(_) => {
                Failure::no(message).hint("--store <path> names a store; without that rule, todos are kept again")
            }
            StoreError::Unsure(_) => Failure::fatal(message).hint("`git chittysync doctor` says what to put right"),
            StoreError::OfAProject(_) => {
                Failure::fatal(message).hint("name a store that is a directory of its own, such as ~/todos/acme.git")
            }
            StoreError::Git(GitError::Busy { .. }) => Failure::no(message).hint("nothing was lost; run it again"),
            StoreError::Git(GitError::Locked { .. }) => Failure::no(message)
                .hint("nothing was lost; run it again. If no git is running there, one was killed, and its lock stays until you remove it"),
            StoreError::Git(err) => Failure { message, ..Failure::from(err) },
            StoreError::NotOurs { .. } => Failure::fatal(message)
                .hint("`git config chittysync.branch todos` gives ours another name; what sessions said is kept"),
            StoreError::Setting(_) | StoreError::Decode { .. } => Failure::fatal(message),
            StoreError::TooMuch { .. } => Failure::no(message).hint(
                "an agent goes on in a new session; another name of the device (`chittysync.device`) begins one for what you say",
            ),
        }
    }
}

impl From<GitError> for Failure {
    fn from(err: GitError) -> Self {
        let failure = Failure::fatal(crate::ops::chain(&err));
        match err {
            GitError::Open { .. } => failure.hint("`git -C <that directory> status` says more"),
            GitError::Io { .. } => failure.hint("nothing that was saved is lost; run it again once this is fixed"),
            GitError::Object { .. } => failure.hint("`git fsck` in the store tells whether something is damaged").hint(
                "in a partial clone, `git fetch --refetch --no-filter <remote> consolidated` brings what is missing",
            ),
            _ => failure,
        }
    }
}

/// Where output goes.
#[derive(Debug)]
pub struct Ui {
    /// Whether to print one JSON document in place of text.
    pub json: bool,
    quiet: bool,
    verbose: bool,
    color: Option<When>,
    /// What git config says of colour.
    pub configured_color: Option<String>,
    printed: bool,
    /// What was said, where it is kept for somebody who asks for it instead of being printed.
    kept: Option<RefCell<Kept>>,
}

/// What a command said.
#[derive(Debug, Default)]
pub struct Kept {
    /// The JSON document. `None` if there was none.
    pub document: Option<Value>,
    /// Warnings with their hints.
    pub warnings: Vec<(String, Option<String>)>,
}

impl Ui {
    /// Returns an output as the options want it.
    pub fn new(global: &Global) -> Self {
        Ui {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            color: global.color,
            configured_color: None,
            printed: false,
            kept: None,
        }
    }

    /// Returns an output that prints nothing, and keeps the JSON document and the warnings.
    pub fn keeping() -> Self {
        let ui = Ui::new(&Global { json: true, ..Global::default() });
        Ui { kept: Some(RefCell::default()), ..ui }
    }

    /// Returns what was kept.
    pub fn into_kept(self) -> Kept {
        self.kept.map(RefCell::into_inner).unwrap_or_default()
    }

    fn write(&self, text: &str) {
        if self.kept.is_none() {
            write_stdout(text);
        }
    }

    /// Returns the warnings that were kept since this was last asked.
    pub fn heard(&mut self) -> Vec<String> {
        let kept = self.kept.as_mut().map(|kept| std::mem::take(&mut kept.get_mut().warnings));
        kept.unwrap_or_default().into_iter().map(|(message, _)| message).collect()
    }

    /// Returns how text for people is laid out on standard output.
    pub fn style(&self, now: Time) -> Style {
        let terminal = std::io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = columns.or_else(|| terminal.then(terminal_width).flatten()).unwrap_or(100);
        Style { color: self.colored(terminal), width, isolate: terminal, now }
    }

    fn colored(&self, terminal: bool) -> bool {
        let when = self.color.unwrap_or(match self.configured_color.as_deref() {
            Some("always") => When::Always,
            Some("never" | "false" | "no" | "off" | "0") => When::Never,
            _ => When::Auto,
        });
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                (terminal || set("GIT_PAGER_IN_USE"))
                    && !set("NO_COLOR")
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }

    /// Returns whether nothing but errors will be printed.
    pub fn is_silent(&self) -> bool {
        self.quiet && !self.json
    }

    /// Returns whether what is printed is for a person.
    pub fn tells_a_person(&self) -> bool {
        !self.quiet && !self.json
    }

    /// Prints data.
    pub fn print(&mut self, text: &str) {
        if !text.is_empty() && (!self.quiet || self.json) {
            self.write(text);
        }
        self.printed = true;
    }

    /// Prints data, whatever the options say: it is what the command is for.
    pub fn print_always(&mut self, text: &str) {
        self.write(text);
        self.printed = true;
    }

    /// Prints a text that may be longer than the screen, through git's pager when it goes to a terminal.
    pub fn print_page(&mut self, text: &str) {
        self.print_as_made(|print| {
            if !text.is_empty() {
                print(text);
            }
        });
    }

    /// As [`Ui::print_page`], part by part. `make` is given what prints a part and says whether anybody reads on.
    pub fn print_as_made<T>(&mut self, make: impl FnOnce(&mut dyn FnMut(&str) -> bool) -> T) -> T {
        self.printed = true;
        // Started with the first part: nothing is no page.
        let mut started: Option<Option<Pager>> = None;
        let made = make(&mut |text| {
            let start = || std::io::stdout().is_terminal().then(Pager::start).flatten();
            match started.get_or_insert_with(start) {
                Some(pager) => pager.give(text),
                None => {
                    self.write(text);
                    true
                }
            }
        });
        if let Some(text) = started.flatten().and_then(Pager::finish) {
            self.write(&text);
        }
        made
    }

    /// Prints rows for programs that read lines: fields between tabs, a line for each row, control characters
    /// in fields as `\\xNN`; with `zero`, a NUL byte instead of the line end and fields as they are but for
    /// tabs.
    pub fn print_rows(&mut self, rows: &[Vec<String>], zero: bool) {
        let field = |text: &String| match zero {
            true => text.replace('\t', " "),
            false => text
                .chars()
                .map(|c| if c.is_control() { format!("\\x{:02x}", u32::from(c)) } else { c.into() })
                .collect(),
        };
        let line = |row: &Vec<String>| row.iter().map(field).collect::<Vec<_>>().join("\t");
        let end = if zero { "\0" } else { "\n" };
        self.print_always(&rows.iter().map(|row| line(row) + end).collect::<String>());
    }

    /// Prints a JSON document, with the version of all of them. One that is kept goes to somebody who knows it.
    pub fn print_json(&mut self, value: &Value) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().document = Some(value.clone()),
            None => write_stdout(&format!("{:#}\n", with_version(value))),
        }
        self.printed = true;
    }

    /// Prints JSON that is data for another program, as it stands.
    pub fn print_data(&mut self, value: &Value) {
        self.print_always(&format!("{value:#}\n"));
    }

    /// Tells what was done.
    pub fn note(&self, text: &str) {
        if !self.quiet && !self.json {
            say(&plain(text));
        }
    }

    /// Warns of something that did not stop the command.
    pub fn warn(&self, message: &str, hint: Option<&str>) {
        if let Some(kept) = &self.kept {
            kept.borrow_mut().warnings.push((message.to_owned(), hint.map(str::to_owned)));
        }
        if self.quiet || self.kept.is_some() {
            return;
        }
        say(&format!("{} {}", self.label("warning:", AnsiColor::Yellow), plain(message)));
        if let Some(hint) = hint {
            say(&format!("{} {}", self.label("hint:", AnsiColor::Cyan), plain(hint)));
        }
    }

    /// Warns of what could not be read: the first few in full, all of them with `-v`.
    pub fn warn_of(&self, notices: &[Notice]) {
        let shown = if self.verbose { notices.len() } else { 5 };
        for notice in notices.iter().take(shown) {
            self.warn(&format!("{} {}", notice.path.display(), notice.reason), self.verbose.then_some(&notice.remedy));
        }
        if notices.len() > shown {
            self.warn(&format!("{} more were not read", notices.len() - shown), Some("-v lists all of them"));
        }
    }

    /// Warns of many of one kind: of the first few, of all of them with `-v`. What is said to all stands once.
    pub fn warn_some(&self, messages: &[String], hint: Option<&str>) {
        let shown = if self.verbose { messages.len() } else { messages.len().min(5) };
        let more = messages.len() - shown;
        for (at, message) in messages[..shown].iter().enumerate() {
            self.warn(message, hint.filter(|_| at + 1 == shown));
        }
        if more > 0 {
            self.warn(
                &format!("so {} {more} more", if more == 1 { "was" } else { "were" }),
                Some("-v lists all of them"),
            );
        }
    }

    fn label(&self, text: &str, color: AnsiColor) -> String {
        if !self.colored(std::io::stderr().is_terminal()) {
            return text.to_owned();
        }
        let style = Ansi::new().bold().fg_color(Some(Color::Ansi(color)));
        format!("{style}{text}{style:#}")
    }
}

/// Returns so many of something.
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Writes to standard output. A reader that has seen enough ends the program quietly.
pub(super) fn write_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(err) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        if err.kind() == ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        say(&format!("fatal: cannot write to standard output: {err}"));
        std::process::exit(128);
    }
}

/// Writes a line to standard error; when that is closed, nobody is there to be told.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn terminal_width() -> Option<usize> {
    #[cfg(unix)]
    return rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|width| *width > 0);
    #[cfg(not(unix))]
    None
}

/// Ends the command: prints why it failed, if it did, and returns the exit code.
pub fn exit(ui: &mut Ui, result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };
    let label = if failure.code == 1 { "error:" } else { "fatal:" };
    say(&format!("{} {}", ui.label(label, AnsiColor::Red), plain(&failure.message)));
    for hint in &failure.hints {
        say(&format!("{} {}", ui.label("hint:", AnsiColor::Cyan), plain(hint)));
    }
    if ui.json && !ui.printed {
        ui.print_json(&json!({ "error": failure.message, "hints": failure.hints, "exit_code": failure.code }));
    }
    ExitCode::from(failure.code)
}
