//! What somebody says under a session's name that nobody could answer, or that would have trees read in another way.

use crate::common::NOW;
use crate::devices::Devices;
use crate::foreign::{Files, TIME, at, info, line, list, push};

const LIST: &str = "projects/general/todos.json";
const FAR: &str = "9999-12-31T23:59:59.999Z";

/// Two devices that know one todo.
fn two() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Ship", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices
}

/// Pushes a session, and expects that both devices name what is left out of it, come to the same, and that an agent can
/// complete the todo that it speaks of.
fn can_be_answered(what: &str, files: Files, named: &str) {
    let devices = two();
    push(&devices, "refs/chittysync/evil", &[files]);
    let said: String = ["a", "b", "a", "b"].iter().map(|name| devices.try_sync(name, NOW, &[]).stderr).collect();
    assert!(said.contains(named), "{what}: {said}");
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Ship", "completed")]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Ship: completed"], "{what}");
    let attributes = devices.world.git(&devices.hub(), &["show", "consolidated:.gitattributes"]);
    assert!(attributes.contains("projects/*/todos.json -text merge=chittysync"), "{what}: {attributes}");
    assert!(!attributes.contains("binary"), "{what}: {attributes}");
}

/// What a session of somebody else holds, with this line and these more files.
fn holding(text: String, more: &[(&str, &str)]) -> Files {
    let (path, session) = info("evil", "");
    let mut files = vec![at(&path, session), at(LIST, list(&[text]))];
    files.extend(more.iter().map(|(path, text)| at(path, (*text).to_owned())));
    files
}

#[test]
fn a_line_of_a_session_that_would_stand_for_ever_is_left_out() {
    let ship = line("evil", "Ship", "");
    let dropped = ship.replace("\"status\":\"pending\",\"at\"", "\"status\":\"pending\",\"dropped\":true,\"at\"");
    assert_ne!(ship, dropped);
    let at_far = format!("\"at\":\"{FAR}\"");
    for (what, text, named) in [
        ("a far claim", dropped.replace(&format!("\"at\":\"{TIME}\""), &at_far), "is of 9999-12-31"),
        (
            "a far beginning",
            ship.replace(&format!("\"created\":\"{TIME}\""), &format!("\"created\":\"{FAR}\"")),
            // The earlier one counts, so it stands for nothing.
            "",
        ),
        (
            "a far stamp",
            format!("{},\"priority\":\"low\",\"stamps\":{{\"priority\":\"{FAR}\"}}}}", &ship[..ship.len() - 1]),
            "the stamp of priority is of 9999-12-31",
        ),
        ("a last epoch", dropped.replace("\"dropped\"", "\"epoch\":18446744073709551615,\"dropped\""), "has epoch 184"),
        ("another id", line("evil", "Other", "").replace("Other", "Ship"), "is not the id of these words"),
    ] {
        can_be_answered(what, holding(text, &[]), named);
    }
}

#[test]
fn a_session_with_a_far_time_is_left_out() {
    for key in ["started", "updated"] {
        let mut files = holding(line("evil", "Ship", ""), &[]);
        files[0].1 = files[0].1.replace(&format!("\"{key}\":\"{TIME}\""), &format!("\"{key}\":\"{FAR}\""));
        can_be_answered(key, files, "session evil of origin was left out: its ");
    }
    let mut files = holding(line("evil", "Ship", ""), &[]);
    files[0].1 = files[0].1.replace(",\"list\"", &format!(",\"ended\":\"{FAR}\",\"list\""));
    can_be_answered("ended", files, "session evil of origin was left out: its end is of 9999-12-31");
}

#[test]
fn a_session_changes_nothing_of_how_trees_are_read() {
    for (what, path, text, named) in [
        (
            "attributes below",
            "projects/general/.gitattributes",
            "* merge=binary\n",
            "was left out: it holds projects/general",
        ),
        ("attributes of sessions", "sessions/.gitattributes", "* merge=binary\n", "was left out: it holds sessions/"),
        ("other attributes", ".gitattributes", "* merge=binary\n", ""),
        ("a newer list", LIST, "[{\"format\":99}]", "the file has format 99"),
        (
            "git's own settings",
            ".gitmodules",
            "[submodule \"x\"]\n\tpath = x\n\turl = .\n",
            "was left out: it holds .gitmodules",
        ),
    ] {
        can_be_answered(what, holding(line("evil", "Ship", ""), &[(path, text)]), named);
    }
}

/// The same bytes are a list at one path, and nothing at the other.
#[test]
fn a_list_in_the_place_of_a_session_is_none() {
    let devices = two();
    let before = devices.tip(&devices.hub(), "consolidated");
    let (path, text) = info("evil", "");
    let (other, _) = info("other", "");
    let both = vec![LIST.to_owned(), other.clone()];
    push(&devices, "refs/heads/consolidated", &[vec![at(&path, text), (both, list(&[line("evil", "Good", "")]))]]);
    for name in ["a", "b"] {
        let done = devices.try_sync(name, NOW, &[]);
        assert!(done.stderr.contains(&format!("the branch of origin was left out: {other}: not a file")), "{done:?}");
        assert_eq!(devices.states(name), ["Ship: pending"]);
    }
    devices.world.git(&devices.hub(), &["update-ref", "refs/heads/consolidated", &before]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}
