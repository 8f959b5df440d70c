//! The command line: arguments, one call each, and what is printed.

mod act;
mod add_list;
mod archive;
mod args;
mod assign;
mod author;
mod beside;
mod beside_summary;
#[cfg(feature = "board")]
mod board;
mod branch;
mod bug_report;
mod bulk;
mod by;
mod capture;
mod committed;
mod completion;
mod configured;
mod confirm;
mod conflicts;
mod consolidate;
mod context;
#[cfg(feature = "daemon")]
mod daemon;
mod daemon_summary;
mod demo;
mod disabled;
mod doctor;
mod doctor_agents;
mod doctor_settings;
mod doctor_spawn;
mod doctor_store;
mod editor;
mod export;
mod forget;
mod forget_sessions;
mod graph;
mod guidance;
mod help;
mod home;
mod hook;
mod hub;
mod import;
mod init;
mod install;
mod install_args;
mod later;
mod list;
mod log;
mod maintenance;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "mcp")]
mod mcp_answer;
#[cfg(feature = "mcp")]
mod mcp_call;
#[cfg(feature = "mcp")]
mod mcp_given;
#[cfg(feature = "mcp")]
mod mcp_resources;
#[cfg(feature = "mcp")]
mod mcp_speaker;
#[cfg(feature = "mcp")]
mod mcp_tools;
#[cfg(feature = "mcp")]
mod mcp_words;
mod merge_driver;
mod mirror;
mod mirrors;
mod move_project;
mod named;
mod negation;
mod options;
mod pager;
mod parse;
mod progress;
mod projects;
mod purge;
mod ready;
mod refused;
mod remote;
mod resolve;
mod resolve_ask;
mod resolve_edit;
mod rollback;
mod said;
mod schema;
#[cfg(feature = "daemon")]
mod service;
mod session_context;
mod sessions;
mod show;
mod spawn;
mod status;
mod status_line;
mod stdin;
mod sync;
mod sync_all;
mod sync_news;
mod terminal;
mod topic;
mod topics;
mod triage;
mod ui;
mod unmet;
mod usage;
mod version;
mod versioned;
mod watch;
mod watch_hub;
mod whereabouts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::FromArgMatches;

pub use args::{Cli, Command, command, every_command};
#[cfg(feature = "mcp")]
pub use mcp_words::of_tools;
pub use schema::{porcelain_fields, schema, tables};
pub use ui::Failure;
// What the hub's program needs to begin and to end as this one does.
#[cfg(feature = "hub")]
pub(crate) use crate::ops::day;
pub(crate) use context::Context;
#[cfg(feature = "hub")]
pub(crate) use context::{known, present};
#[cfg(feature = "web")]
pub(crate) use hub::TokenRotateArgs;
#[cfg(feature = "hub")]
pub(crate) use hub::{HubArgs, HubCommand, OpenArgs, TokenAddArgs, TokenCommand};
#[cfg(feature = "hub")]
pub(crate) use log::{event_json, moment};
#[cfg(feature = "hub")]
pub(crate) use maintenance::run as maintain;
#[cfg(feature = "hub")]
pub(crate) use mirror::{MirrorAddArgs, MirrorArgs, MirrorCommand, MirrorSyncArgs};
#[cfg(feature = "hub")]
pub(crate) use mirrors::{json as mirror_json, text as mirror_text};
#[cfg(feature = "hub")]
pub(crate) use rollback::becomes;
#[cfg(feature = "hub")]
pub(crate) use said::word as became;
#[cfg(feature = "hub")]
pub(crate) use sessions::silences;
#[cfg(feature = "hub")]
pub(crate) use spawn::{known as known_agents, lines as agents_text, told as agents_told};
pub(crate) use ui::{Ui, exit};
#[cfg(feature = "hub")]
pub(crate) use watch::changes_json;

