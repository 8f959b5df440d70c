//! Agents that are started: what runs, what failed, and having no more started.

use maud::{Markup, html};

use super::form::Deed;
use super::frame::section;
use super::row::button;
use super::text::{count, sign, words};
use super::{Agents, Sight};

/// Returns what the first page tells of agents: nothing as long as none runs, and nothing keeps them from it.
pub(super) fn brief(sight: &Sight<'_>) -> Markup {
    let told = |agents: &&Agents| agents.paused || agents.running > 0 || !agents.broken.is_empty();
    let Some(agents) = sight.agents.filter(told) else { return html! {} };
    let list = html! { ul.rows { (lines(sight, agents)) } };
    section("agents", "Agents that are started", None, Some(("/ui/topics", "topics")), &list)
}

/// Returns all that is known of agents.
pub(super) fn full(sight: &Sight<'_>) -> Markup {
    let Some(agents) = sight.agents else { return html! {} };
    let list = html! {
        ul.rows {
            (lines(sight, agents))
            @for line in &agents.told { li { span.mark aria-hidden="true" { "\u{b7}" } div { (words(line)) } } }
        }
        @if !agents.ended.is_empty() {
            h3 { "Ran last" }
            ul.rows { @for line in &agents.ended { li { span.mark aria-hidden="true" { "\u{b7}" } div { (words(line)) } } } }
        }
        p.soft { "As far as it is known here. " code { "git chittysync topics --spawn --dry-run" } " asks whoever decides." }
    };
    section("agents", "Agents that are started", Some(agents.running), None, &list)
}

/// Returns a line, with its button, for each thing that somebody can say of agents.
fn lines(sight: &Sight<'_>, agents: &Agents) -> Markup {
    html! {
        @if agents.paused {
            li {
                (sign("mark warn", "!", "paused"))
                div id="paused" { "Paused: no device starts an agent" }
                (act(sight, &Deed::Resume, "Resume", "resume", "paused"))
            }
        } @else {
            li {
                (sign(if agents.running > 0 { "mark work" } else { "mark" }, "\u{25b6}", ""))
                div id="running" { (count(agents.running, "agent")) (if agents.running == 1 { " runs" } else { " run" }) }
                (act(sight, &Deed::Pause, "Start no more", "pause", "running"))
            }
        }
        @for (at, topic) in agents.broken.iter().enumerate() {
            @let id = format!("broken-{at}");
            li {
                (sign("mark warn", "!", "broken"))
                div id=(id) { "The command failed each time for " (words(topic)) ": no agent is started for it any more" }
                (act(sight, &Deed::Reset(topic.clone()), "Try again", &format!("reset-{at}"), &id))
            }
        }
    }
}

fn act(sight: &Sight<'_>, deed: &Deed, word: &str, id: &str, of: &str) -> Markup {
    html! { @if sight.may_write { div.acts { (button(deed, word, id, of, 0)) } } }
}
