//! A terminal that gives each key as it is pressed.

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
