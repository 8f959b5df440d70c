//! `--no-x` takes back a `--x` before it, as it does for git: an alias can set what one call does not want.

use clap::{Arg, ArgAction, Command};

/// Adds to a command, and to those below it, what takes each option back. It stands in no help.
pub(super) fn with_negations(command: Command) -> Command {
    let longs: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let is_free = |name: &str| !longs.iter().any(|long| long == name);
    let options = command.get_arguments().filter(|arg| !arg.is_required_set());
    let both = options.filter_map(|arg| {
        let long = arg.get_long()?;
        let negation = long.strip_prefix("no-").map_or_else(|| format!("no-{long}"), str::to_owned);
        is_free(&negation).then(|| (arg.get_id().clone(), negation, arg.is_global_set()))
    });
    let both: Vec<_> = both.collect();
    let command = both.into_iter().fold(command, |command, (id, long, is_global)| {
        let negation = Arg::new(long.clone()).long(long.clone()).hide(true).global(is_global);
        let negation = negation.action(ArgAction::SetTrue).overrides_with(id.clone());
        command.mut_arg(id, |arg| arg.overrides_with(long)).arg(negation)
    });
    command.mut_subcommands(with_negations)
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, FromArgMatches};

    use super::super::args::{Cli, Command};
    use super::super::parse::parse;

    fn of(words: &str) -> Result<Cli, clap::Error> {
        let line: Vec<_> = words.split_whitespace().map(Into::into).collect();
        parse(&line).and_then(|matches| Cli::from_arg_matches(&matches))
    }

    #[test]
    fn what_stands_last_counts() {
        for (words, all) in [("--all", true), ("--all --no-all", false), ("--no-all --all", true), ("--no-all", false)]
        {
            let Some(Command::List(list)) = of(&format!("chittysync list {words}")).expect(words).command else {
                panic!("{words}")
            };
            assert_eq!(list.all, all, "{words}");
        }
        let cli = of("chittysync --json --no-json list --store x --no-store").expect("understood");
        assert!(!cli.global.json && cli.global.store.is_none());
        // An alias has the name in it, what it is called with stands behind.
        for words in ["--json list --no-json", "--store list --json list --no-store --no-json", "list --json --no-json"]
        {
            let cli = of(&format!("chittysync {words}")).expect(words);
            assert!(!cli.global.json && cli.global.store.is_none(), "{words}");
        }
        assert!(of("chittysync --no-json list --json").expect("understood").global.json);
        let Some(Command::Add(_)) = of("chittysync -q add --no-quiet list").expect("understood").command else {
            panic!()
        };
    }

    #[test]
    fn an_option_that_says_no_is_taken_back_without_it() {
        let no_fetch = |words: &str| match of(words).expect(words).command {
            Some(Command::Sync(args)) => args.no_fetch,
            other => panic!("{other:?}"),
        };
        assert!(no_fetch("chittysync sync --no-fetch"));
        assert!(!no_fetch("chittysync sync --no-fetch --fetch"));
    }

    /// What is needed stays needed, and what is in no command stays unknown.
    #[test]
    fn nothing_else_is_understood() {
        for words in ["chittysync list --no-such", "chittysync move x --no-to", "chittysync list --no-no-all"] {
            assert!(of(words).is_err(), "{words}");
        }
    }

    /// Every flag of every command can be taken back, and leaves nothing behind.
    #[test]
    fn every_flag_is_taken_back() {
        let all = super::with_negations(super::super::args::every_command());
        all.clone().debug_assert();
        let mut tried = 0;
        for sub in all.get_subcommands() {
            let line =
                |words: &str| of(&format!("chittysync {} {words}", sub.get_name())).map(|cli| format!("{cli:?}"));
            let Ok(without) = line("") else { continue };
            let flags = sub.get_arguments().filter(|arg| matches!(arg.get_action(), ArgAction::SetTrue));
            for long in flags.filter(|arg| !arg.is_hide_set()).filter_map(Arg::get_long) {
                let back = long.strip_prefix("no-").map_or_else(|| format!("no-{long}"), str::to_owned);
                // One that needs another option, or goes instead of one, is no line by itself.
                if line(&format!("--{long}")).is_ok() {
                    assert_eq!(
                        line(&format!("--{long} --{back}")).ok(),
                        Some(without.clone()),
                        "{} --{long}",
                        sub.get_name()
                    );
                    tried += 1;
                }
            }
        }
        assert!(tried > 40, "only {tried} were tried");
    }
}
