//! What todos are about: how much there is on each topic, and what of it waits for somebody.

use maud::{Markup, html};

use super::Sight;
use super::agents;
use super::form::Deed;
use super::frame::{Page, frame, section};
use super::query::Wanted;
use super::row::button;
use super::text::words;
use crate::plan::{TopicCount, topic_counts};

/// Returns the page.
pub fn topics(sight: &Sight<'_>) -> String {
    let mut counts = topic_counts(sight.everything, sight.topics, &sight.holders, |_| true);
    counts.retain(|count| count.open > 0 || count.topic.is_configured);
    let list = html! {
        @if counts.is_empty() { p.fold { "Nothing is open on any topic." } }
        @else { (table(sight, &counts)) }
        @if sight.may_write {
            p.acts { (button(&Deed::Assign, "Hand out what is ready", "assign", "handing", 0)) }
            p.soft id="handing" { "To the sessions that are there, as advice: at most a few each, and none is taken from anybody." }
        }
    };
    let body = html! {
        header { h1 { "Topics" } span.soft { "What open todos are about, and how much of it nobody has" } }
        div.wide {
            (section("topics", "Waiting for somebody", Some(counts.len()), None, &list))
            (agents::full(sight))
        }
    };
    frame(sight, Page::Topics, "Topics", &body).into_string()
}

fn table(sight: &Sight<'_>, counts: &[TopicCount<'_>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Topics, as a table" {
            table {
                thead {
                    tr {
                        th scope="col" { "Topic" } th.num scope="col" { "Open" } th.num scope="col" { "Pending" }
                        th.num scope="col" { "Ready" } th.num scope="col" { "Sessions" } th.num scope="col" { "Waiting" }
                        th scope="col" { "State" }
                    }
                }
                tbody {
                    @for count in counts {
                        @let link = Wanted { topic: count.topic.name.clone(), ..Wanted::default() }.link();
                        tr {
                            th scope="row" { a href=(link) { (words(&count.topic.name)) } }
                            td.num { (count.open) }
                            td.num { (count.pending) }
                            td.num { (count.ready) }
                            td.num { (count.sessions.len()) }
                            td.num { (count.most_waiting()) " of " (sight.spawn_at) }
                            td { (state(count, sight.spawn_at)) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns a word for how far a topic is: whether enough waits.
fn state(count: &TopicCount<'_>, threshold: usize) -> &'static str {
    match count.most_waiting() {
        0 => "quiet",
        _ if count.is_due(threshold) => "due",
        _ => "waiting",
    }
}
