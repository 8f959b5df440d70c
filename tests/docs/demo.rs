//! The picture in `README.md` is what `docs/demo/demo.sh` prints.
//!
//! `UPDATE=1 cargo test --test docs demo` renews it.

use anstyle::{Color, RgbColor};
use anstyle_svg::{Palette, Term};

use crate::common::{World, done, project};

/// Legible on the background, which is dark whatever the page is.
const COLORS: Palette = Palette([
    RgbColor(0x48, 0x4f, 0x58),
    RgbColor(0xff, 0x7b, 0x72),
    RgbColor(0x56, 0xd3, 0x64),
    RgbColor(0xe3, 0xb3, 0x41),
    RgbColor(0x6c, 0xb6, 0xff),
    RgbColor(0xdb, 0xb7, 0xff),
    RgbColor(0x56, 0xd4, 0xdd),
    RgbColor(0xc9, 0xd1, 0xd9),
    RgbColor(0x6e, 0x76, 0x81),
    RgbColor(0xff, 0xa1, 0x98),
    RgbColor(0x7e, 0xe7, 0x87),
    RgbColor(0xf2, 0xcc, 0x60),
    RgbColor(0x9e, 0xcb, 0xff),
    RgbColor(0xe2, 0xc5, 0xff),
    RgbColor(0xb3, 0xf0, 0xff),
    RgbColor(0xff, 0xff, 0xff),
]);

/// Returns what the script prints.
fn play() -> String {
    let world = World::new();
    let script = project("docs/demo/demo.sh");
    let done = done(world.command("sh").arg(script).output());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    done.stdout
}

fn picture(text: &str) -> String {
    let term = Term::new()
        .palette(COLORS)
        .fg_color(Color::Rgb(RgbColor(0xc9, 0xd1, 0xd9)))
        .bg_color(Color::Rgb(RgbColor(0x0d, 0x11, 0x17)));
    term.render_svg(text.trim_end())
}

#[test]
fn the_picture_is_what_the_demo_prints() {
    let shown = play();
    for part in ["overruled", "resolve", "git restore", "put back", "rollback", "Synced with origin"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let picture = picture(&shown);
    assert!(picture.len() < 60_000, "{} bytes", picture.len());
    let path = project("docs/demo/demo.svg");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &picture).expect("a file");
    }
    let known = std::fs::read_to_string(&path).expect("a picture");
    assert!(
        known == picture,
        "the demo prints something else now:\n{shown}\n`UPDATE=1 cargo test --test docs demo` renews the picture"
    );
}
