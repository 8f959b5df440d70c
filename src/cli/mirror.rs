//! `mirror`: what can be typed. The hub's program does it: what speaks with databases is in nothing that hooks start.

use clap::{Args, Subcommand};

/// Arguments of `mirror`.
#[derive(Clone, Debug, Args)]
pub struct MirrorArgs {
    /// What to do
    #[command(subcommand)]
    pub command: MirrorCommand,
}

/// What can be done with mirrors.
#[derive(Clone, Debug, Subcommand)]
pub enum MirrorCommand {
    /// Name a place that is to hold what the store holds, and see whether it can
    Add(MirrorAddArgs),
    /// Print the mirrors: what each lacks, since when, and what is the matter
    List,
    /// Bring mirrors up to date: those that are named, else all that are not paused
    Sync(MirrorSyncArgs),
    /// Compare mirrors with the store, and print what differs
    Verify(MirrorNames),
    /// Leave a mirror alone until it is resumed
    Pause(MirrorName),
    /// Look after a mirror again
    Resume(MirrorName),
    /// Forget a mirror. What stands there stays; added again, it goes on with it
    Remove(MirrorRemoveArgs),
    /// Make a store of what bundles hold
    Restore(MirrorRestoreArgs),
}

/// Arguments of `mirror add`.
#[derive(Clone, Debug, Args)]
pub struct MirrorAddArgs {
    /// What to call it: small letters, digits and -
    pub name: String,
    /// What it is: files (a directory), postgres (tables of a database), bundles (git bundles on a remote of rclone), github (issues of a repository) and notion (a database), both in both directions, d1 and kv (tables of a database, documents of a namespace at Cloudflare), command (a program of yours)
    #[arg(value_parser = ["files", "postgres", "bundles", "github", "notion", "d1", "kv", "command"])]
    pub kind: String,
    /// Where it is: a directory, `postgres://<user>@<host>/<database>`, `https://github.com/<owner>/<repository>`, the link to a page or database of Notion, the URL of a database or namespace in the API of Cloudflare, a remote of rclone such as gdrive:todos, or a line for the shell
    #[arg(value_name = "WHERE")]
    pub url: String,
    /// Hold this project only; may be given several times. Not for bundles and commands
    #[arg(long, value_name = "PROJECT")]
    pub project: Vec<String>,
    /// The least time between two runs of the daemon, such as 5m or 2h
    #[arg(long, value_name = "TIME")]
    pub interval: Option<String>,
}

/// Arguments of `mirror sync`.
#[derive(Clone, Debug, Args)]
pub struct MirrorSyncArgs {
    /// Which mirrors
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print what would be sent, and write nothing, neither there nor here
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Send everything, whatever the place says it holds, and what it did not take before
    #[arg(long)]
    pub again: bool,
    /// Only mirrors that the branch has moved beyond, or at which people change things, not before their interval is over or a failure is long enough ago:
    /// what the daemon runs
    #[arg(long)]
    pub due: bool,
}

/// Names of mirrors.
#[derive(Clone, Debug, Args)]
pub struct MirrorNames {
    /// Which mirrors; all, without one
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// The name of a mirror.
#[derive(Clone, Debug, Args)]
pub struct MirrorName {
    /// Which mirror
    pub name: String,
}

/// Arguments of `mirror remove`.
#[derive(Clone, Debug, Args)]
pub struct MirrorRemoveArgs {
    /// Which mirror
    pub name: String,
    /// Print what would be forgotten, and forget nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// Arguments of `mirror restore`.
#[derive(Clone, Debug, Args)]
pub struct MirrorRestoreArgs {
    /// The remote of rclone that holds the bundles
    #[arg(value_name = "WHERE")]
    pub url: String,
    /// Where the store is to be: a path at which nothing is
    #[arg(value_name = "DIRECTORY")]
    pub to: std::path::PathBuf,
}
