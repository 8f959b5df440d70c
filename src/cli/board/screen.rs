//! The terminal, which is given back as it was: at the end, when a signal ends the program, and after a bug.

use std::io::{Stdout, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::board::{self, Board};
use crate::cli::ui::Failure;

/// Whether the terminal is ours.
static OURS: AtomicBool = AtomicBool::new(false);

/// A terminal that is ours until this is dropped.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter() -> Result<Self, Failure> {
        // What a bug has to say must not be lost with the screen it is said on.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            hook(info);
        }));
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(std::io::stdout()));
        Ok(Screen { terminal: terminal.inspect_err(|_| give_back()).map_err(failed)? })
    }

    /// Returns the columns and rows there are.
    pub(super) fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws the board.
    pub(super) fn draw(&mut self, board: &mut Board) -> Result<(), Failure> {
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area();
            board.resize(area.width, area.height);
            if let Some(cursor) = board::draw(board, area, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        });
        drawn.map(drop).map_err(failed)
    }

    /// Has the terminal keep a text as if it was copied (OSC 52); one that does not know that does nothing.
    pub(super) fn copy(&mut self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout();
        write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text)).and_then(|()| out.flush()).map_err(failed)
    }

    /// Has the next picture drawn from nothing.
    pub(super) fn clear(&mut self) -> Result<(), Failure> {
        self.terminal.clear().map_err(failed)
    }

    /// Gives the terminal to the shell until it lets the program go on.
    pub(super) fn suspend(&mut self) -> Result<(), Failure> {
        give_back();
        // All of the job, as the terminal itself would do it: git, which started us, waits for us.
        let stopped = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        take()?;
        stopped.map_err(std::io::Error::from).and_then(|()| self.terminal.clear()).map_err(failed)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> Result<(), Failure> {
    OURS.store(true, Ordering::SeqCst);
    // A line that the terminal counts wider than we do must not push the others down.
    enable_raw_mode()
        .and_then(|()| {
            execute!(std::io::stdout(), EnterAlternateScreen, DisableLineWrap, EnableBracketedPaste, EnableMouseCapture)
        })
        .inspect_err(|_| give_back())
        .map_err(failed)
}

fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        // When the terminal is gone there is nothing to give back.
        let _ = execute!(
            std::io::stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            EnableLineWrap,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}

pub(super) fn failed(err: std::io::Error) -> Failure {
    Failure::fatal(format!("cannot use the terminal: {err}")).hint("`git chittysync list` prints the todos anywhere")
}

/// Signals that end a program. They are obeyed when the terminal is given back.
pub(super) struct Signals {
    last: Arc<AtomicUsize>,
}

impl Signals {
    pub(super) fn catch() -> Result<Self, Failure> {
        let last = Arc::new(AtomicUsize::new(0));
        for signal in [SIGTERM, SIGINT] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&last), number).map_err(failed)?;
        }
        Ok(Signals { last })
    }

    pub(super) fn caught(&self) -> bool {
        self.last.load(Ordering::SeqCst) != 0
    }

    /// Ends the program as the signal would have, if there was one.
    pub(super) fn obey(&self) {
        let last = i32::try_from(self.last.load(Ordering::SeqCst)).unwrap_or_default();
        if last != 0 {
            // Signal numbers are known ones; should it return, the program ends as it would anyway.
            let _ = signal_hook::low_level::emulate_default_handler(last);
        }
    }
}
