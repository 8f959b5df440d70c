//! The page for who is not known yet. What stands behind the `#` of a link is sent to nobody but by its form.

use maud::html;

use super::frame::document;
use super::text::words;

/// Returns the page. `why` says what was wrong with the last try.
pub fn sign_in(why: Option<&str>) -> String {
    let body = html! {
        header { h1 { "Who are you?" } }
        div {
            @if let Some(why) = why { p role="alert" { b { (words(why)) } } }
            p { code { "git chittysync hub open" } " on the hub's machine prints a link that opens these pages, once." }
            form.line method="post" action="/ui/login" id="login" {
                input name="code" id="code" aria-label="What stands behind the # of the link" placeholder="What stands behind its #"
                    required autocomplete="off" spellcheck="false";
                button.first { "Open" }
            }
            p.soft { "Opened from somewhere else, though this browser is known? " a.link href="/ui" { "Go on" } }
        }
    };
    document("Sign in", "", &html! {}, &body, None).into_string()
}
