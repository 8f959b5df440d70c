//! What a push tidies up: the board, and the archive.

use crate::devices::Devices;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

fn at(devices: &Devices, rev: &str) -> Option<String> {
    let shown = devices.world.git_run(&devices.hub(), &["show", rev]);
    (shown.code == Some(0)).then_some(shown.stdout)
}

#[test]
fn the_board_is_what_a_host_shows() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", SESSION, "2026-11-20T11:00:00.000Z", &[("Fix <b>login</b>", "in_progress"), ("Ship", "pending")]);
    devices.sync("a");
    let board = at(&devices, "consolidated:README.md").expect("a board");
    assert!(
        board.contains("- [ ] Fix &lt;b&gt;login&lt;/b&gt; *(in progress: ‘Fix &lt;b&gt;login&lt;/b&gt;’ since 2026-11-20)*\n- [ ] Ship\n"),
        "{board}"
    );
    let before = devices.world.git(&devices.hub(), &["rev-parse", "consolidated"]);
    devices.sync("b");
    devices.sync("a");
    assert_eq!(devices.world.git(&devices.hub(), &["rev-parse", "consolidated"]), before, "nothing new, no new board");
    // Without a push the board stays as it is; with one it is what was pushed.
    devices.list("b", OTHER, "2026-11-20T11:30:00.000Z", &[("Ship", "completed")]);
    let done = devices.try_sync("b", "2026-11-20T12:00:00.000Z", &["--no-push"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(devices.world.git(&devices.store("b"), &["show", "consolidated:README.md"]), board.trim_end());
    devices.sync("b");
    assert!(at(&devices, "consolidated:README.md").expect("a board").contains("- [x] Ship\n"));
    devices.sync("a");
    let tip = |device: &str| devices.world.git(&devices.store(device), &["rev-parse", "consolidated"]);
    assert_eq!(tip("a"), tip("b"));
}

/// What is quiet is told by the date of what was said last, never by the clock of who looks: all make the same commit.
#[test]
fn what_is_quiet_is_counted_by_the_boards_own_date() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", SESSION, "2026-11-10T11:00:00.000Z", &[("Left over", "in_progress"), ("Never begun", "pending")]);
    devices.list("a", OTHER, "2026-11-20T11:00:00.000Z", &[("Next", "pending")]);
    devices.sync("a");
    let board = at(&devices, "consolidated:README.md").expect("a board");
    assert!(board.contains("- [ ] Next\n") && !board.contains("Never begun"), "{board}");
    let told = "- 2 more from 1 session that has been quiet for a week, in [its lists](projects/general)\n";
    assert!(board.contains(told), "{board}");
    let before = devices.world.git(&devices.hub(), &["rev-parse", "consolidated"]);
    assert_eq!(devices.try_sync("b", "2027-03-20T12:00:00.000Z", &[]).code, Some(0));
    assert_eq!(devices.world.git(&devices.hub(), &["rev-parse", "consolidated"]), before, "time alone changes nothing");
}

#[test]
fn devices_archive_alike_and_what_one_says_again_comes_back() {
    let devices = Devices::new(&["a", "b"]);
    let long_ago = "2026-05-10T10:00:00.000Z";
    devices.list("a", SESSION, long_ago, &[("Paint it", "completed")]);
    assert_eq!(devices.try_sync("a", long_ago, &[]).code, Some(0));
    devices.sync("b");
    // One device brings news, which makes the todo old; the other speaks of it again, before it hears of that.
    devices.list("a", "abcdabcd-0000-4000-8000-000000000003", "2026-11-20T11:00:00.000Z", &[("New", "pending")]);
    devices.sync("a");
    assert!(at(&devices, "consolidated:projects/general/archive/2026-05.json").expect("a month").contains("Paint it"));
    devices.list("b", OTHER, "2026-11-20T11:30:00.000Z", &[("Paint it", "pending")]);
    devices.sync("b");
    devices.sync("a");
    let tip = |device: &str| devices.world.git(&devices.store(device), &["rev-parse", "consolidated"]);
    assert_eq!(tip("a"), tip("b"));
    assert!(!at(&devices, "consolidated:projects/general/archive/2026-05.json").expect("a month").contains("Paint it"));
    let list = devices.ok("a", &["list", "--all"]).stdout;
    assert!(list.contains("Paint it"), "{list}");
    let json = devices.ok("a", &["--json", "show", "paint it"]).stdout;
    let line: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (line["status"].as_str(), line["claims"].as_object().map(serde_json::Map::len)),
        (Some("completed"), Some(2))
    );
}
