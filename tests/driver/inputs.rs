//! What the driver makes of every kind of file.

use crate::checkout::{Checkout, TODOS, expected, todos};
use crate::common::Done;

fn crlf(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text).replace('\n', "\r\n").into_bytes()
}

fn three() -> [Vec<u8>; 3] {
    let a = |status, minute| ("A", "ana", status, minute);
    [
        todos(&[a("pending", 1), ("B", "ben", "pending", 1)]),
        todos(&[a("completed", 2), ("B", "ben", "pending", 1)]),
        todos(&[a("pending", 1), ("B", "ben", "in_progress", 3)]),
    ]
}

fn merge(name: &str, [base, ours, theirs]: [&[u8]; 3]) -> (Checkout, Done) {
    let checkout = Checkout::new();
    checkout.diverge(name, [Some(base), Some(ours), Some(theirs)]);
    let done = checkout.git_run(&["merge", "theirs"]);
    (checkout, done)
}

#[test]
fn the_line_ends_of_our_side_stay() {
    let [base, ours, theirs] = three();
    for (ours, theirs, kept) in
        [(crlf(&ours), crlf(&theirs), true), (crlf(&ours), theirs.clone(), true), (ours.clone(), crlf(&theirs), false)]
    {
        let (checkout, done) = merge(TODOS, [&base, &ours, &theirs]);
        assert_eq!(done.code, Some(0), "{done:?}");
        let merged = todos(&[("A", "ana", "completed", 2), ("B", "ben", "in_progress", 3)]);
        assert_eq!(checkout.read(TODOS), if kept { crlf(&merged) } else { merged });
    }
}

#[test]
fn markers_are_refused() {
    let [base, ours, theirs] = three();
    let half =
        String::from_utf8(ours.clone()).expect("UTF-8").replacen('\n', "\n<<<<<<< HEAD\n=======\n>>>>>>> x\n", 1);
    for (ours, theirs) in [(half.as_bytes(), theirs.as_slice()), (&ours, half.as_bytes())] {
        let (checkout, done) = merge(TODOS, [&base, ours, theirs]);
        assert!(done.code.is_some_and(|code| code > 1), "{done:?}");
        assert!(done.stderr.contains("resolve them and commit first"), "{done:?}");
        checkout.expect_untouched(TODOS, ours);
    }
}

#[test]
fn words_that_look_like_markers_are_none() {
    let base = todos(&[("A", "ana", "pending", 1)]);
    let ours = todos(&[("A", "ana", "pending", 1), ("<<<<<<< HEAD", "ana", "pending", 2)]);
    let theirs = todos(&[("A", "ana", "completed", 2)]);
    let (checkout, done) = merge(TODOS, [&base, &ours, &theirs]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(checkout.statuses(), expected(&[("A", "completed"), ("<<<<<<< HEAD", "pending")]));
}

#[test]
fn what_is_none_of_ours_merges_as_text() {
    let base = b"[\n1,\n2,\n3,\n4,\n5\n]\n";
    let (checkout, done) = merge(TODOS, [base, b"[\n10,\n2,\n3,\n4,\n5\n]\n", b"[\n1,\n2,\n3,\n4,\n50\n]\n"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(checkout.read(TODOS), b"[\n10,\n2,\n3,\n4,\n50\n]\n");
}

#[test]
fn a_conflict_in_what_is_none_of_ours_is_left_in_it() {
    let [base, ours, theirs] = three();
    let foreign: [&[u8]; 3] =
        [b"{\"version\": 1}\n", b"{\"version\": 2, \"by\": \"ours\"}\n", b"{\"version\": 2, \"by\": \"theirs\"}\n"];
    let broken = &ours[..ours.len() - 20];
    for [base, ours, theirs] in [foreign, [&base, broken, &theirs], [&base, b"", &theirs]] {
        let (checkout, done) = merge(TODOS, [base, ours, theirs]);
        assert_eq!(done.code, Some(1), "{done:?}");
        let left = String::from_utf8(checkout.read(TODOS)).expect("UTF-8");
        assert!(left.contains("<<<<<<< ours\n") && left.contains(">>>>>>> theirs\n"), "{left}");
        for side in [ours, theirs] {
            for line in String::from_utf8_lossy(side).lines() {
                assert!(left.contains(line), "{line} is lost in {left}");
            }
        }
        assert_eq!(checkout.git(&["diff", "--name-only", "--diff-filter=U"]), TODOS);
        checkout.git(&["merge", "--abort"]);
        checkout.expect_untouched(TODOS, ours);
    }
}

#[test]
fn a_newer_format_is_refused() {
    let [base, ours, theirs] = three();
    let newer = String::from_utf8(theirs.clone()).expect("UTF-8").replacen("{\"id\"", "{\"format\":3,\"id\"", 1);
    for [ours, theirs] in [[&ours, newer.as_bytes()], [newer.as_bytes(), &theirs]] {
        let (checkout, done) = merge(TODOS, [&base, ours, theirs]);
        assert!(done.code.is_some_and(|code| code > 1), "{done:?}");
        assert!(done.stderr.contains("install a newer git-chittysync"), "{done:?}");
        checkout.expect_untouched(TODOS, ours);
    }
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let (checkout, done) = merge(TODOS, [b"\0", b"\0\x01", b"\0\x02"]);
    assert!(done.code.is_some_and(|code| code > 1), "{done:?}");
    checkout.expect_untouched(TODOS, b"\0\x01");
}

#[test]
fn a_session_file_keeps_its_later_state() {
    let file = |updated: &str, started: &str, device: &str| {
        format!(
            "{{\n  \"format\": 2,\n  \"session\": \"s\",\n  \"source\": \"import\",\n  \"device\": \"{device}\",\n  \"started\": \
             \"2026-11-20T{started}:00.000Z\",\n  \"updated\": \"2026-11-20T{updated}:00.000Z\",\n  \"list\": []\n}}\n"
        )
    };
    let name = "sessions/ab/s.json";
    let sides = [file("10:00", "10:00", "one"), file("12:00", "10:00", "two"), file("11:00", "09:00", "three")];
    let (checkout, done) = merge(name, sides.each_ref().map(|text| text.as_bytes()));
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(String::from_utf8(checkout.read(name)).expect("UTF-8"), file("12:00", "09:00", "two"));
}

#[test]
fn of_two_boards_ours_is_taken() {
    let (checkout, done) = merge("README.md", [b"# Board\n\nold\n", b"# Board\n\nours\n", b"# Board\n\ntheirs\n"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(checkout.read("README.md"), b"# Board\n\nours\n");
}
