//! `completion`: scripts for shells.

use clap_complete::aot::{Shell as Target, generate};

use super::args::{CompletionArgs, Shell};
use super::out::{Failure, Out};

pub(super) fn run(args: &CompletionArgs, out: &mut Out) -> Result<(), Failure> {
    match out.json {
        true => out.print_json(&serde_json::json!({ "script": script(args.shell) })),
        false => out.print_always(&script(args.shell)),
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
    generate(shell, &mut super::command().bin_name(name.to_owned()), name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The generated script breaks on names with a hyphen, so it is made for a name without one. git's own
/// completion calls `_git_chittysync` for `git chittysync`, with `git` still in the words.
fn bash() -> String {
    let generated = generated(Target::Bash, "chittysync");
    let generated = generated.replace("complete -F _chittysync", "complete -F _git-chittysync");
    let kept: Vec<&str> = generated.lines().filter(|line| !line.contains("complete -F _git-chittysync")).collect();
    format!(
        "{}\n
_git_chittysync() {{
    local COMP_WORDS=(chittysync \"${{COMP_WORDS[@]:__git_cmd_idx+1}}\") COMP_CWORD=$((COMP_CWORD - __git_cmd_idx))
    _chittysync chittysync \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"
}}

_git-chittysync() {{
    local COMP_WORDS=(chittysync \"${{COMP_WORDS[@]:1}}\")
    _chittysync chittysync \"$2\" \"$3\"
}}

complete -F _git-chittysync -o bashdefault -o default git-chittysync\n",
        kept.join("\n").replace("if [[ \"${BASH_VERSINFO[0]}\" -eq 4 && \"${BASH_VERSINFO[1]}\" -ge 4 || \"${BASH_VERSINFO[0]}\" -gt 4 ]]; then\nelse\nfi", "")
    )
}
