//! What we put outside a store, and how it is taken away again: one inventory, three walks.
//!
//! A part is a value in git config or a file. It counts as ours when it is what some version of this
//! program wrote: values are compared, files carry a mark. Anything else is somebody's own and is left
//! alone.

mod part;

use std::path::{Path, PathBuf};

pub use part::{Change, Part};

use crate::git::GitError;
use crate::store::paths::ATTRIBUTES;

/// Why something could not be put in place or taken away.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// git config or a file could not be written.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is no place for it.
    #[error("cannot find {0}")]
    NoPlace(&'static str),
}

/// What is made of the command line.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Manual pages by file name.
    pub pages: Vec<(String, String)>,
    /// The completion script for Bash.
    pub bash: String,
    /// The completion script for Z shell.
    pub zsh: String,
    /// The completion script for fish.
    pub fish: String,
}

/// Returns everything that `install` puts in place, in order.
///
/// # Errors
/// When the user has no home, or this program does not know where it is.
pub fn inventory(generated: &Generated, store: Option<&Path>) -> Result<Vec<Part>, InstallError> {
    let program = std::env::current_exe().map_err(|_| InstallError::NoPlace("this program"))?;
    let home = std::env::home_dir().ok_or(InstallError::NoPlace("your home directory"))?;
    let under = |variable: &str, default: &str| {
        let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        set.unwrap_or_else(|| home.join(default))
    };
    let (data, config) = (under("XDG_DATA_HOME", ".local/share"), under("XDG_CONFIG_HOME", ".config"));
    let mut parts = vec![
        Part::config("driver", "merge.chittysync.name", "todo lists of agents", &[]),
        Part::config("driver", "merge.chittysync.driver", &driver(&program), &past_drivers()),
    ];
    if let Some(store) = store.filter(|store| store.join("objects").is_dir()) {
        // For merges in the store itself, which has no checked-out .gitattributes.
        parts.push(Part::file("attributes", store.join("info/attributes"), ATTRIBUTES, "#"));
    }
    let man = man_directory(&program, &data);
    for (name, content) in &generated.pages {
        parts.push(Part::file("man page", man.join(name), content, ".\\\""));
    }
    let completions = [
        (data.join("bash-completion/completions/git-chittysync"), &generated.bash),
        (data.join("zsh/site-functions/_git-chittysync"), &generated.zsh),
        (config.join("fish/completions/git-chittysync.fish"), &generated.fish),
    ];
    parts.extend(completions.into_iter().map(|(path, script)| Part::file("completion", path, script, "#")));
    Ok(parts)
}

/// The command line of the driver. `%P` stands unquoted: git quotes it, and quoting it again would execute
/// file names.
fn driver(program: &Path) -> String {
    let found = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path).map(|part| part.join("git-chittysync")).find(|file| file.is_file())
    });
    let same = found.and_then(|found| std::fs::canonicalize(found).ok()) == std::fs::canonicalize(program).ok();
    let name = match same {
        true => "git-chittysync".to_owned(),
        false => format!("'{}'", program.display().to_string().replace('\'', "'\\''")),
    };
    format!("{name} merge-driver %O %A %B %L %P")
}

/// What earlier versions wrote, and what this one writes elsewhere: ours to replace.
fn past_drivers() -> Vec<String> {
    ["git-chittysync", "git chittysync"].map(|name| format!("{name} merge-driver %O %A %B %L %P")).to_vec()
}

/// Where `man` finds pages: beside the program's directory when that is a `bin`, which man-db knows by
/// itself, else in the user's data directory.
fn man_directory(program: &Path, data: &Path) -> PathBuf {
    let bin = program.parent().filter(|directory| directory.file_name().is_some_and(|name| name == "bin"));
    let prefix = bin.and_then(Path::parent).map(|prefix| prefix.join("share"));
    let writable = prefix.filter(|share| {
        let existing = share.ancestors().find(|path| path.exists());
        existing.is_some_and(|path| tempfile::tempfile_in(path).is_ok())
    });
    writable.unwrap_or_else(|| data.to_owned()).join("man/man1")
}
