//! Options that several commands take. The doc comments are the help texts and the manual pages.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use crate::source::{Agent, agents};
use crate::todo::{Channel, SourceKind};

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// Use this store [default: where chittysync.route leads, else the repository you are in if it is a
    /// store, else chittysync.store, else $XDG_DATA_HOME/chittysync/store.git]
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

/// The fields of a line, and their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PorcelainVersion {
    /// The first.
    V1,
}

/// Output for programs that read lines.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct PorcelainArgs {
    /// Print a line for each, fields between tabs, for programs: those of docs/json.md, of which more may follow. v1 is
    /// what stands there, whatever later versions print
    #[arg(long, value_name = "VERSION", num_args = 0..=1, require_equals = true, default_missing_value = "v1")]
    pub porcelain: Option<PorcelainVersion>,
    /// As --porcelain, with a NUL byte at the end of each instead of a line end
    #[arg(short = 'z')]
    pub zero: bool,
}

impl PorcelainArgs {
    /// Returns whether either was asked for.
    pub fn wanted(self) -> bool {
        self.porcelain.is_some() || self.zero
    }
}

/// What of the quiet todos and sessions is shown.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct QuietArgs {
    /// Only what sessions left behind that have said nothing for chittysync.quietAfter (7d)
    #[arg(long)]
    pub left_behind: bool,
}

/// Where to capture from.
#[derive(Clone, Debug, Default, Args)]
pub struct CaptureArgs {
    /// Read this directory: an agent's home, or a directory of session files; may
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
#[derive(Debug, Default, Args)]
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
    /// Sync the stores that chittysync.route and chittysync.alsoList name, and the default one, as well
    #[arg(long, conflicts_with_all = ["remote", "project"])]
    pub all_stores: bool,
    /// Check the boxes of Markdown plans (`--from <project>`) whose todos were completed elsewhere
    #[arg(long, requires = "from")]
    pub write_back: bool,
}

/// Returns the names by which sources are chosen: each agent's, and those of what is read of it. The user's settings can
/// name some.
fn sources() -> PossibleValuesParser {
    super::configured::known();
    let read = |source: &&SourceKind| !source.is(Channel::Hook);
    let words = |agent: &dyn Agent| agent.sources().iter().filter(read).map(|source| source.as_str());
    PossibleValuesParser::new(agents().flat_map(|agent| std::iter::once(agent.name()).chain(words(agent))))
}

/// Arguments of `doctor`.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct DoctorArgs {
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}
