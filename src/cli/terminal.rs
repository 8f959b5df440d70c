//! A terminal that gives each key as it is pressed.

use std::io::Write;

/// While this lives, keys come one by one and are not shown.
#[derive(Debug)]
pub(super) struct RawKeys {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl RawKeys {
    /// Changes the terminal on standard input, if it is one.
    pub(super) fn new() -> Self {
        #[cfg(unix)]
        {
            use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
            let before = tcgetattr(std::io::stdin()).ok();
            if let Some(before) = &before {
                let mut raw = before.clone();
                raw.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO);
                // Without it, the answer is the first key of a line.
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &raw);
            }
            RawKeys { before }
        }
        #[cfg(not(unix))]
        RawKeys {}
    }
}

impl Drop for RawKeys {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

/// Asks, and returns the key that was pressed; nothing at the end of the input. Where keys come by the line,
/// the first of the line counts.
pub(super) fn key(question: &str) -> Option<char> {
    let mut stderr = std::io::stderr();
    // When nobody sees the question, nobody answers it either.
    let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
    let _raw = RawKeys::new();
    let mut line = [0; 1];
    let read = std::io::Read::read(&mut std::io::stdin().lock(), &mut line).ok()?;
    let _ = writeln!(stderr);
    (read == 1 && line[0] != 3 && line[0] != 4).then(|| char::from(line[0]))
}
