//! An earlier state of the branch, looked at: what says so on every page, and links that stay there.

use maud::{Markup, PreEscaped, html};

use crate::todo::Time;

/// That an earlier state is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Then<'a> {
    /// The commit of the state.
    pub commit: &'a str,
    /// When it was made.
    pub at: Time,
    /// Whether who looks may bring it back.
    pub may_go_back: bool,
}

impl Then<'_> {
    /// Returns the last moment of that state: a commit tells seconds, and who says something milliseconds.
    pub fn until(&self) -> Time {
        Time::from_millis(self.at.millis() + 999)
    }

    /// Returns a part of a page with links that lead to the same state. All are changed here, so that none is forgotten.
    /// What is written in quotation marks is an attribute: in words, they are escaped.
    pub(super) fn links(&self, part: &Markup) -> Markup {
        const LINK: &str = " href=\"/ui";
        let (mut rest, mut stays) = (part.0.as_str(), String::with_capacity(part.0.len()));
        while let Some(at) = rest.find(LINK) {
            let end = rest[at + LINK.len()..].find('"').map_or(rest.len(), |end| at + LINK.len() + end);
            let link = &rest[..end];
            stays.push_str(link);
            if !link[at..].contains("at=") && !link[at..].contains("/rollback/") {
                let mark = if link[at..].contains('?') { "&amp;" } else { "?" };
                stays.push_str(&format!("{mark}at={}", self.commit));
            }
            rest = &rest[end..];
        }
        stays.push_str(rest);
        PreEscaped(stays)
    }

    /// Says that this is not how things are, with the ways back.
    pub(super) fn told(&self, moment: &dyn Fn(Time) -> String) -> Markup {
        html! {
            div.past role="note" {
                span {
                    "As it was " b { (moment(self.at).trim()) } ", in commit "
                    span.mono { (self.commit.get(..10).unwrap_or(self.commit)) } ". Nothing can be done here."
                }
                a.link id="to-now" href="/ui" { "Back to now" }
                @if self.may_go_back { a.link id="go-back" href=(preview_page(self.commit)) { "Go back to this…" } }
            }
        }
    }

    /// Returns what keeps a form that looks for something at this state.
    pub(super) fn kept(&self) -> Markup {
        html! { input type="hidden" name="at" value=(self.commit); }
    }
}

/// Returns the path of the page that says what going back to a state would change.
pub(super) fn preview_page(commit: &str) -> String {
    format!("/ui/rollback/{commit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_at_the_state_and_words_are_left_alone() {
        let then = Then { commit: "abc", at: Time::from_millis(1_000), may_go_back: true };
        let part = html! {
            a href="/ui" { "one" }
            a id="x" href={ "/ui/todos?q=" "a%20b" "&page=2" } { " href=\"/ui/words\" " }
            a href="/ui?at=other" { "two" }
            a href="/ui/rollback/other" { "three" }
            a href="#here" { "four" }
        };
        let all = then.links(&part).into_string();
        let links: Vec<&str> =
            all.split("<a").skip(1).filter_map(|rest| rest.split("href=\"").nth(1)?.split('"').next()).collect();
        let expected =
            ["/ui?at=abc", "/ui/todos?q=a%20b&amp;page=2&amp;at=abc", "/ui?at=other", "/ui/rollback/other", "#here"];
        assert_eq!(links, expected, "{all}");
        assert!(all.contains("> href=&quot;/ui/words&quot; <"), "{all}");
        assert_eq!(then.until(), Time::from_millis(1_999));
    }
}
