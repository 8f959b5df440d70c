//! What the program was started for: to serve, to look at a push for git, to make a token, or to look after mirrors.

use std::process::ExitCode;

use clap::FromArgMatches;

#[cfg(feature = "web")]
use super::keys;
use super::{mirror, open, receive, server, tokens};
use crate::cli::{self, Cli, Command, Context, Failure, HubArgs, HubCommand, TokenCommand, Ui};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == receive::WORD) {
        return receive::main();
    }
    let parsed = cli::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(err) => {
            let _ = err.print();
            return if err.use_stderr() { ExitCode::from(129) } else { ExitCode::SUCCESS };
        }
    };
    let mut ui = Ui::new(&parsed.global);
    let result = match &parsed.command {
        Some(Command::Hub(args)) => Context::new(&parsed.global).and_then(|context| run(args, &context, &mut ui)),
        Some(Command::Mirror(args)) => {
            Context::new(&parsed.global).and_then(|context| mirror::run(args, &context, &mut ui))
        }
        // The hub has its own program keep its store small.
        Some(Command::Maintenance(args)) => {
            Context::new(&parsed.global).and_then(|context| cli::maintain(args, &context, &mut ui))
        }
        _ => Err(Failure::usage("this program serves the hub and looks after mirrors")
            .hint("start it as `git chittysync hub` or `git chittysync mirror`")),
    };
    cli::exit(&mut ui, result)
}

fn run(args: &HubArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store_or_create(ui)?;
    if store.settings.aside {
        return Err(Failure::usage("the hub serves the branch of chittysync.branch").hint("leave --branch out"));
    }
    match &args.command {
        None => server::serve(args, &store, ui),
        Some(HubCommand::Open(args)) => open::run(args, &store, context.now, ui),
        Some(HubCommand::Token(token)) => match &token.command {
            TokenCommand::Add(args) => tokens::add(args, &store, context.now, ui),
            TokenCommand::List => tokens::list(&store, context.now, ui),
            TokenCommand::Revoke(args) => tokens::revoke(&args.id, &store, context.now, ui),
            #[cfg(feature = "web")]
            TokenCommand::Rotate(args) => keys::rotate(args, &store, context.now, ui),
            #[cfg(not(feature = "web"))]
            TokenCommand::Rotate(_) => Err(Failure::usage("this program was built without what signs tokens")
                .hint("install it with `--features web`")),
        },
    }
}
