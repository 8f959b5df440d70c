//! The places themselves, for who has an account: `CHITTYSYNC_LIVE_<KIND>` says where, as `mirror add` takes it, and
//! `CHITTYSYNC_LIVE_<KIND>_TOKEN` is the token or password. Take a place that is for tests: todos are written there, and
//! stay there as dropped ones. What is not set is skipped, and said.

use std::io::Write;

use chittysync::settings::MirrorKind;

use crate::common::Done;
use crate::scene::Scene;

const KINDS: [MirrorKind; 6] =
    [MirrorKind::Notion, MirrorKind::Github, MirrorKind::Postgres, MirrorKind::D1, MirrorKind::Kv, MirrorKind::Bundles];

#[test]
#[ignore = "needs accounts: CHITTYSYNC_LIVE_<KIND>, .ci/components"]
fn the_place_itself_holds_what_it_is_sent() {
    for kind in KINDS {
        let name = format!("CHITTYSYNC_LIVE_{}", kind.as_str().to_uppercase());
        let token = std::env::var(format!("{name}_TOKEN")).unwrap_or_default();
        match std::env::var(&name) {
            Ok(place) if !place.is_empty() => live(kind, &place, &token),
            // Past what a test prints, which is seen only when it fails.
            _ => writeln!(std::io::stderr(), "SKIPPED: {} itself: {name} is not set", kind.as_str()).expect("written"),
        }
    }
}

fn live(kind: MirrorKind, place: &str, token: &str) {
    let scene = Scene::new(kind);
    let world = &scene.world;
    let helper = "[credential]\n\thelper = \"!f() { echo username=token; echo \\\"password=$LIVE_TOKEN\\\"; }; f\"\n";
    world.write("home/.gitconfig", format!("[chittysync]\n\tfsync = false\n{helper}").as_bytes());
    let rclone = std::env::var("RCLONE_CONFIG").unwrap_or_default();
    let variables = [("LIVE_TOKEN", token), ("RCLONE_CONFIG", rclone.as_str())];
    let run = |arguments: &[&str]| -> Done {
        let done = world.run_with(&variables[..if rclone.is_empty() { 1 } else { 2 }], arguments);
        assert_eq!(done.code, Some(0), "{}: {done:?}", kind.as_str());
        done
    };
    // What an earlier run has left there has other words.
    let words = |text: &str| format!("{text} {}", std::process::id());
    run(&["edit", "Ship", "--text", &words("Ship")]);
    run(&["mirror", "add", "live", kind.as_str(), place]);
    run(&["mirror", "sync", "--again"]);
    run(&["mirror", "verify"]);
    let second = run(&["--json", "mirror", "sync"]);
    assert!(second.stdout.contains("\"up_to_date\""), "a second run writes nothing: {second:?}");
    run(&["done", &words("Ship")]);
    run(&["edit", "Fix login", "--description", "one\ntwo"]);
    run(&["mirror", "sync"]);
    run(&["mirror", "verify"]);
    for text in [&words("Ship"), "Fix login", "Write notes"] {
        run(&["drop", text]);
    }
    run(&["mirror", "sync"]);
    run(&["mirror", "verify"]);
}