use crate::daemon::start_maintenance;
use crate::git::restart_without_repository;
use crate::todo::Verb;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    leave_what_is_gone();
    if let Some(code) = restart_without_repository() {
        return code;
    }
    let line: Vec<_> = std::env::args_os().collect();
    let parsed = parse::parse(&line).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(err) if is_hook(&err) => return ExitCode::SUCCESS,
        Err(err) => return usage::usage(&err),
    };
    match disabled::end(cli.command.as_ref()) {
        Some(disabled::End::Silent) => return ExitCode::SUCCESS,
        Some(disabled::End::Refused(failure)) => return exit(&mut Ui::new(&cli.global), Err(failure)),
        None => {}
    }
    if let Some(Command::Hook(args)) = &cli.command {
        return hook::run(args, &cli.global);
    }
    if let Some(Command::MergeDriver(args)) = &cli.command {
        return merge_driver::run(args);
    }
    // A hook knows its agent, and merges need no settings.
    configured::known();
    let mut ui = Ui::new(&cli.global);
    if let Some(Command::Hub(_) | Command::Mirror(_)) = &cli.command {
        return hub::run().unwrap_or_else(|failure| exit(&mut ui, Err(failure)));
    }
    let result = run(cli, &mut ui);
    exit(&mut ui, result)
}

/// Goes to the nearest directory that is still there, when the one that we were started in is not: an agent goes on in a
/// worktree that was removed, and nothing of git can be opened from there.
fn leave_what_is_gone() {
    if std::env::current_dir().is_ok() {
        return;
    }
    let gone = std::env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute()).unwrap_or_default();
    let above = gone.ancestors().chain([Path::new("/")]);
    // Where none can be entered, what follows says so.
    let _ = above.filter(|path| path.is_dir()).any(|path| std::env::set_current_dir(path).is_ok());
}

/// Returns whether it was a hook that was called with something nobody understands: an agent's later version
/// must not make it fail.
fn is_hook(err: &clap::Error) -> bool {
    // Options of the program may stand before it.
    let mut words = std::env::args_os().skip(1).skip_while(|word| word.as_encoded_bytes().starts_with(b"-"));
    err.use_stderr() && words.next().is_some_and(|command| command == "hook")
}

fn run(cli: Cli, ui: &mut Ui) -> Result<(), Failure> {
    match &cli.command {
        #[cfg(feature = "mcp")]
        Some(Command::Mcp(args)) => {
            let served = mcp::run(args, &cli.global);
            keep_small(&Context::new(&cli.global)?);
            return served;
        }
        // What needs no place to stand in.
        Some(Command::Help(args)) => return help::run(args, command(), ui),
        Some(Command::Version) => return version::run(ui),
        Some(Command::Schema(args)) => return schema::run(args, ui),
        _ => {}
    }
    let context = Context::new(&cli.global)?;
    let Some(command) = cli.command else { return home::run(&context, ui) };
    let saves = saves(&command);
    let ended = run_in(&context, command, ui);
    if saves {
        keep_small(&context);
    }
    ended
}

/// Has the store put in order in the background when there is much to do.
fn keep_small(context: &Context) {
    if let Ok(location) = context.location() {
        start_maintenance(&location);
    }
}

/// Returns whether a command may leave new objects in the store that it works on.
fn saves(command: &Command) -> bool {
    use Command as C;
    let of_all = matches!(command, C::Capture(_) | C::Consolidate | C::Sync(_) | C::Import(_) | C::Archive(_));
    let of_one = matches!(command, C::Add(_) | C::Start(_) | C::Done(_) | C::Release(_) | C::Drop(_) | C::Reopen(_));
    let of_some = matches!(
        command,
        C::Edit(_)
            | C::Committed(_)
            | C::Triage(_)
            | C::Resolve(_)
            | C::Rollback(_)
            | C::Undo(_)
            | C::Ready(_)
            | C::Assign(_)
    );
    let of_agents = matches!(command, C::Topics(args) if args.agents.is_wanted());
    #[cfg(feature = "board")]
    let of_keys = matches!(command, C::Board(_));
    #[cfg(not(feature = "board"))]
    let of_keys = false;
    of_agents
        || of_keys
        || of_all
        || of_one
        || of_some
        || matches!(command, C::Branch(_) | C::Forget(_) | C::Purge(_) | C::Move(_))
}

