//! Remotes that do not take, or give, everything at once: what can be exchanged is, and the rest is named in their words.

use crate::common::NOW;
use crate::devices::Devices;

/// Refuses pushes of more refs than this.
fn at_most(devices: &Devices, most: usize) {
    let script = format!(
        r#"n=0; while read old new ref; do n=$((n+1)); done
echo x >> "$GIT_DIR/pushes"; [ $n -le {most} ] || {{ printf 'Pushes can not update \033[1mmore than {most}\033[0m branches.\n' >&2; exit 1; }}"#
    );
    devices.hook("pre-receive", &script);
}

fn lists(devices: &Devices, name: &str, count: usize) {
    for number in 0..count {
        let words = format!("Task {number}");
        devices.list(name, &format!("s{number:02}"), "2026-11-20T10:00:00Z", &[(&words, "pending")]);
    }
}

fn pushes(devices: &Devices) -> usize {
    std::fs::read_to_string(devices.hub().join("pushes")).map_or(0, |text| text.lines().count())
}

#[test]
fn a_host_that_takes_few_refs_at_once_gets_few_at_once() {
    let devices = Devices::new(&["a", "b"]);
    at_most(&devices, 5);
    lists(&devices, "a", 12);
    let done = devices.sync("a");
    assert!(done.stderr.contains("12 sessions sent") && !done.stderr.contains("only branches"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 12);
    assert!(pushes(&devices) <= 9, "{}", pushes(&devices));
    devices.sync("b");
    devices.agree(&["a", "b"]);
    // Refs are given up in parts, too.
    let done = devices.sync_at("a", "2026-12-20T12:00:00Z");
    assert!(done.stderr.contains("12 sessions retired"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/consolidated"]);
}

#[test]
fn sessions_that_are_branches_are_sent_in_parts() {
    let devices = Devices::new(&["a"]);
    devices.hook(
        "pre-receive",
        r#"n=0; while read old new ref; do n=$((n+1)); case "$ref" in refs/heads/*) ;; *) exit 1 ;; esac; done; [ $n -le 2 ]"#,
    );
    lists(&devices, "a", 7);
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin takes only branches"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/heads/chittysync/").len(), 7);
    devices.agree(&["a"]);
}

/// The whole push is refused for one of its refs.
#[test]
fn what_is_refused_alone_is_named_in_the_words_of_the_remote() {
    let devices = Devices::new(&["a", "b"]);
    devices.hook(
        "pre-receive",
        r#"while read old new ref; do case "$ref" in */s03) printf '\033[31mNot s03:\033[0m ask\r\n Ada\007 first\n' >&2; exit 1 ;; esac; done"#,
    );
    lists(&devices, "a", 8);
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let told = "origin did not take refs/chittysync/s03: refused: pre-receive hook declined (remote: Not s03: ask Ada\u{fffd} first)";
    assert!(done.stderr.contains(told), "{done:?}");
    assert!(!done.stderr.contains('\u{1b}') && !done.stderr.contains("only branches"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/").len(), 8, "seven sessions and the branch");
    assert_eq!(devices.try_sync("b", NOW, &[]).code, Some(0));
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b").len(), 8, "the branch has what it said");
}

#[test]
fn the_words_of_a_remote_are_bounded() {
    let devices = Devices::new(&["a"]);
    devices.hook("update", "yes 'It is because of this.' | head -c 300000 >&2; exit 1");
    lists(&devices, "a", 1);
    let done = devices.try_sync("a", NOW, &["-q"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("(remote: It is because of this. It is"), "{}", done.stderr.len());
    assert!(done.stderr.len() < 2_000, "{}", done.stderr.len());
}

/// Whatever makes the remote's git refuse the pack as a whole.
#[test]
fn a_push_shrinks_until_it_fits() {
    let devices = Devices::new(&["a"]);
    let noise = |seed: u64| -> String {
        (0..700_u64).map(|i| format!("{:x}", (seed * 977 + i + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
    };
    for number in 0..8_u64 {
        let words = noise(number);
        devices.list("a", &format!("s{number}"), "2026-11-20T10:00:00Z", &[(&words, "pending")]);
    }
    devices.world.git(&devices.hub(), &["config", "receive.maxInputSize", "56k"]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("8 sessions sent"), "{done:?}");
    devices.agree(&["a"]);
    // git alone, which sends all of it at once, is refused.
    let another = devices.world.path("another.git");
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "another.git"]);
    devices.world.git(&another, &["config", "receive.maxInputSize", "56k"]);
    let arguments = ["push", &another.to_string_lossy(), "refs/chittysync/*", "consolidated"];
    let done = devices.world.git_run(&devices.store("a"), &arguments);
    assert!(done.stderr.contains("exceeds maximum allowed size"), "{done:?}");
}

#[test]
fn a_branch_below_or_above_ours_keeps_only_ours_back() {
    for (there, stuck) in
        [("refs/heads/consolidated/x", "refs/heads/consolidated"), ("refs/chittysync/s00/x", "refs/chittysync/s00")]
    {
        let devices = Devices::new(&["a", "b"]);
        let tree = devices.world.git(&devices.hub(), &["mktree", "--missing"]);
        let commit = devices.world.git(&devices.hub(), &["commit-tree", "-m", "x", &tree]);
        devices.world.git(&devices.hub(), &["update-ref", there, &commit]);
        lists(&devices, "a", 3);
        for _ in 0..2 {
            let done = devices.try_sync("a", NOW, &["--json"]);
            assert_eq!(done.code, Some(1), "{there}: {done:?}");
            let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
            let told = serde_json::json!([{"what": stuck, "why": format!("{there} is in its way there")}]);
            assert_eq!((&json["remote"]["problems"], &json["remote"]["tries"]), (&told, &1.into()), "{json}");
        }
        assert_eq!(devices.refs(&devices.hub(), "refs/").len(), 4, "{there}");
        devices.try_sync("b", NOW, &[]);
        assert_eq!(devices.states("b").len(), 3, "{there}");
        // When it is gone, all is well, whatever is remembered of it.
        devices.world.git(&devices.hub(), &["update-ref", "-d", there]);
        devices.sync_all(&["a", "b"]);
        devices.agree(&["a", "b"]);
        // And when it takes the place of what was fetched, too.
        devices.world.git(&devices.hub(), &["update-ref", "-d", stuck]);
        devices.world.git(&devices.hub(), &["update-ref", there, &commit]);
        let done = devices.try_sync("b", NOW, &[]);
        assert!(!done.stderr.contains("cannot reach"), "{there}: {done:?}");
        devices.world.git(&devices.hub(), &["update-ref", "-d", there]);
        devices.sync_all(&["a", "b"]);
        devices.agree(&["a", "b"]);
    }
}

#[test]
fn a_remote_whose_refs_lead_nowhere_gives_what_is_sound() {
    let missing = "1234567890123456789012345678901234567890\n";
    let null = "0000000000000000000000000000000000000000\n";
    for (name, content, told) in [
        ("refs/chittysync/desktop.ini", "[.ShellClassInfo]\r\n", "it leads to no commit"),
        ("refs/chittysync/zero", null, "it leads to no commit"),
        ("refs/chittysync/empty", "", "it leads to no commit"),
        ("refs/heads/chittysync/zero", null, "it leads to no commit"),
        ("refs/chittysync/gone", missing, "not our ref"),
        ("refs/chittysync/a..b", missing, ""),
        ("refs/chittysync/below/gone", missing, "no session's ref has such a name"),
        ("refs/chittysync/nowhere", "ref: refs/heads/none\n", ""),
        ("refs/heads/consolidated-old", missing, "not our ref"),
    ] {
        let devices = Devices::new(&["a", "b", "c"]);
        lists(&devices, "a", 3);
        devices.sync("a");
        let path = devices.world.write(&format!("hub.git/{name}"), content.as_bytes());
        for device in ["b", "c"] {
            // Nothing of theirs is there to be sent, so nothing can be refused.
            let done = devices.try_sync(device, NOW, &[]);
            assert_eq!(done.code, Some(0), "{name}: {done:?}");
            assert_eq!(devices.states(device).len(), 3, "{name}");
            assert_eq!(
                done.stderr.contains(&format!("warning: {name} of origin was left out")),
                !told.is_empty(),
                "{done:?}"
            );
            assert!(done.stderr.contains(told), "{name}: {done:?}");
        }
        // What is new there comes nevertheless, as git on the other side lets nobody push.
        devices.list("a", "s9", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
        std::fs::remove_file(&path).expect("removed");
        devices.sync("a");
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(&path, content).expect("a file");
        devices.try_sync("b", NOW, &[]);
        assert_eq!(devices.states("b").len(), 4, "{name}");
    }
}

/// A push to a remote that cannot read its own refs says what is wrong there.
#[test]
fn a_remote_that_cannot_take_anything_says_why() {
    let devices = Devices::new(&["a"]);
    lists(&devices, "a", 1);
    devices.world.write("hub.git/refs/chittysync/desktop.ini", b"[.ShellClassInfo]\r\n");
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("bad object refs/chittysync/desktop.ini"), "{done:?}");
    assert_eq!(devices.states("a").len(), 1);
}

/// Refs of ours that stand here where what is fetched would be kept.
#[test]
fn a_stray_ref_here_keeps_only_what_it_covers_back() {
    for stray in ["refs/chittysync-remotes/origin", "refs/chittysync-heads/origin"] {
        let devices = Devices::new(&["a", "b"]);
        lists(&devices, "a", 2);
        devices.world.git(
            &devices.store("a"),
            &["config", "chittysync.remotePrefix", if stray.contains("heads") { "heads" } else { "sessions" }],
        );
        devices.sync("a");
        let store = devices.store("b");
        let tree = devices.world.git(&store, &["mktree", "--missing"]);
        let commit = devices.world.git(&store, &["commit-tree", "-m", "x", &tree]);
        devices.world.git(&store, &["update-ref", stray, &commit]);
        let done = devices.try_sync("b", NOW, &[]);
        assert!(done.stderr.contains(&format!("{stray} stands here where it would be kept")), "{done:?}");
        assert_eq!(devices.states("b").len(), 2, "the branch has it all: {done:?}");
        devices.world.git(&store, &["update-ref", "-d", stray]);
        devices.sync("b");
        devices.agree(&["a", "b"]);
    }
}

#[test]
fn a_branch_below_ours_here_keeps_only_ours_back() {
    for packed in [false, true] {
        let devices = Devices::new(&["a", "b"]);
        let store = devices.store("a");
        let tree = devices.world.git(&store, &["mktree", "--missing"]);
        let commit = devices.world.git(&store, &["commit-tree", "-m", "x", &tree]);
        devices.world.git(&store, &["update-ref", "refs/heads/consolidated/x/y", &commit]);
        if packed {
            devices.world.git(&store, &["pack-refs", "--all"]);
        }
        lists(&devices, "a", 2);
        for _ in 0..2 {
            let done = devices.try_sync("a", NOW, &[]);
            assert_eq!(done.code, Some(1), "{done:?}");
            let told = "error: consolidated cannot be made here: refs/heads/consolidated/x/y is in its way";
            assert!(done.stderr.contains(told), "{done:?}");
        }
        assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 2, "sessions are sent");
        devices.sync("b");
        assert_eq!(devices.states("b").len(), 2);
        assert_eq!(devices.try_sync("a", NOW, &[]).code, Some(1), "with a branch there, too");
        let done = devices.run("a", &["add", "Ship"]);
        assert!(done.code == Some(1) && done.stderr.contains("is in its way"), "{done:?}");
        devices.world.git(&store, &["branch", "-m", "consolidated/x/y", "y"]);
        devices.sync_all(&["a", "b"]);
        devices.agree(&["a", "b"]);
        assert!(devices.states("b").contains(&"Ship: pending".to_owned()), "what was said meanwhile is there");
    }
}

#[test]
fn a_ref_below_a_session_here_keeps_only_that_session_back() {
    for packed in [false, true] {
        let devices = Devices::new(&["a"]);
        let store = devices.store("a");
        let tree = devices.world.git(&store, &["mktree", "--missing"]);
        let commit = devices.world.git(&store, &["commit-tree", "-m", "x", &tree]);
        for name in ["refs/chittysync/s01/x", "refs/chittysync-remotes/origin/s02/x"] {
            devices.world.git(&store, &["update-ref", name, &commit]);
        }
        if packed {
            devices.world.git(&store, &["pack-refs", "--all"]);
        }
        lists(&devices, "a", 3);
        let done = devices.sync("a");
        let told =
            "session s01 was left out: cannot read refs/chittysync/s01: the ref refs/chittysync/s01/x is in its way";
        assert!(done.stderr.contains(told), "{done:?}");
        assert_eq!(devices.states("a"), ["Task 0: pending", "Task 2: pending"]);
        assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), ["refs/chittysync/s00", "refs/chittysync/s02"]);
        devices.world.git(&store, &["update-ref", "-d", "refs/chittysync/s01/x"]);
        devices.sync("a");
        assert_eq!(devices.states("a").len(), 3, "what it said is not forgotten");
    }
}

/// Many are sent by one pattern, which must not bring anything else, nor leave anything out.
#[test]
fn many_sessions_are_sent_and_nothing_else() {
    for place in ["sessions", "heads"] {
        let devices = Devices::new(&["a", "b"]);
        let store = devices.store("a");
        devices.world.git(&store, &["config", "chittysync.remotePrefix", place]);
        lists(&devices, "a", 80);
        devices.ok("a", &["capture", "--from", &devices.world.path("claude-a").to_string_lossy()]);
        let tree = devices.world.git(&store, &["mktree", "--missing"]);
        let commit = devices.world.git(&store, &["commit-tree", "-m", "x", &tree]);
        devices.world.git(&store, &["update-ref", "refs/chittysync/below/x", &commit]);
        devices.world.git(&store, &["symbolic-ref", "refs/chittysync/link", "refs/heads/private"]);
        devices.world.git(&store, &["update-ref", "refs/heads/private", &commit]);
        let done = devices.sync("a");
        assert!(done.stderr.contains("80 sessions sent"), "{done:?}");
        let there = devices.refs(&devices.hub(), "refs/");
        let is_ours = |name: &&String| name.contains("chittysync/s") || name.as_str() == "refs/heads/consolidated";
        assert_eq!(there.iter().filter(is_ours).count(), 81, "{there:?}");
        assert_eq!(there.len(), 81, "{there:?}");
        devices.sync("b");
        devices.agree(&["a", "b"]);
    }
}
