//! `completion`: scripts for shells.

use clap_complete::aot::{Shell as Target, generate};

use super::args::{CompletionArgs, Shell, command};
use super::ui::{Failure, Ui};

pub(super) fn run(args: &CompletionArgs, ui: &mut Ui) -> Result<(), Failure> {
    match ui.json {
        true => ui.print_json(&serde_json::json!({ "script": script(args.shell) })),
        false => ui.print_always(&script(args.shell)),
    }
    Ok(())
}

/// Returns the completion script for a shell, for `git-chittysync` and, in Bash and Z shell, for
/// `git chittysync`.
pub(super) fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => bash(),
        Shell::Zsh => generated(Target::Zsh, "git-chittysync"),
        Shell::Fish => generated(Target::Fish, "git-chittysync"),
    }
}

fn generated(shell: Target, name: &str) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command().bin_name(name.to_owned()), name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the script for Bash. clap's breaks on a name with a hyphen, so it is made for one without; what
/// stands behind its one function, the call of `complete`, is ours.
fn bash() -> String {
    let script = generated(Target::Bash, "chittysync");
    let (function, _) = script.split_once("\n}\n").unwrap_or((&script, ""));
    format!("{function}\n}}\n{BASH}")
}

/// git's completion calls `_git_chittysync` with the words in variables of its own, and has told Bash to add
/// no space behind a word.
const BASH: &str = r#"
_git_chittysync() {
    local COMP_WORDS=("${words[@]:__git_cmd_idx}") COMP_CWORD=$((cword - __git_cmd_idx))
    compopt +o nospace 2>/dev/null
    _chittysync chittysync "$cur" "$prev"
}

complete -F _chittysync -o bashdefault -o default git-chittysync
"#;
