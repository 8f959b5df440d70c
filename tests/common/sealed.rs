//! Tests that use the library itself, without anything of the environment in which they were started.

use super::{World, done};

/// Set where there is nothing of it.
const SEALED: &str = "TEST_IS_SEALED";

/// Carries out a test, or the rest of it, in a process of its own: whoever starts tests may have settings of git that keep
/// remotes from being used, or stand in another repository.
pub fn sealed(test: impl FnOnce()) {
    let name = std::thread::current().name().map(str::to_owned);
    let Some(name) = name.filter(|name| name != "main" && std::env::var_os(SEALED).is_none()) else {
        return test();
    };
    let world = World::new();
    let this = std::env::current_exe().expect("this test");
    let mut command = world.command(this.to_str().expect("UTF-8"));
    let ended = done(command.args(["--exact", &name, "--include-ignored", "--nocapture"]).env(SEALED, "1").output());
    assert!(ended.code == Some(0) && ended.stdout.contains(" 1 passed;"), "{}\n{}", ended.stdout, ended.stderr);
}
