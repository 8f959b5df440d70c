//! `service`: having the system start the daemon, or the hub.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::{Context, display};
use super::ui::{Failure, Ui};
use crate::install::{Change, InstallError, Manager, Part, Runs, Service, remove_made, tell_manager};
use crate::source::home_variables;
use crate::store::Origin;

/// Arguments of `service`.
#[derive(Debug, Args)]
pub struct ServiceArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: ServiceVerb,
}

/// What can be done with the service.
#[derive(Debug, Subcommand)]
pub enum ServiceVerb {
    /// Have the daemon, or with --hub the hub, started now and at every login
    Install(Box<InstallServiceArgs>),
    /// Undo that
    Uninstall(ChangeArgs),
    /// Print whether it is in place and active
    Status(ManagerArgs),
}

/// Arguments of `service install`.
#[derive(Debug, Args)]
pub struct InstallServiceArgs {
    /// Where the hub listens (see `git chittysync hub`)
    #[arg(long, value_name = "ADDRESS:PORT", requires = "hub")]
    pub listen: Option<String>,
    /// A host name for which the hub answers too; may be given several times
    #[arg(long, value_name = "NAME", requires = "hub")]
    pub host: Vec<String>,
    /// A proxy in front of the hub does TLS
    #[arg(long, requires = "hub")]
    pub behind_proxy: bool,
    /// The certificate with which the hub speaks TLS
    #[arg(long, value_name = "FILE", requires = "hub", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Whether it is done, and whose service.
    #[command(flatten)]
    pub change: ChangeArgs,
}

impl InstallServiceArgs {
    /// Returns the options of `hub` that these are.
    fn of_hub(&self) -> Vec<String> {
        let listen = self.listen.iter().flat_map(|address| ["--listen", address]);
        let hosts = self.host.iter().flat_map(|host| ["--host", host]);
        let proxy = self.behind_proxy.then_some("--behind-proxy");
        let mut options: Vec<String> = listen.chain(hosts).chain(proxy).map(str::to_owned).collect();
        for (name, file) in [("--tls-cert", &self.tls_cert), ("--tls-key", &self.tls_key)] {
            // The service is started somewhere else.
            let file = file.as_ref().map(|file| std::path::absolute(file).unwrap_or_else(|_| file.clone()));
            options.extend(file.into_iter().flat_map(|file| [name.to_owned(), file.display().to_string()]));
        }
        options
    }
}

/// Arguments of `service uninstall`, and more of `service install`.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Whose service.
    #[command(flatten)]
    pub manager: ManagerArgs,
}

/// Which service it is, and whose.
#[derive(Debug, Args)]
pub struct ManagerArgs {
    /// The hub, which is a service of its own, in place of the daemon
    #[arg(long)]
    pub hub: bool,
    /// What starts it: a systemd user unit, a launchd agent, or a line for cron, which is only printed
    /// [default: what this system has]
    #[arg(long, value_name = "MANAGER", hide_possible_values = true)]
    pub manager: Option<Manager>,
}

pub(super) fn run(args: &ServiceArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (options, of_hub) = match &args.verb {
        ServiceVerb::Install(install) => (&install.change.manager, install.of_hub()),
        ServiceVerb::Uninstall(change) => (&change.manager, Vec::new()),
        ServiceVerb::Status(options) => (options, Vec::new()),
    };
    let runs = if options.hub { Runs::Hub(of_hub) } else { Runs::Daemon };
    let manager = options.manager.unwrap_or_else(Manager::of_system);
    let service = service(runs, context)?;
    let Some(part) = manager.part(&service)? else { return cron(&args.verb, &service, ui) };
    match &args.verb {
        ServiceVerb::Install(args) => install(manager, &service, &part, args.change.dry_run, ui),
        ServiceVerb::Uninstall(options) => uninstall(manager, &service.runs, &part, options.dry_run, ui),
        ServiceVerb::Status(_) => status(manager, &service.runs, &part, ui),
    }
}

impl From<InstallError> for Failure {
    fn from(err: InstallError) -> Self {
        Failure::fatal(crate::ops::chain(&err))
    }
}

/// Returns what the service runs: this program, with what it would not find in a bare environment.
fn service(runs: Runs, context: &Context) -> Result<Service, Failure> {
    let program = std::env::current_exe().map_err(|_| InstallError::NoPlace("this program"))?;
    let home = std::env::home_dir().ok_or(InstallError::NoPlace("your home directory"))?;
    let location = context.location()?;
    let store = match location.origin {
        // Found again without being named, also after it was moved.
        Origin::Default | Origin::Setting => None,
        _ => Some(std::path::absolute(&location.path).unwrap_or(location.path)),
    };
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".into());
    let own = ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "CHITTYSYNC_LOG"];
    let names = home_variables().chain(own);
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let environment = names.filter_map(|name| Some((name.to_owned(), set(name)?))).collect();
    Ok(Service { runs, program, store, home, path, environment })
}

