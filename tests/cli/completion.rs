//! Completion in real shells.

use crate::common::{World, done, has};

/// Where git's own completion for Bash is installed by packages of git.
const GIT: [&str; 4] = [
    "/usr/share/bash-completion/completions/git",
    "/usr/local/share/bash-completion/completions/git",
    "/etc/bash_completion.d/git",
    "/usr/share/git/completion/git-completion.bash",
];

/// Calls the completion of a typed line as Bash does, and returns what it offers.
fn offers(world: &World, prepare: &str, words: &[&str]) -> Vec<String> {
    let script = r#"
set -e
eval "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
spec=$(complete -p "$1")
[[ $spec =~ -F\ ([^ ]+) ]]
"${BASH_REMATCH[1]}" "$1" "${@: -1}" "${@: -2:1}" || true
printf '%s\n' "${COMPREPLY[@]}"
"#;
    let mut command = world.command("bash");
    command.args(["--norc", "--noprofile", "-c", script, "-", prepare]).args(words);
    let done = done(command.output());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{words:?}: {done:?}");
    done.stdout.lines().map(|line| line.trim_end().to_owned()).collect()
}

const SCRIPT: &str = "source \"$HOME/.local/share/bash-completion/completions/git-chittysync\"";

#[track_caller]
fn expect(offered: &[String], has: &[&str], lacks: &[&str]) {
    for word in has {
        assert!(offered.iter().any(|offer| offer == word), "{word} is not in {offered:?}");
    }
    for word in lacks {
        assert!(offered.iter().all(|offer| offer != word), "{word} is in {offered:?}");
    }
}

fn world() -> World {
    let world = World::new();
    world.ok(&["install", "-q"]);
    world
}

/// What is typed behind the name of the command, what is offered, and what is not.
const LINES: [(&[&str], &[&str], &[&str]); 6] = [
    (&[""], &["list", "merge-driver", "sync"], &["--project"]),
    (&["co"], &["consolidate", "conflicts", "completion"], &["list", "commit"]),
    (&["list", "--"], &["--project", "--status", "--store"], &["--from"]),
    (&["list", "--color", ""], &["auto", "always", "never"], &["--project"]),
    (&["merge-driver", "--j"], &["--json"], &["--project"]),
    (&["completion", ""], &["bash", "zsh", "fish"], &["list"]),
];

#[test]
fn bash_completes_the_program() {
    if !has("bash") {
        return;
    }
    let world = world();
    for (typed, has, lacks) in LINES {
        expect(&offers(&world, SCRIPT, &[&["git-chittysync"], typed].concat()), has, lacks);
    }
}

#[test]
fn bash_completes_the_git_command() {
    let Some(git) = GIT.iter().find(|path| std::path::Path::new(path).exists()).filter(|_| has("bash")) else {
        eprintln!("SKIPPED: git's completion for Bash is not installed");
        return;
    };
    let world = world();
    // git's completion asks the shell's loader for the script of the command.
    let loader = "_completion_loader() { source \"$HOME/.local/share/bash-completion/completions/$1\"; }";
    let prepare = format!("source {git}; {loader}");
    for (typed, has, lacks) in LINES {
        expect(&offers(&world, &prepare, &[&["git", "chittysync"], typed].concat()), has, lacks);
        expect(&offers(&world, &prepare, &[&["git", "-C", "/", "chittysync"], typed].concat()), has, lacks);
    }
    expect(&offers(&world, &prepare, &["git", "chit"]), &["chittysync"], &[]);
}

#[test]
fn other_shells_can_read_theirs() {
    let world = world();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        if has(shell) {
            let script = world.write(&format!("script.{shell}"), world.ok(&["completion", shell]).as_bytes());
            let done = done(world.command(shell).arg(check).arg(script).output());
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{shell}: {done:?}");
        }
    }
}
