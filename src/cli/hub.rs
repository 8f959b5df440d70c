//! `hub`: starts the program that serves the store, which is one of its own.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Args, Subcommand};

use super::ui::Failure;

/// The program.
const PROGRAM: &str = "git-chittysync-hub";

/// Arguments of `hub`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HubArgs {
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<HubCommand>,
    /// Listen here. An address that others can reach needs --tls-cert or --behind-proxy
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8377")]
    pub listen: String,
    /// Answer requests for this host name too; may be given several times. Those of loopback always are
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// A proxy in front of it does TLS: it may listen where others can reach it
    #[arg(long)]
    pub behind_proxy: bool,
    /// Speak TLS, with the certificate of this file (PEM). It is read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// What `hub` can do besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum HubCommand {
    /// Make, list or take back the tokens by which devices and programs are known
    Token(TokenArgs),
    /// Open the pages of the hub that runs here in a browser, by a link that is good once
    Open(OpenArgs),
}

/// Arguments of `hub open`.
#[derive(Clone, Debug, Args)]
pub struct OpenArgs {
    /// Only print the link, and start no browser
    #[arg(long)]
    pub print: bool,
    /// How much the browser may: read, or write (what the person at this device says)
    #[arg(long, value_name = "SCOPE", default_value = "write", value_parser = ["read", "write"])]
    pub scope: String,
    /// What the hub is called where the browser is, such as `https://todos.example` behind a proxy
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Arguments of `hub token`.
#[derive(Clone, Debug, Args)]
pub struct TokenArgs {
    /// What to do
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What can be done with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, and print it: only a hash of it is kept
    Add(TokenAddArgs),
    /// Print what tokens there are; never the tokens themselves
    List,
    /// Take a token back, from now on
    Revoke(TokenRevokeArgs),
    /// Replace the key with which tokens are signed (chittysync.hubAddress)
    Rotate(TokenRotateArgs),
}

/// Arguments of `hub token add`.
#[derive(Clone, Debug, Args)]
pub struct TokenAddArgs {
    /// The device that it is for, by its label (`chittysync.device`): it speaks for that device's sessions
    #[arg(long, value_name = "LABEL")]
    pub device: String,
    /// How much it allows: read, write (what this device says), or admin (what any device says)
    #[arg(long, value_name = "SCOPE", default_value = "write", value_parser = ["read", "write", "admin", "r", "w", "a"])]
    pub scope: String,
    /// How long it is good: a time such as 90d, or never
    #[arg(long, value_name = "TIME", default_value = "90d")]
    pub expires: String,
}

/// Arguments of `hub token revoke`.
#[derive(Clone, Debug, Args)]
pub struct TokenRevokeArgs {
    /// The id of the token: the letters between its first and second `_`
    pub id: String,
}

/// Arguments of `hub token rotate`.
#[derive(Clone, Debug, Args)]
pub struct TokenRotateArgs {
    /// Forget all earlier keys, as after a leak: what they signed is no longer valid
    #[arg(long)]
    pub at_once: bool,
}

/// Puts the hub's program in the place of this one, with the same arguments. Returns only when that fails.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let mut command = Command::new(beside_this().unwrap_or_else(|| PROGRAM.into()));
    command.args(std::env::args_os().skip(1));
    start(command).map_err(|err| match err.kind() {
        std::io::ErrorKind::NotFound => is_not_installed(),
        _ => Failure::fatal(format!("cannot start {PROGRAM}: {err}")),
    })
}

/// Returns the hub's program, which `hub` would start where programs are found so.
#[cfg(feature = "daemon")]
pub(super) fn find(path: &str) -> Result<PathBuf, Failure> {
    let file = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let elsewhere = || std::env::split_paths(path).map(|directory| directory.join(&file)).find(|path| path.is_file());
    beside_this().or_else(elsewhere).ok_or_else(is_not_installed)
}

fn is_not_installed() -> Failure {
    Failure::fatal(format!("{PROGRAM} is not installed"))
        .hint("`cargo install --locked --path . --features hub` in the sources installs both programs")
}

/// Returns the hub's program in the directory of this one: they are installed together.
fn beside_this() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    path.is_file().then_some(path)
}

#[cfg(unix)]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(255)))
}
