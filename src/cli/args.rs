//! What can be typed. The doc comments are the help texts and the manual pages.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::act::{ActArgs, AddArgs, EditArgs};
use super::list::ListArgs;
use super::log::LogArgs;
use super::ready::ReadyArgs;
use super::resolve::ResolveArgs;
use super::rollback::{RollbackArgs, UndoArgs};
use super::sessions::SessionsArgs;
use crate::source::{Agent, agents};
use crate::todo::{Channel, SourceKind};

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

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// Use this store [default: the repository you are in if it is a store, else chittysync.store, else
    /// $XDG_DATA_HOME/chittysync/store.git]
    #[arg(long, value_name = "PATH", global = true)]
    pub store: Option<PathBuf>,
    /// Use this branch in place of chittysync.branch (see `git chittysync branch`)
    #[arg(long, value_name = "NAME", global = true)]
    pub branch: Option<String>,
    /// Print only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: every notice, every cause
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print one JSON document, in success and in failure
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour [default: color.chittysync, else color.ui, else auto]
    #[arg(long, value_name = "WHEN", global = true)]
    pub color: Option<When>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Output for programs that read lines.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct PorcelainArgs {
    /// Print a line for each, fields between tabs, for programs
    #[arg(long)]
    pub porcelain: bool,
    /// As --porcelain, with a NUL byte at the end of each instead of a line end
    #[arg(short = 'z')]
    pub zero: bool,
}

impl PorcelainArgs {
    /// Returns whether either was asked for.
    pub fn wanted(self) -> bool {
        self.porcelain || self.zero
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the repository you are in a store for its own sessions, or create the default store
    Init(InitArgs),
    /// Put the merge driver, manual pages, completions and the agent's hooks in place
    Install(super::install::InstallArgs),
    /// Undo exactly what install did
    Uninstall(super::install::UninstallArgs),
    /// Check that everything is in place and the store is sound
    Doctor,
    /// Save the agents' lists, a commit for each changed state of each session
    Capture(CaptureArgs),
    /// Merge what is new in all sessions into the branch `consolidated`
    Consolidate,
    /// Capture, exchange with the remote if there is one, consolidate, and print the list
    Sync(SyncArgs),
    /// Print where the store is and what it holds
    Status(super::status::StatusArgs),
    /// Print the open todos, by project
    List(ListArgs),
    /// Show todos, projects, sessions and conflicts on a screen that follows changes, and act on them by keys
    #[cfg(feature = "board")]
    Board(super::board::BoardArgs),
    /// Print one todo with everything said of it
    Show(ShowArgs),
    /// Print what happened, the latest first
    Log(LogArgs),
    /// Add a todo
    Add(AddArgs),
    /// Say that you are working on a todo
    Start(ActArgs),
    /// Say that a todo is done
    Done(ActArgs),
    /// Let go of a todo that you started: others keep it, or can begin it
    Release(ActArgs),
    /// Give a todo up, whoever wanted it
    Drop(ActArgs),
    /// Open a completed or dropped todo again
    Reopen(ActArgs),
    /// Change a todo's words or properties
    Edit(EditArgs),
    /// Print what can be begun now, best first, or take the first
    Ready(ReadyArgs),
    /// Settle a disagreement between sessions
    Resolve(ResolveArgs),
    /// Bring back an earlier state, as new statements
    Rollback(RollbackArgs),
    /// Roll back the last thing done by a command on this device
    Undo(UndoArgs),
    /// Print who works on what, where, since when
    Sessions(SessionsArgs),
    /// Print the projects and how far each is
    Projects,
    /// Print the todos that sessions disagree on, the newest overruled statement first
    Conflicts(ConflictsArgs),
    /// Print everything, or write it into files
    Export(ExportArgs),
    /// State a list for a session: JSON on standard input, or Markdown with boxes
    Import(ImportArgs),
    /// Watch agents' homes and sync in the background
    #[cfg(feature = "daemon")]
    Daemon(super::daemon::DaemonArgs),
    /// Have the system start the daemon
    #[cfg(feature = "daemon")]
    Service(super::service::ServiceArgs),
    /// List, make, merge or delete branches: alternative lists, for a plan or an experiment
    Branch(super::branch::BranchArgs),
    /// Move closed todos that nobody speaks of any more out of the working files
    Archive(super::archive::ArchiveArgs),
    /// Remove a todo for good, on every device, whoever says it again
    Forget(super::forget::ForgetArgs),
    /// Forget todos and take their words out of all history, on every device and on the remote
    ///
    /// For a leak. The history of every session and branch is written anew without the words: here, on the remote, and on each other device when it next syncs. It cannot be undone. Every todo besides, and all that was said of it, stays. What it cannot reach is told: clones made with git alone, backups, what a host keeps of old history, and other todos that quote the words.
    Purge(super::purge::PurgeArgs),
    /// Take an event of an agent's hooks: JSON on standard input. Always ends with 0
    Hook(super::hook::HookArgs),
    /// Serve the todos to an agent's client: Model Context Protocol on standard input and output
    #[cfg(feature = "mcp")]
    Mcp(super::mcp::McpArgs),
    /// Merge a file for git (see gitattributes(5))
    #[command(name = "merge-driver")]
    MergeDriver(MergeDriverArgs),
    /// Print the completion script for a shell
    Completion(CompletionArgs),
    /// Print a manual page, or write all of them into a directory
    Man(ManArgs),
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Create the default store even inside a repository
    #[arg(long = "default")]
    pub default_store: bool,
    /// Sync with this repository: a URL, a path, or the name of a remote that is configured already
    #[arg(long, value_name = "URL")]
    pub remote: Option<String>,
}

/// Returns the names by which sources are chosen: each agent's, and those of what is read of it.
fn sources() -> PossibleValuesParser {
    let read = |source: &&SourceKind| !source.is(Channel::Hook);
    let words = |agent: &dyn Agent| agent.sources().iter().filter(read).map(|source| source.as_str());
    PossibleValuesParser::new(agents().flat_map(|agent| std::iter::once(agent.name()).chain(words(agent))))
}

/// Where to capture from.
#[derive(Clone, Debug, Default, Args)]
pub struct CaptureArgs {
    /// Read this directory: an agent's home (todos/, tasks/, projects/) or a directory of session files; may
    /// be given several times [default: every known agent's home]
    #[arg(long, value_name = "DIR")]
    pub from: Vec<PathBuf>,
    /// Only this source; may be given several times
    #[arg(long, value_name = "NAME", value_parser = sources())]
    pub source: Vec<String>,
    /// Put everything under this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
}

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Fetch from and push to this remote [default: chittysync.remote; none: nothing leaves this device]
    #[arg(value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Where to capture from.
    #[command(flatten)]
    pub capture: CaptureArgs,
    /// Bring nothing from the remote
    #[arg(long)]
    pub no_fetch: bool,
    /// Send nothing to the remote
    #[arg(long)]
    pub no_push: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The todo: the beginning of its id, or words of its text
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
}

/// Arguments of `conflicts`.
#[derive(Debug, Args)]
pub struct ConflictsArgs {
    /// Plain lag too: an older open statement beside a completed one, properties that agents' lists give
    /// differently
    #[arg(short, long)]
    pub all: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "json", conflicts_with = "dir")]
    pub format: ExportFormat,
    /// Write todos.json, project-coordination.json and conflicts.json into this directory
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
    /// The projects.
    Coordination,
    /// The disagreements.
    Conflicts,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The session that states the list
    #[arg(long, value_name = "SESSION")]
    pub session: String,
    /// The project of its todos
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
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
