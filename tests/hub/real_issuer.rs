//! Tokens of an issuer of somebody else, by `tests/hub/issuer.mjs`. It needs node, and oidc-provider and jose from npm, so
//! `.ci/components` runs it. What of it needs neither is in [`crate::outsiders`].

use crate::common::{World, binary, done, project};
use crate::scene::HELPER;

#[test]
#[ignore = "needs an issuer: ISSUER_MODULES, see docs/CONTRIBUTING.md"]
fn tokens_of_a_real_issuer() {
    let modules = std::env::var("ISSUER_MODULES").expect("ISSUER_MODULES is set");
    let world = World::new();
    world.write("home/.gitconfig", HELPER.as_bytes());
    let mut command = world.command("node");
    command.arg(project("tests/hub/issuer.mjs")).env("PROGRAM", binary()).env("MODULES", modules);
    let played = done(command.output());
    println!("{}{}", played.stdout, played.stderr);
    assert_eq!(played.code, Some(0));
}
