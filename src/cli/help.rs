//! `help`, and what `-h` prints: the commands in groups, on one screen.

use clap::{Args, Command};

use super::ui::{Failure, Ui};

/// Arguments of `help`.
#[derive(Debug, Args)]
pub struct HelpArgs {
    /// The command, and one of its own commands [default: all of them]
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// What a person types, by what it is for: commands, and what they do.
const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    (
        "See what is open",
        &[
            ("list, ready, board", "the todos; what can be begun; all on one screen"),
            ("show, log, sessions", "one todo; what happened; who works on what"),
            ("projects, topics, graph", "how far each is; what waits for what"),
        ],
    ),
    (
        "Change it",
        &[
            ("add, edit, start, done", "add a todo, change its words, begin it, finish it"),
            ("release, drop, reopen", "let go of it, give it up, open it again"),
            ("conflicts, resolve", "what sessions disagree on; settle it"),
            ("assign, guidance", "hand todos out; what a session should do next"),
            ("undo, rollback, triage", "back by an act, or to a date; what was left behind"),
        ],
    ),
    (
        "Save and share it",
        &[
            ("sync, init, move", "exchange lists; name a remote; move a project"),
            ("daemon, service", "in the background, now or at every login"),
            ("hub, mirror, watch", "serve it; held elsewhere too; follow what changes"),
            ("branch, export, import", "a list beside this one; files; other tools' lists"),
            ("archive, forget, purge", "old todos aside; one out for good, or of history"),
        ],
    ),
    (
        "Set up",
        &[
            ("demo, install, uninstall", "an example; hooks of agents, manual pages"),
            ("status, doctor, bug-report", "what is where; whether all is well; tell us"),
        ],
    ),
];

/// Returns whether this build has a command.
fn is_built(name: &str) -> bool {
    let lacks = |is_there: bool, names: &[&str]| !is_there && names.contains(&name);
    !lacks(cfg!(feature = "board"), &["board"]) && !lacks(cfg!(feature = "daemon"), &["daemon", "service"])
}

/// Returns what `-h` prints.
pub(super) fn overview() -> String {
    let mut text = String::from("Keep the todo lists of AI coding agents in git\n\n");
    text.push_str("Usage: git chittysync [-C <dir>] [--store <path>] [-qv] [--json] [<command>]\n\n");
    for (title, commands) in GROUPS {
        text.push_str(&format!("{title}\n"));
        for (names, what) in commands {
            let names = names.split(", ").filter(|name| is_built(name)).collect::<Vec<_>>().join(", ");
            if names.is_empty() {
                continue;
            }
            text.push_str(&format!("  {names:<28}{what}\n"));
        }
    }
    text + "`<command> -h` explains one, `help` all; manuals are there after `install`.\n"
}

pub(super) fn run(args: &HelpArgs, mut command: Command, ui: &mut Ui) -> Result<(), Failure> {
    command.build();
    let mut found = &mut command;
    for name in &args.command {
        let known = found.find_subcommand_mut(name);
        found = known.ok_or_else(|| {
            Failure::usage(format!("there is no command '{}'", args.command.join(" ")))
                .hint("`git chittysync -h` lists them")
        })?;
    }
    let text = long(found);
    match ui.json {
        true => ui.print_json(&serde_json::json!({ "command": args.command.join(" "), "text": text })),
        false => ui.print_page(&text),
    }
    Ok(())
}

fn long(command: &mut Command) -> String {
    command.render_long_help().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What programs call, not people; the long help and the manual pages have them.
    const PLUMBING: [&str; 12] = [
        "capture",
        "committed",
        "consolidate",
        "hook",
        "mcp",
        "merge-driver",
        "maintenance",
        "completion",
        "man",
        "help",
        "version",
        "schema",
    ];

    #[test]
    fn one_screen_has_every_command_that_people_type() {
        let text = overview();
        let longest = text.lines().map(str::len).max().unwrap_or_default();
        assert!(text.lines().count() <= 24 && longest <= 80, "{} lines of {longest}\n{text}", text.lines().count());
        let together = GROUPS.iter().flat_map(|(_, commands)| *commands).map(|(names, what)| format!("{names}{what}"));
        for joined in together {
            assert!(!text.contains(&joined), "nothing between names and words: {joined}");
        }
        let listed: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, commands)| *commands)
            .flat_map(|(names, _)| names.split(", "))
            .filter(|name| is_built(name))
            .collect();
        let command = super::super::command();
        for sub in command.get_subcommands().map(Command::get_name) {
            let times = listed.iter().filter(|name| **name == sub).count();
            assert_eq!(times, usize::from(!PLUMBING.contains(&sub)), "{sub}");
        }
        for name in listed {
            assert!(command.find_subcommand(name).is_some(), "there is no command '{name}'");
        }
    }
}
