//! What can be typed. The doc comments are the help texts and the manual pages.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::act::{ActArgs, AddArgs, DropArgs, EditArgs};
use super::conflicts::ConflictsArgs;
use super::import::ImportArgs;
use super::install_args::{InstallArgs, UninstallArgs};
use super::later::Later;
use super::list::ListArgs;
use super::log::LogArgs;
use super::negation::with_negations;
use super::options::{CaptureArgs, DoctorArgs, Global, SyncArgs};
use super::ready::ReadyArgs;
use super::resolve::ResolveArgs;
use super::rollback::{RollbackArgs, UndoArgs};
use super::sessions::SessionsArgs;
use super::show::ShowArgs;

/// Keep the todo lists of AI coding agents in git
///
/// A session is a ref, a todo is a line, consolidation is a merge. Without a command, prints the todos on a terminal, else the status.
#[derive(Debug, Parser)]
#[command(name = "git-chittysync", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Returns the command line as clap knows it, under the name that git users type. The arguments of a command are added
/// once it is parsed, or its help asked for.
pub fn command() -> clap::Command {
    with_negations(Cli::command()).bin_name("git chittysync")
}

/// As [`command`], with the arguments of every command to look at.
pub fn every_command() -> clap::Command {
    let whole = Command::augment_subcommands_for_update(clap::Command::new("whole"));
    command().mut_subcommands(|sub| whole.find_subcommand(sub.get_name()).cloned().unwrap_or(sub))
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the default store, or have it synced with a remote
    ///
    /// Meant is the store that all commands use here: where you stand in a repository that is a store, that one. No other repository is touched without --here.
    Init(Later<InitArgs>),
    /// Show an example: three projects, a conflict, a quiet session. Nothing of it stays
    Demo(Later<super::demo::DemoArgs>),
    /// Put the merge driver, manual pages, completions and the agent's hooks in place
    Install(Later<InstallArgs>),
    /// Undo exactly what install did
    Uninstall(Later<UninstallArgs>),
    /// Check that everything is in place and the store is sound
    Doctor(Later<DoctorArgs>),
    /// Save the agents' lists, a commit for each changed state of each session
    Capture(Later<CaptureArgs>),
    /// Merge what is new in all sessions into the branch `consolidated`
    Consolidate,
    /// Capture, exchange with the remote if there is one, consolidate, and print the list
    Sync(Later<SyncArgs>),
    /// Print where the store is and what it holds
    Status(Later<super::status::StatusArgs>),
    /// Print the open todos, by project
    List(Later<ListArgs>),
    /// Show todos, projects, sessions and conflicts on a screen that follows changes, and act on them by keys
    #[cfg(feature = "board")]
    Board(Later<super::board::BoardArgs>),
    /// Print one todo with everything said of it
    Show(Later<ShowArgs>),
    /// Print what happened, the latest first
    Log(Later<LogArgs>),
    /// Add a todo
    Add(Later<AddArgs>),
    /// Say that you are working on a todo
    Start(Later<ActArgs>),
    /// Say that a todo is done
    Done(Later<ActArgs>),
    /// Let go of a todo that you started: others keep it, or can begin it
    Release(Later<ActArgs>),
    /// Give a todo up, whoever wanted it
    Drop(Later<DropArgs>),
    /// Open a completed or dropped todo again
    Reopen(Later<ActArgs>),
    /// Change a todo's words or properties
    Edit(Later<EditArgs>),
    /// Print what can be begun now, best first, or take the first
    Ready(Later<ReadyArgs>),
    /// Print how much there is to do on each topic, and what of it waits for somebody
    Topics(Later<super::topics::TopicsArgs>),
    /// Hand todos out to the sessions that are there: advice, which binds nobody
    Assign(Later<super::assign::AssignArgs>),
    /// Print what a session should do next: what it is at, what it is assigned, what is free
    Guidance(Later<super::guidance::GuidanceArgs>),
    /// Go through what was left behind, a key for each: keep, done, drop, later, or hand it to a session
    Triage(Later<super::triage::TriageArgs>),
    /// Settle a disagreement between sessions
    Resolve(Later<ResolveArgs>),
    /// Bring back an earlier state, as new statements
    Rollback(Later<RollbackArgs>),
    /// Take back what you did last by a command on this device
    Undo(Later<UndoArgs>),
    /// Print who works on what, where, since when
    Sessions(Later<SessionsArgs>),
    /// Print the projects and how far each is
    Projects(Later<super::projects::ProjectsArgs>),
    /// Print the todos that sessions disagree on, the newest overruled statement first
    Conflicts(Later<ConflictsArgs>),
    /// Print what waits for what
    ///
    /// Below each todo stands what must be done before it.
    Graph(Later<super::graph::GraphArgs>),
    /// Print everything, or write it into files
    Export(Later<ExportArgs>),
    /// Take over a list from a file or standard input: JSON, Markdown with boxes, todo.txt, or what another tool keeps
    ///
    /// Read are Beads, Task Master, Backlog.md, todo.txt, Taskwarrior's export, issues of GitHub as its program prints them, lists in JSON and Markdown, told apart by what they look like. What is done, how soon, until when, labels and what waits for what come along. The same file again changes nothing; what is gone from it is no longer wanted by it.
    Import(Later<ImportArgs>),
    /// Watch agents' homes and sync in the background
    #[cfg(feature = "daemon")]
    Daemon(Later<super::daemon::DaemonArgs>),
    /// Have the system start the daemon
    #[cfg(feature = "daemon")]
    Service(Later<super::service::ServiceArgs>),
    /// Serve the store: a git remote, an API and a stream of events for devices, scripts and people
    ///
    /// Each device pushes what its own sessions say, and nothing else; whoever asks has a token. It is a program of its own, git-chittysync-hub, which is built with the feature `hub`.
    Hub(Later<super::hub::HubArgs>),
    /// Print what changes, as it changes: one JSON line a change
    ///
    /// It follows the store, or with --hub a hub, until it is ended. Each line has the todo, its state before and after, who said so, and the commit of the branch, from which `--since` goes on. When the branch was taken back, a line says `"reset":true`: what was read before is to be read again.
    Watch(Later<super::watch::WatchArgs>),
    /// Have other places hold what the store holds: files, a PostgreSQL database, bundles on a drive
    ///
    /// A mirror gets what the branch has and it lacks; the daemon sees to that when the branch moved. What people change in GitHub's issues and in Notion is heard, too. Like the hub it is in a program of its own, git-chittysync-hub, which is built with the feature `hub`; PostgreSQL needs the feature `postgres` too; GitHub, Notion and Cloudflare need `web`.
    Mirror(Later<super::mirror::MirrorArgs>),
    /// List, make, merge or delete branches: alternative lists, for a plan or an experiment
    Branch(Later<super::branch::BranchArgs>),
    /// Move closed todos that nobody speaks of any more out of the working files
    Archive(Later<super::archive::ArchiveArgs>),
    /// Remove a todo for good, or all of a session, on every device, whoever says it again
    Forget(Later<super::forget::ForgetArgs>),
    /// Forget todos and take their words out of all history, on every device and on the remote
    ///
    /// For a leak. The history of every session and branch is written anew without the words: here, on the remote, and on each other device when it next syncs. It cannot be undone. Every todo besides, and all that was said of it, stays. What it cannot reach is told: clones made with git alone, backups, what a host keeps of old history, and other todos that quote the words.
    Purge(Later<super::purge::PurgeArgs>),
    /// Move a project to another store, with its history
    ///
    /// First all that was said of it is saved there; then its words are taken out of all history here, on every device and on the remote, as `purge` does. A record that it went stays, so that no device brings it back. It cannot come back to a store that it left.
    Move(Later<super::move_project::MoveArgs>),
    /// Pack the objects and refs of the store now, as it does by itself in the background
    Maintenance(Later<super::maintenance::MaintenanceArgs>),
    /// Complete the todos that a commit names, as the hook of `install --commit-hook` does
    #[command(hide = true)]
    Committed(Later<super::committed::CommittedArgs>),
    /// Take an event of an agent's hooks: JSON on standard input. Always ends with 0
    Hook(Later<super::hook::HookArgs>),
    /// Serve the todos to an agent's client: Model Context Protocol on standard input and output
    #[cfg(feature = "mcp")]
    Mcp(Later<super::mcp::McpArgs>),
    /// Merge a file for git (see gitattributes(5))
    #[command(name = "merge-driver")]
    MergeDriver(Later<MergeDriverArgs>),
    /// Print the completion script for a shell
    Completion(Later<CompletionArgs>),
    /// Print a manual page, or write all of them into a directory
    Man(Later<ManArgs>),
    /// Print what the JSON of a command looks like, as a JSON Schema
    Schema(Later<super::schema::SchemaArgs>),
    /// Explain a command, or all of them
    Help(Later<super::help::HelpArgs>),
    /// Print what helps to report a fault: build, counts, settings, what doctor finds; no todo, no name, no path
    #[command(name = "bug-report")]
    BugReport,
    /// Print which build this is: commit, date, features, and the git that it works with
    Version,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Create the default store even inside a repository that is a store
    #[arg(long = "default", conflicts_with_all = ["here", "undo"])]
    pub default_store: bool,
    /// Make the repository you are in a store for the sessions that work in it
    #[arg(long, conflicts_with = "undo")]
    pub here: bool,
    /// Make the repository you are in no store any more: all that --here, and syncs since, put into it is taken away, and
    /// what was said there is kept in a file
    #[arg(long, conflicts_with = "remote")]
    pub undo: bool,
    /// Sync with this repository: a URL, a path, or the name of a remote that the store has already
    #[arg(long, value_name = "URL")]
    pub remote: Option<String>,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "json", conflicts_with = "dir")]
    pub format: ExportFormat,
    /// Write todos.json, project-coordination.json, conflicts.json and claude_sync_status.json into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What `export` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// All todos, as one list.
    Json,
    /// A list with boxes to tick, by project.
    Markdown,
    /// A table for spreadsheets.
    Csv,
    /// The projects.
    Coordination,
    /// The disagreements.
    Conflicts,
}

/// Arguments of `merge-driver`, as git gives them.
#[derive(Debug, Args)]
pub struct MergeDriverArgs {
    /// The common base (%O); our version (%A), which is replaced by the result; their version (%B); the length
    /// of conflict markers (%L); the path of the file in the tree (%P)
    // One list, because nothing behind its first value is an option: a file may be called `--help`, and
    // printing help with exit code 0 would tell git that our side is the merge. Its name may be no UTF-8.
    #[arg(
        required = true,
        num_args = 3..=5,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_names = ["BASE", "OURS", "THEIRS", "MARKER_SIZE", "PATH"]
    )]
    pub files: Vec<OsString>,
}

/// Arguments of `completion`.
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The shell
    pub shell: Shell,
}

/// Shells with completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page to print [default: the overview]
    pub command: Option<String>,
    /// Write all pages into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}
