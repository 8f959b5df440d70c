//! From what was typed to what clap makes of it.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Error, Subcommand};

use super::args::{Command, command};
use super::negation::with_negations;
use super::options::Global;

/// Parses a command line; its first word is the program.
///
/// # Errors
/// When it is not understood, and when help or the version is asked for: what to print is in the error.
pub(crate) fn parse(line: &[OsString]) -> Result<ArgMatches, Error> {
    // clap gives the options of all commands to each command that it knows, which takes longer than all else that it
    // does. What only some of them can tell is as true as if all were there.
    let in_order = with_options_behind(line);
    let line = in_order.as_deref().unwrap_or(line);
    match of_those_named(line).try_get_matches_from(line) {
        Err(err) if err.kind() != ErrorKind::DisplayVersion => command().try_get_matches_from(line),
        parsed => parsed,
    }
}

/// Returns the line with the options that stand before the command's name right behind it, where something is taken back:
/// clap keeps what stands on the two sides apart, so that neither would take the other back.
fn with_options_behind(line: &[OsString]) -> Option<Vec<OsString>> {
    let mut words = line.iter().filter_map(|word| word.to_str());
    if !words.any(|word| word.starts_with("--no-")) {
        return None;
    }
    let is_command = |word: &OsString| word.to_str().is_some_and(Command::has_subcommand);
    let is_whole = |words: &[OsString]| root().try_get_matches_from(words).is_ok();
    let at = (2..line.len()).find(|at| is_command(&line[*at]) && is_whole(&line[..*at]))?;
    Some([&line[..1], &line[at..=at], &line[1..at], &line[at + 1..]].concat())
}

/// Returns the command line without any command.
fn root() -> clap::Command {
    let root = clap::Command::new("git-chittysync").version(env!("CARGO_PKG_VERSION")).bin_name("git chittysync");
    with_negations(Global::augment_args(root)).disable_help_subcommand(true)
}

/// Returns the command line with no commands but those whose names stand in this one.
fn of_those_named(line: &[OsString]) -> clap::Command {
    let words = line.iter().skip(1).filter_map(|word| word.to_str());
    let named: Vec<&str> = words.filter(|word| Command::has_subcommand(word)).collect();
    if named.is_empty() {
        return root();
    }
    let all = Command::augment_subcommands(clap::Command::new("all"));
    root().subcommands(all.get_subcommands().filter(|sub| named.contains(&sub.get_name())).cloned())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::super::args::Cli;
    use super::*;

    fn line(words: &str) -> Vec<OsString> {
        std::iter::once("git-chittysync").chain(words.split_whitespace()).map(OsString::from).collect()
    }

    /// What is parsed with some of the commands is what is parsed with all.
    #[test]
    fn the_commands_that_are_not_named_make_no_difference() {
        let mut names: Vec<String> = command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        names.extend(
            ["", "lst", "--help", "-h", "--version", "-V", "--store", "-q", "--no-such", "x", "-"].map(String::from),
        );
        let shown = |parsed: Result<ArgMatches, Error>| match parsed.and_then(|matches| Cli::from_arg_matches(&matches))
        {
            Ok(cli) => format!("{cli:?}"),
            Err(err) => format!("{:?} {err}", err.kind()),
        };
        for first in &names {
            for second in ["", "list", "lst", "--help", "--version"] {
                for words in [format!("{first} {second}"), format!("--store {second} {first}")] {
                    let line = line(&words);
                    let (some, all) = (shown(parse(&line)), shown(command().try_get_matches_from(&line)));
                    assert_eq!(some, all, "{words}");
                }
            }
        }
    }
}
