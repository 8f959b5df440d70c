//! The tour of `docs` is walked to its end: two machines, a hub, a mirror.

use crate::common::{World, console, project};

#[test]
fn the_tour_prints_what_it_shows() {
    let path = project("docs/tour.md");
    let text = std::fs::read_to_string(&path).expect("a document");
    let steps = console::check(&World::new(), &path, &text, None);
    assert!(steps > 40, "only {steps} commands");
}