fn run_in(context: &Context, command: Command, ui: &mut Ui) -> Result<(), Failure> {
    match command {
        Command::Init(args) => init::run(&args, context, ui),
        Command::Demo(args) => demo::run(&args, context, ui),
        Command::Install(args) => install::install(&args, context, ui),
        Command::Uninstall(args) => install::uninstall(&args, context, ui),
        Command::Doctor(args) => doctor::run(&args, context, ui),
        Command::BugReport => bug_report::run(context, ui),
        Command::Committed(args) => committed::run(&args, context, ui),
        Command::Capture(args) => capture::run(&args, context, ui),
        Command::Consolidate => consolidate::run(context, ui),
        Command::Sync(args) => sync::run(&args, context, ui),
        Command::Status(args) => status::run(&args, context, ui),
        Command::List(args) => list::run(&args, context, ui),
        Command::Show(args) => show::run(&args, context, ui),
        #[cfg(feature = "board")]
        Command::Board(args) => board::run(&args, context, ui),
        Command::Log(args) => log::run(&args, context, ui),
        Command::Sessions(args) => sessions::run(&args, context, ui),
        Command::Projects(args) => projects::run(&args, context, ui),
        Command::Conflicts(args) => conflicts::run(&args, context, ui),
        Command::Add(args) if args.is_list() => add_list::run(&args, context, ui),
        Command::Add(args) => act::add(&args, context, ui),
        Command::Start(args) => act::say(Verb::Start, &args, context, ui),
        Command::Done(args) => act::say(Verb::Done, &args, context, ui),
        Command::Release(args) => act::say(Verb::Release, &args, context, ui),
        Command::Drop(args) => match args.bulk() {
            Some(bulk) => bulk::run(&bulk, &args, context, ui),
            None if args.dry_run => bulk::foretell_named(&args, context, ui),
            None => act::drop_todo(&args, context, ui),
        },
        Command::Reopen(args) => act::say(Verb::Reopen, &args, context, ui),
        Command::Edit(args) => act::edit(&args, context, ui),
        Command::Ready(args) => ready::run(&args, context, ui),
        Command::Topics(args) => topics::run(&args, context, ui),
        Command::Assign(args) => assign::run(&args, context, ui),
        Command::Graph(args) => graph::run(&args, context, ui),
        Command::Guidance(args) => guidance::run(&args, context, ui),
        Command::Triage(args) => triage::run(&args, context, ui),
        Command::Resolve(args) => resolve::run(&args, context, ui),
        Command::Rollback(args) => rollback::run(&args, context, ui),
        Command::Undo(args) => rollback::undo(&args, context, ui),
        Command::Export(args) => export::run(&args, context, ui),
        Command::Import(args) => import::run(&args, context, ui),
        #[cfg(feature = "daemon")]
        Command::Daemon(args) => daemon::run(&args, context, ui),
        #[cfg(feature = "daemon")]
        Command::Service(args) => service::run(&args, context, ui),
        Command::Watch(args) => watch::run(&args, context, ui),
        Command::Branch(args) => branch::run(&args, context, ui),
        Command::Archive(args) => archive::run(&args, context, ui),
        Command::Forget(args) => forget::run(&args, context, ui),
        Command::Purge(args) => purge::run(&args, context, ui),
        Command::Move(args) => move_project::run(&args, context, ui),
        Command::Maintenance(args) => maintenance::run(&args, context, ui),
        Command::Completion(args) => completion::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
        Command::Hook(_) | Command::Hub(_) | Command::Mirror(_) => Ok(()),
        Command::MergeDriver(_) | Command::Help(_) | Command::Version | Command::Schema(_) => Ok(()),
        #[cfg(feature = "mcp")]
        Command::Mcp(_) => Ok(()),
    }
}
