//! Arguments of `install` and `uninstall`. They stand apart: what is installed is made of the whole command line.

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::install::others;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Where and how.
    #[command(flatten)]
    pub walk: UninstallArgs,
    /// Put hooks into Claude Code's settings even if it has not run here yet
    #[arg(long)]
    pub claude: bool,
    /// Put hooks into this agent's settings even if it has not run here yet; may be given several times
    #[arg(long, value_name = "NAME", value_parser = agents())]
    pub agent: Vec<String>,
    /// Give models their todo tools where they have none: sets CLAUDE_CODE_ENABLE_TODO_TOOLS=1 in Claude Code's
    /// settings, and what does the same in those of other agents that are set up
    #[arg(long)]
    pub enable_todo_tools: bool,
}

/// Arguments of `uninstall`.
#[derive(Debug, Args)]
pub struct UninstallArgs {
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Hooks in the project's settings (.claude/settings.json), which others may share, not in yours
    #[arg(long)]
    pub project: bool,
    /// The git hooks of the store, too: pre-push merges what is new, post-merge writes the exported files
    #[arg(long)]
    pub git_hooks: bool,
    /// A git hook of the repository you are in, only here: a commit with the trailer `Todo: <id>` completes that todo
    #[arg(long)]
    pub commit_hook: bool,
}

/// Returns the names of the agents that can be set up.
fn agents() -> PossibleValuesParser {
    PossibleValuesParser::new(std::iter::once("claude").chain(others().map(|agent| agent.name())))
}
