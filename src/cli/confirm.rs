//! Asking before something that cannot be undone.

use std::io::{BufRead, IsTerminal, Write};

use super::ui::Failure;
use crate::todo::plain;

/// Asks on the terminal. Where there is none, the answer is no.
pub(super) fn ask(question: &str, unless: &str) -> Result<(), Failure> {
    let no = || Failure::no(unless);
    if !std::io::stdin().is_terminal() {
        return Err(no().hint("there is no terminal to ask on; with --yes, nobody is asked"));
    }
    let mut answer = String::new();
    let mut terminal = std::io::stderr();
    let asked = write!(terminal, "{}", plain(question)).and_then(|()| terminal.flush());
    asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)).map_err(|_| no())?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") { Ok(()) } else { Err(no()) }
}
