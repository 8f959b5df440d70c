//! The hub's program: the store as a git remote, an API and a stream of events. `git chittysync hub` starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    chittysync::hub::main()
}
