//! What stands around every page: where one can go, what became of the last act, and the form whose buttons the acts are.

use std::sync::OnceLock;

use maud::{DOCTYPE, Markup, html};

use super::form::Deed;
use super::row::button;
use super::text::{more, words};
use super::{Message, Sight};

/// How all pages look.
pub(super) const STYLE: &str = include_str!("look.css");
/// What keeps a page up to date while somebody looks at it.
pub(super) const SCRIPT: &str = include_str!("live.js");

/// Returns how all pages look, as it is sent.
pub fn style() -> &'static str {
    static SENT: OnceLock<String> = OnceLock::new();
    SENT.get_or_init(|| lean(STYLE))
}

/// Returns what keeps a page up to date, as it is sent.
pub fn script() -> &'static str {
    static SENT: OnceLock<String> = OnceLock::new();
    SENT.get_or_init(|| lean(SCRIPT))
}

/// Returns a file without what only its readers need.
fn lean(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a browser may do with a page: nothing from elsewhere, and nothing that stands in it.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                       form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages that lead to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Now,
    Todos,
    Board,
    Projects,
    Sessions,
    Conflicts,
    Topics,
    History,
    Mirrors,
    Keys,
}

impl Page {
    /// Each with its path, its name, and the letter that leads there behind `g`.
    const ALL: [(Page, &'static str, &'static str, Option<char>); 9] = [
        (Page::Now, "/ui", "Now", Some('n')),
        (Page::Todos, "/ui/todos", "Todos", Some('t')),
        (Page::Board, "/ui/board", "Board", Some('b')),
        (Page::Projects, "/ui/projects", "Projects", None),
        (Page::Sessions, "/ui/sessions", "Sessions", Some('s')),
        (Page::Conflicts, "/ui/conflicts", "Conflicts", Some('c')),
        (Page::Topics, "/ui/topics", "Topics", None),
        (Page::History, "/ui/history", "History", Some('h')),
        (Page::Mirrors, "/ui/mirrors", "Mirrors", None),
    ];

    /// Returns the letters that lead to a page, with its name.
    pub(super) fn letters() -> impl Iterator<Item = (char, &'static str)> {
        Page::ALL.into_iter().filter_map(|(_, _, name, letter)| Some((letter?, name)))
    }
}

/// Returns a page with everything around it.
pub(super) fn frame(sight: &Sight<'_>, page: Page, title: &str, body: &Markup) -> Markup {
    let nav = nav(sight, page);
    let top = html! {
        nav id="nav" aria-label="Pages" { (sight.links(&nav)) }
        form.finder action="/ui/todos" role="search" aria-label="Among all todos" {
            (sight.kept())
            input.find type="search" name="q" id="find" placeholder="Find a todo" aria-label="Find a todo" data-key="/";
        }
        @match sight.then {
            Some(_) => span.live { "an earlier state" },
            None => span.live id="live" data-at=(sight.at.as_deref().unwrap_or_default()) { "as of " ((sight.moment)(sight.now).trim()) },
        }
    };
    let body = html! {
        @if let Some(then) = &sight.then { (then.told(sight.moment)) }
        (sight.links(body))
        form id="act" method="post" action="/ui/act" {
            input type="hidden" name="key" value=(sight.key);
            input type="hidden" name="back" value=(sight.path);
        }
        footer {
            form method="post" action="/ui/logout" {
                input type="hidden" name="key" value=(sight.key);
                @if let Some(at) = &sight.at {
                    span.faint { "All of this page is of commit " span.mono { (at.get(..10).unwrap_or(at)) } "." }
                }
                a.link href="/ui/keys" id="keys" data-key="?" { "Keys" }
                button id="sign-out" { "Sign this browser out" }
            }
        }
    };
    document(title, sight.device, &top, &body, sight.message.as_ref().map(|message| told(sight, message)).as_ref())
}

/// Returns the links to all pages. Who may only read need not know where todos go.
fn nav(sight: &Sight<'_>, page: Page) -> Markup {
    let conflicts = sight.conflicts();
    html! {
        @for (one, path, name, letter) in Page::ALL {
            @if one != Page::Mirrors || sight.may_write {
                @let keys = letter.map(|letter| format!("g{letter}"));
                a href=(path) id={ "go-" (name) } data-key=[keys] aria-current=[(one == page).then_some("page")] {
                    (name)
                    @if one == Page::Conflicts && conflicts > 0 { " " b { (conflicts) } }
                }
            }
        }
    }
}

/// Returns a document.
pub(super) fn document(title: &str, device: &str, top: &Markup, body: &Markup, told: Option<&Markup>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (crate::todo::plain(title)) " · chittysync" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href={ "/ui/look.css?" (version(style())) };
                script src={ "/ui/live.js?" (version(script())) } defer {}
            }
            body {
                a.skip href="#main" { "To the page" }
                header.bar {
                    div {
                        a.brand href="/ui" { "chittysync" @if !device.is_empty() { small { (words(device)) } } }
                        (top)
                    }
                }
                main id="main" tabindex="-1" { (body) }
                // Always there: a screen reader tells of what changes in it.
                div id="told" role="status" { @if let Some(told) = told { (told) } }
                div.sr id="news" role="status" {}
            }
        }
    }
}

/// Tells what became of an act. It stays until the next one.
fn told(sight: &Sight<'_>, message: &Message) -> Markup {
    html! {
        div.told.refused[message.is_refused] {
            span id="said" {
                @if message.is_refused { b { "Not done: " } }
                (words(&message.text))
                @for hint in &message.hints { br; small { (words(hint)) } }
            }
            @if let Some((id, at)) = message.undo.filter(|_| sight.may_write) {
                (button(&Deed::Undo(id, at), "Undo", "undo", "said", 0))
            }
        }
    }
}

/// Returns the page that says why there is nothing else.
pub fn nothing(status: u16, why: &str, hint: Option<&str>) -> String {
    let body = html! {
        header { h1 { (words(why)) } }
        div {
            @if let Some(hint) = hint { p { (words(hint)) } }
            p { a.link href="/ui" { "To what is going on now" } }
            p.faint { (status) }
        }
    };
    document(why, "", &html! {}, &body, None).into_string()
}

/// Returns what names this version of a file: browsers keep it until there is another one.
fn version(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// Returns a part of a page with its heading, and how many there are.
pub(super) fn section(
    id: &str,
    title: &str,
    number: Option<usize>,
    more: Option<(&str, &str)>,
    body: &Markup,
) -> Markup {
    html! {
        section id=(id) aria-labelledby={ "h-" (id) } {
            header {
                h2 id={ "h-" (id) } { (title) }
                @if let Some(number) = number { span.faint.num { (number) } }
                @if let Some((href, word)) = more { a.more href=(href) id={ "m-" (id) } { (word) } }
            }
            (body)
        }
    }
}

/// Says how many more there are than are shown; nothing when that is none.
pub(super) fn rest(all: usize, shown: usize, noun: &str, href: &str) -> Markup {
    html! {
        @if all > shown { p.fold { a.link href=(href) { (more(all - shown, noun)) } } }
    }
}
