//! The pages in a real browser, by `tests/browser/pages.mjs`. It needs a headless Chromium, and playwright-core and
//! axe-core from npm, so `.ci/components` runs it.

use crate::common::{World, binary, done, project};

#[test]
#[ignore = "needs a browser: PAGES_MODULES and CHROMIUM, see docs/CONTRIBUTING.md"]
fn the_pages_in_a_real_browser() {
    let given = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let world = World::new();
    let mut command = world.command("node");
    command.arg(project("tests/browser/pages.mjs")).env("PROGRAM", binary());
    command.env("MODULES", given("PAGES_MODULES")).env("CHROMIUM", given("CHROMIUM"));
    if let Ok(patience) = std::env::var("PAGES_PATIENCE") {
        command.env("PATIENCE", patience);
    }
    if std::env::var_os("UPDATE").is_some() {
        command.env("PICTURE", project("docs/hub/now.png"));
    }
    let played = done(command.output());
    println!("{}{}", played.stdout, played.stderr);
    assert_eq!(played.code, Some(0));
}