fn install(manager: Manager, service: &Service, part: &Part, dry_run: bool, ui: &mut Ui) -> Result<(), Failure> {
    let runs = &service.runs;
    match runs {
        Runs::Daemon => super::daemon::warn_of_level(ui),
        Runs::Hub(_) => super::hub::find(&service.path).map(drop)?,
    }
    let change = part.install(dry_run)?;
    let commands = manager.enable(runs, part);
    let mut failed = None;
    if !dry_run && !change.is_kept() {
        failed = commands.iter().find_map(|command| refusal(command));
    }
    report(manager, part, change, dry_run, failed.is_none(), ui);
    if change.is_kept() {
        return Err(foreign(part));
    }
    if dry_run {
        commands.iter().for_each(|command| ui.note(&format!("would run  {}", command.join(" "))));
        return Ok(());
    }
    match failed {
        None => {
            ui.note(&format!("Undo with: git chittysync service uninstall{}", runs.option()));
            Ok(())
        }
        Some(reason) => {
            let lines: Vec<String> = commands.iter().map(|command| command.join(" ")).collect();
            let what = runs.as_str();
            Err(Failure::no(format!("the file is in place, but the {what} was not started: {reason}")).hint(format!(
                "run `{}` where {} runs",
                lines.join(" && "),
                manager.as_str()
            )))
        }
    }
}

fn uninstall(manager: Manager, runs: &Runs, part: &Part, dry_run: bool, ui: &mut Ui) -> Result<(), Failure> {
    let change = part.uninstall(true)?;
    let mut is_stopped = true;
    if !dry_run && change == Change::Removed {
        // What is not running cannot be stopped, and is removed all the same.
        is_stopped = manager.disable(runs).iter().all(|command| refusal(command).is_none());
        part.uninstall(false)?;
        remove_made(part.path().as_slice());
    }
    report(manager, part, change, dry_run, is_stopped, ui);
    if change.is_kept() {
        return Err(foreign(part));
    }
    if dry_run && change == Change::Removed {
        manager.disable(runs).iter().for_each(|command| ui.note(&format!("would run  {}", command.join(" "))));
    }
    Ok(())
}

/// Returns why a manager did not do what it was told.
fn refusal(command: &[String]) -> Option<String> {
    match tell_manager(command) {
        Ok((true, _)) => None,
        Ok((false, said)) if said.is_empty() => Some(format!("`{}` failed", command.join(" "))),
        Ok((false, said)) => Some(said.lines().next().unwrap_or_default().to_owned()),
        Err(err) => Some(format!("cannot run {}: {err}", command.first().map_or("", String::as_str))),
    }
}

fn foreign(part: &Part) -> Failure {
    Failure::no(format!("{} was not written by us and is left as it is", part.place()))
        .hint("remove it yourself if ours should take its place")
}

fn report(manager: Manager, part: &Part, change: Change, dry_run: bool, is_told: bool, ui: &mut Ui) {
    if ui.json {
        ui.print_json(&json!({
            "manager": manager.as_str(),
            "dry_run": dry_run,
            "place": part.place(),
            "change": change.as_str(),
            "told": is_told && !dry_run && !change.is_kept(),
        }));
    } else {
        let place = part.path().map_or_else(|| part.place(), display);
        ui.note(&format!("{:<10} {:<10} {place}", part.name, change.as_str()));
    }
}

fn status(manager: Manager, runs: &Runs, part: &Part, ui: &mut Ui) -> Result<(), Failure> {
    let state = match runs {
        // Which options it was given is seen in its file, and not asked for again.
        Runs::Hub(_) if part.is_installed()? => Change::None,
        _ => part.check()?,
    };
    let installed = match state {
        Change::None => "installed",
        Change::Foreign | Change::Others => "not ours",
        _ if part.path().is_some_and(std::path::Path::exists) => "of another version",
        _ => "not installed",
    };
    let active = manager.is_active(runs);
    if ui.json {
        ui.print_json(&json!({
            "manager": manager.as_str(), "place": part.place(), "state": installed, "active": active,
        }));
    } else {
        let active = active.map_or("unknown", |active| if active { "yes" } else { "no" });
        let place = part.path().map_or_else(|| part.place(), display);
        ui.print(&format!("{:<10} {installed}: {place}\nactive     {active}\n", manager.as_str()));
    }
    match state {
        Change::None => Ok(()),
        _ => {
            let hint = format!("`git chittysync service install{}` puts it there", runs.option());
            Err(Failure::no("the service is not in place").hint(hint))
        }
    }
}

/// Without a manager of services cron has to do, and nobody's crontab is ours to change.
fn cron(verb: &ServiceVerb, service: &Service, ui: &mut Ui) -> Result<(), Failure> {
    let line = Manager::Cron.line(service).unwrap_or_default();
    match verb {
        ServiceVerb::Install(_) if ui.json => {
            ui.print_json(&json!({ "manager": "cron", "line": line.trim_end() }));
        }
        ServiceVerb::Install(_) if service.runs != Runs::Daemon => {
            ui.note("Here no service manager starts the hub. This line for `crontab -e` does when the machine starts:");
            ui.print_always(&line);
        }
        ServiceVerb::Install(_) => {
            ui.note("Here no service manager starts the daemon. This line for `crontab -e` syncs every five minutes;");
            ui.note("or start it yourself at every login with `git chittysync daemon start`.");
            ui.print_always(&line);
        }
        ServiceVerb::Uninstall(_) if ui.json => ui.print_json(&json!({ "manager": "cron", "change": "unchanged" })),
        ServiceVerb::Uninstall(_) => {
            ui.note("Nothing was put in place. A line for cron is removed with `crontab -e`.");
        }
        ServiceVerb::Status(_) => {
            if ui.json {
                ui.print_json(&json!({ "manager": "cron", "state": "unknown", "active": null }));
            }
            return Err(Failure::no("cron is not ours to look into").hint("`crontab -l` lists its lines"));
        }
    }
    Ok(())
}
