//! The inventory: everything that is put in place, and where it goes.

use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::gitconfig::Section;
use super::settings::Settings;
use super::wanted::{AgentSettings, Generated};
use super::{Part, claude, git_hooks, hook_event, shim};
use crate::store::Store;

/// What the script is called that hooks run.
pub const HOOK_SCRIPT: &str = "hook script";

/// Returns everything that `install` puts in place, in order.
///
/// # Errors
/// When the user has no home, or this program does not know where it is.
pub fn inventory(generated: &Generated, agent: &AgentSettings) -> Result<Vec<Part>, InstallError> {
    let program = program()?;
    let (data, config) = (under("XDG_DATA_HOME", ".local/share")?, under("XDG_CONFIG_HOME", ".config")?);
    let on_path = on_path(&program);
    let stands_at = on_path.clone().unwrap_or_else(|| program.clone());
    let shim = shim::place(&data);
    let program_name = program_in_hooks(agent.shared, &program, &shim);
    let section = Section { driver: driver(&program, on_path.is_some()), past: past_drivers() };
    let mut parts = vec![Part::config("driver", section)];
    if cfg!(unix) {
        parts.push(Part::program(HOOK_SCRIPT, shim, &shim::script(&quoted(&stands_at))));
    }
    let man = man_directory(&stands_at, &data);
    for (name, content) in &generated.pages {
        parts.push(Part::file("man page", man.join(name), content, ".\\\""));
    }
    let completions = [
        (data.join("bash-completion/completions/git-chittysync"), &generated.bash),
        (data.join("zsh/site-functions/_git-chittysync"), &generated.zsh),
        (config.join("fish/completions/git-chittysync.fish"), &generated.fish),
    ];
    parts.extend(completions.into_iter().map(|(path, script)| Part::file("completion", path, script, "#")));
    // The last one: a file that somebody else broke keeps nothing else from being put in place.
    if let Some(path) = &agent.path {
        let (todo_tools, follows_links) = (agent.todo_tools, !agent.shared);
        let events = claude::known_to(agent.version);
        let settings = Settings { path: path.clone(), program: program_name, events, todo_tools, follows_links };
        parts.push(Part::settings("hooks", settings));
    }
    Ok(parts)
}

fn program_in_hooks(shared: bool, program: &Path, shim: &Path) -> String {
    match shared {
        true => shim::ANYWHERE.to_owned(),
        false if cfg!(unix) => quoted(shim),
        false => quoted(program),
    }
}

/// Returns the program as the hooks of a user's own settings name it.
pub(super) fn program_for_hooks() -> Result<String, InstallError> {
    let (program, data) = (program()?, under("XDG_DATA_HOME", ".local/share")?);
    Ok(program_in_hooks(false, &program, &shim::place(&data)))
}

/// Returns the program as an agent starts it for our tools, without a shell.
pub(super) fn server() -> Result<String, InstallError> {
    let (program, data) = (program()?, under("XDG_DATA_HOME", ".local/share")?);
    let place = if cfg!(unix) { shim::place(&data) } else { program };
    Ok(place.display().to_string())
}

/// Returns a command as an agent's hooks run it that has these settings.
///
/// # Errors
/// As [`inventory`].
pub fn hook_command(agent: &AgentSettings) -> Result<String, InstallError> {
    let (program, data) = (program()?, under("XDG_DATA_HOME", ".local/share")?);
    Ok(hook_event::command(&program_in_hooks(agent.shared, &program, &shim::place(&data)), "Stop"))
}

/// Returns the manual pages in the user's data directory when that is not where they go now: where they go depends on
/// where the program stands, and it may have stood elsewhere when they were put there.
///
/// # Errors
/// As [`inventory`].
pub fn left_pages(generated: &Generated) -> Result<Vec<Part>, InstallError> {
    let (program, data) = (program()?, under("XDG_DATA_HOME", ".local/share")?);
    let left = data.join(MAN);
    if man_directory(&on_path(&program).unwrap_or(program), &data) == left {
        return Ok(Vec::new());
    }
    let parts = generated.pages.iter().map(|(name, page)| Part::file("man page", left.join(name), page, ".\\\""));
    let mut found = Vec::new();
    for part in parts {
        // One that cannot be looked at is named later.
        found.extend(part.is_installed().unwrap_or(true).then_some(part));
    }
    Ok(found)
}

/// Returns the directory in which `man` finds the pages only if it is told to, and the one that has to be on the PATH
/// for that; nothing when it finds them anyway.
pub fn unknown_to_man() -> Option<(PathBuf, PathBuf)> {
    let (program, data) = (program().ok()?, under("XDG_DATA_HOME", ".local/share").ok()?);
    let pages = man_directory(&on_path(&program).unwrap_or(program), &data);
    let (man, bin) = (data.join("man"), data.parent()?.join("bin"));
    let names = |variable: &str, wanted: &Path| {
        std::env::var_os(variable).is_some_and(|paths| std::env::split_paths(&paths).any(|path| path == wanted))
    };
    (pages == data.join(MAN) && !names("PATH", &bin) && !names("MANPATH", &man)).then_some((man, bin))
}

fn program() -> Result<PathBuf, InstallError> {
    std::env::current_exe().map_err(|_| InstallError::NoPlace("this program"))
}

/// Returns one of the user's directories: what the variable says, else this one in the home.
fn under(variable: &str, default: &str) -> Result<PathBuf, InstallError> {
    let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().ok_or(InstallError::NoPlace("your home directory"));
    set.map_or_else(|| Ok(home()?.join(default)), Ok)
}

/// Returns the git hooks of a store, which `install` puts in place only on request.
///
/// # Errors
/// When git does not say where they go.
pub fn hooks_of(store: &Store) -> Result<Vec<Part>, InstallError> {
    Ok(git_hooks::hooks(store)?.into_iter().map(Part::hook).collect())
}

/// Returns this program as the PATH has it, which may be a link; nothing when the PATH has another or none.
fn on_path(program: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|part| part.join("git-chittysync")).find(|file| file.is_file())?;
    (std::fs::canonicalize(&found).ok()? == std::fs::canonicalize(program).ok()?).then_some(found)
}

/// The command line of the driver. `%P` stands unquoted: git quotes it, and quoting it again would execute
/// file names.
fn driver(program: &Path, on_path: bool) -> String {
    let name = match on_path {
        true => "git-chittysync".to_owned(),
        false => quoted(program),
    };
    format!("{name} merge-driver %O %A %B %L %P")
}

/// Returns a path as a shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// What earlier versions wrote, and what this one writes elsewhere: ours to replace.
fn past_drivers() -> Vec<String> {
    ["git-chittysync", "git chittysync"].map(|name| format!("{name} merge-driver %O %A %B %L %P")).to_vec()
}

/// Where pages stand in a directory of shared files.
const MAN: &str = "man/man1";

/// Where `man` finds pages: beside the program's directory when that is a `bin`, which man-db knows by
/// itself, else in the user's data directory.
fn man_directory(program: &Path, data: &Path) -> PathBuf {
    let bin = program.parent().filter(|directory| directory.file_name().is_some_and(|name| name == "bin"));
    let prefix = bin.and_then(Path::parent).map(|prefix| prefix.join("share"));
    let writable = prefix.filter(|share| {
        let existing = share.ancestors().find(|path| path.exists());
        existing.is_some_and(|path| tempfile::tempfile_in(path).is_ok())
    });
    writable.unwrap_or_else(|| data.to_owned()).join(MAN)
}
