//! What is typed on the board, and what was left behind gone through there, in a real terminal.

use crate::board::{status, world};
use crate::terminal::Terminal;

#[test]
fn what_is_typed_is_said() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["a"]);
    terminal.wait("add to api: ");
    terminal.press(&["-l", "Quit smoking"]);
    terminal.press(&["Enter"]);
    terminal.wait("added: Quit smoking");
    assert_eq!(world.todo("Quit smoking")["project"], "api");
    terminal.press(&["/", "q", "u", "i", "t", "Enter"]);
    terminal.wait_until("just that", |text| !text.contains("Fix login tests"));
    terminal.press(&["p"]);
    terminal.wait("h high");
    terminal.press(&["h"]);
    terminal.wait("[high] Quit smoking");
    terminal.press(&["e", "C-u"]);
    terminal.press(&["-l", "Quit early"]);
    terminal.press(&["Enter"]);
    terminal.wait("changed: Quit early");
    assert_eq!(world.todo("Quit early")["priority"], "high", "what was known of it goes along");
    terminal.press(&["c"]);
    terminal.wait("claimed: Quit early");
    assert_eq!(status(&world, "Quit early"), "in_progress");
    terminal.press(&["R"]);
    terminal.wait("released: Quit early");
    assert_eq!(status(&world, "Quit early"), "pending");
    terminal.press(&["y"]);
    terminal.wait("copied, if your terminal allows it: ");
}

#[test]
fn what_was_left_behind_is_gone_through() {
    let world = world();
    let Some(terminal) = Terminal::board(&world) else { return };
    terminal.wait("Sign the packages");
    terminal.press(&["t"]);
    let screen = terminal.wait("Ship the cart page");
    assert!(!screen.contains("Sign the packages") && screen.contains("t leave triage"), "{screen}");
    terminal.press(&["x"]);
    terminal.wait("dropped: ");
    terminal.press(&["t"]);
    terminal.wait("Sign the packages");
    assert_eq!(world.states().iter().filter(|state| state.ends_with(": dropped")).count(), 1);
}
