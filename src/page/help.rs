//! The page that tells of the keys, and turns them off.

use maud::html;

use super::Sight;
use super::frame::{Page, frame, section};

/// What keys do, but for those that lead to a page.
const KEYS: [(&str, &str); 9] = [
    ("j k", "to the next, to the one before"),
    ("Enter", "open it"),
    ("Esc", "back"),
    ("s d x o", "start, done, drop, reopen"),
    ("R", "release"),
    ("r", "settle: then 1 for what holds now, 2 for the other; d done, x drop, p pending, i in progress"),
    ("u", "undo, where it is offered"),
    ("/", "find"),
    ("?", "these keys"),
];

/// Returns the page.
pub fn help(sight: &Sight<'_>) -> String {
    let list = html! {
        dl.facts.wide {
            @for (key, what) in KEYS { dt { kbd { (key) } } dd { (what) } }
            @for (key, name) in Page::letters() { dt { kbd { "g " (key) } } dd { "to the page " b { (name) } } }
        }
    };
    let body = html! {
        header { h1 { "Keys" } span.soft { "As on the board in a terminal: they press what stands on the page" } }
        div.wide {
            (section("all", "All keys", None, None, &list))
            p.line { label { input type="checkbox" id="keys-on"; " Use these keys in this browser" } }
            p.soft { "While a field has the focus, letters are letters. Where no scripts run, there are no keys." }
        }
    };
    frame(sight, Page::Keys, "Keys", &body).into_string()
}
