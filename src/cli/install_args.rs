//! Arguments of `install` and `uninstall`. They stand apart: what is installed is made of the whole command line.

use clap::Args;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Where and how.
    #[command(flatten)]
    pub walk: UninstallArgs,
    /// Put hooks into Claude Code's settings even if it has not run here yet
    #[arg(long)]
    pub claude: bool,
    /// Give the newest models their todo tools: sets CLAUDE_CODE_ENABLE_TODO_TOOLS=1 in Claude Code's settings
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
}
