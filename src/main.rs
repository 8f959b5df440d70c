//! The program: runs a command, and makes sure that every way out has the exit code it should.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A panic must not look like a merge conflict to git, which takes 1 to 128 for one.
    std::panic::catch_unwind(chittysync::cli::main).unwrap_or_else(|_| {
        // Nobody may be listening, which must not make it panic again.
        let hint = "hint: this is a bug; nothing that was saved is lost. Please report it with the lines above";
        let _ = writeln!(std::io::stderr(), "{hint}");
        ExitCode::from(255)
    })
}
