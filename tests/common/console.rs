//! Console blocks of a document, executed by one shell, and what they print compared with what stands there.
//!
//! `$ ` begins a command, the lines after it are what it prints on both streams; of a pipe, what its end prints. A line
//! `…` (or `...`) stands for any lines, `…` at the end of a line for the rest of it. `cargo run --locked
//! --no-default-features --` stands for this build. What a command sets, and where it goes, counts for the next ones.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::World;

struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut inside): (Vec<Step>, bool) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step { line: at + 1, command: command.to_owned(), expected: Vec::new() });
        } else if inside {
            steps.last_mut().expect("a command before its output").expected.push(line.to_owned());
        }
    }
    steps
}

fn is_rest(line: &str) -> bool {
    matches!(line, "\u{2026}" | "...")
}

fn line_matches(expected: &str, found: &str) -> bool {
    match expected.strip_suffix('\u{2026}') {
        Some(start) => found.starts_with(start.trim_end()),
        None => expected == found,
    }
}

/// Returns whether these lines are what a document shows.
pub fn matches(expected: &[String], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if is_rest(first) => (0..=found.len()).any(|skip| matches(rest, &found[skip..])),
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, left)| line_matches(first, line) && matches(rest, left))
        }
    }
}

/// A shell that runs one command after the other. What it started ends with it.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

const OF_TESTS: [&str; 5] =
    ["CHITTYSYNC_NOW", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];

const END: &str = "--end of what the step prints--";

impl Shell {
    fn new(world: &World, now: Option<&str>) -> Self {
        let mut command = world.command("sh");
        if let Some(now) = now {
            command.env("CHITTYSYNC_NOW", now);
        } else {
            // As somebody has it who types this in: no time and no name from outside.
            OF_TESTS.iter().for_each(|name| {
                command.env_remove(name);
            });
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a shell");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Shell { child, input, output }
    }

    fn run(&mut self, command: &str) -> String {
        let quoted = command.replace('\'', "'\\''");
        self.input
            .write_all(format!("eval '{quoted} 2>&1' </dev/null\necho '{END}'\n").as_bytes())
            .expect("it listens");
        let mut all = String::new();
        while !all.ends_with(&format!("{END}\n")) {
            assert!(self.output.read_line(&mut all).expect("UTF-8") > 0, "`{command}` ended the shell: {all}");
        }
        all.truncate(all.len() - END.len() - 1);
        all
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            let group = rustix::process::Pid::from_child(&self.child);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the blocks of a document, or of its beginning, at this time, or as a user would now. Returns how many commands it has.
pub fn check(world: &World, path: &Path, text: &str, now: Option<&str>) -> usize {
    let steps = steps(text);
    let mut shell = Shell::new(world, now);
    for step in &steps {
        let command = step.command.replace("cargo run --locked --no-default-features --", "git-chittysync");
        let printed = shell.run(&command);
        let found: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert!(
            matches(&step.expected, &found),
            "{}:{}: `{}` prints\n{}\nbut the document says\n{}",
            path.display(),
            step.line,
            step.command,
            found.join("\n"),
            step.expected.join("\n")
        );
    }
    steps.len()
}
