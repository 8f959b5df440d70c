//! A terminal for tests: tmux draws it, presses keys and says what is seen.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{Done, World, done, has};

/// A terminal of its own, which ends with this.
pub struct Terminal<'a> {
    world: &'a World,
}

impl<'a> Terminal<'a> {
    /// Runs a shell command in a terminal of this size; nothing without tmux.
    pub fn new(world: &'a World, columns: u16, rows: u16, variables: &[(&str, &str)], command: &str) -> Option<Self> {
        if !has("tmux") {
            return None;
        }
        let terminal = Terminal { world };
        let size = [columns.to_string(), rows.to_string()];
        // On a busy machine tmux loses its own server now and then before there is a session in it.
        for _ in 0..8 {
            let mut tmux = terminal.tmux();
            tmux.envs(variables.iter().copied());
            let done = done(tmux.args(["new-session", "-d", "-x", &size[0], "-y", &size[1], command]).output());
            if done.code == Some(0) {
                return Some(terminal);
            }
            assert!(done.stderr.contains("server exited unexpectedly"), "{done:?}");
            let _ = std::fs::remove_file(world.path("tmux"));
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("tmux does not start");
    }

    /// Shows the board in a terminal of 80 columns and 24 rows.
    pub fn board(world: &'a World) -> Option<Self> {
        Terminal::new(world, 80, 24, &[], "git chittysync board; exec sleep 600")
    }

    pub fn tmux(&self) -> std::process::Command {
        let mut tmux = self.world.command("tmux");
        tmux.arg("-u").arg("-S").arg(self.world.path("tmux")).args(["-f", "/dev/null"]);
        tmux
    }

    pub fn ask(&self, arguments: &[&str]) -> Done {
        let done = done(self.tmux().args(arguments).output());
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done
    }

    pub fn press(&self, keys: &[&str]) {
        self.ask(&[&["send-keys"], keys].concat());
    }

    /// Presses Escape alone: with what comes behind it before it is read, it would be another key.
    pub fn escape(&self) {
        self.press(&["Escape"]);
        let terminal = self.ask(&["display-message", "-p", "#{pane_tty}"]).stdout;
        let terminal = std::fs::File::open(terminal.trim()).expect("a terminal");
        let (begin, mut is_read) = (Instant::now(), 0);
        // What tmux is about to give to it, and the program is about to read, takes a moment.
        while is_read < 3 {
            std::thread::sleep(Duration::from_millis(30));
            is_read = if rustix::io::ioctl_fionread(&terminal).expect("a number") == 0 { is_read + 1 } else { 0 };
            assert!(begin.elapsed() < Duration::from_secs(300), "Escape is not read");
        }
    }

    /// Returns what is seen now, without spaces at the ends of lines.
    pub fn seen(&self) -> String {
        let text = self.ask(&["capture-pane", "-p"]).stdout;
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// Waits until something is seen, and returns the whole screen.
    pub fn wait(&self, what: &str) -> String {
        self.wait_until(what, |text| text.contains(what))
    }

    pub fn wait_until(&self, what: &str, is_seen: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        let mut before = String::new();
        loop {
            let text = self.seen();
            // Seen twice: a screen can be looked at when half of it is drawn.
            if is_seen(&text) && text == before {
                return text;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "{what} is not seen:\n{text}");
            before = text;
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.ask(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").stderr(Stdio::null()).status();
    }
}
