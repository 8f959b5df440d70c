//! What sessions disagree on, both versions side by side, and a button for each answer. Any of them can be undone.

use maud::{Markup, html};

use super::Sight;
use super::form::{Deed, Side};
use super::frame::{Page, frame, section};
use super::query::Wanted;
use super::row::button;
use super::text::{sign, state_word, when, words};
use crate::merge::{Subject, disagreements};
use crate::todo::{Project, Session, State, Time, Todo, plain};
use crate::view::{OverProperty, questions};

/// One question: a todo, and the property that is disputed; its state, when there is none.
pub(super) type Question<'a> = (&'a Project, &'a Todo, Option<&'a OverProperty>);

/// So many of those who are overruled are shown.
const OVERRULED: usize = 2;

/// Returns the page.
pub fn conflicts(sight: &Sight<'_>) -> String {
    let found = questions(sight.everything, false, sight.properties);
    let list = html! {
        @if found.is_empty() { p.fold { "No session disagrees." } }
        ul.rows { @for one in &found { (question(sight, *one)) } }
    };
    let body = html! {
        header {
            h1 { "Conflicts" }
            span.soft { "What holds now stands first. What you choose can be undone." }
        }
        div.wide { (section("conflicts", "To settle", Some(found.len()), None, &list)) }
    };
    frame(sight, Page::Conflicts, &super::text::count(found.len(), "conflict"), &body).into_string()
}

/// Returns one question with its answers.
pub(super) fn question(sight: &Sight<'_>, (project, todo, property): Question<'_>) -> Markup {
    let id = match property {
        Some(one) => format!("c-{}-{}", todo.id, property_name(one)),
        None => format!("c-{}", todo.id),
    };
    // A property's name is anybody's words, and this names an element.
    let id: String = id.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
    let name = sight.everything.names().shown(project).to_owned();
    html! {
        li id={ "r-" (id) } {
            (sign("mark warn", "!", "conflict"))
            div {
                a.words id={ "t-" (id) } href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                " " a.tag href=(Wanted::of_project(project.as_str())) { (words(&name)) }
                @match property {
                    Some(one) => (over_property(sight, todo, one, &id)),
                    None => (over_state(sight, todo, &id)),
                }
            }
            span.when { (when(sight, todo.updated())) }
        }
    }
}

fn over_state(sight: &Sight<'_>, todo: &Todo, id: &str) -> Markup {
    let all = disagreements(todo);
    let newer: Vec<_> = all.iter().filter(|one| one.is_newer()).collect();
    let Some(first) = newer.first() else { return html! {} };
    let kept = first.winner.1.state();
    let mut others: Vec<State> =
        newer.iter().map(|one| one.overruled.1.state()).filter(|state| *state != kept).collect();
    others.sort_unstable();
    others.dedup();
    html! {
        div.why {
            "Kept as " (state_word(kept)) ", though it was said earlier: "
            (words(&sight.everything.called(first.overruled.0))) " may want it again."
        }
        div.versus {
            (version(sight, "Holds now", state_word(kept), Some(first.winner.0), first.kept_since()))
            @for one in newer.iter().take(OVERRULED) {
                (version(sight, "Overruled", state_word(one.overruled.1.state()), Some(one.overruled.0), one.overruled.1.at))
            }
        }
        @if newer.len() > OVERRULED { div.why { (newer.len() - OVERRULED) " more say so, or something else." } }
        @if sight.may_write {
            div.acts {
                (button(&Deed::Settle(todo.id, kept), &answer(kept), &format!("k-{id}"), &format!("t-{id}"), 1))
                @for (at, other) in others.into_iter().enumerate() {
                    @let name = format!("{}-{id}", other.as_str());
                    (button(&Deed::Settle(todo.id, other), &answer(other), &name, &format!("t-{id}"), at + 2))
                }
            }
        }
    }
}

/// Returns an answer as it stands on a button.
fn answer(state: State) -> String {
    format!("It is {}", state_word(state))
}

fn over_property(sight: &Sight<'_>, todo: &Todo, one: &OverProperty, id: &str) -> Markup {
    let (kept, overruled) = one.conflict.sides();
    let name = property_name(one);
    let value = |value: &serde_json::Value| plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let choose = |side: Side| Deed::Choose(todo.id, side, kept.at, overruled.at, name.to_owned());
    html! {
        div.why { "Two values for " (words(name)) "; the later one holds, neither knew of the other." }
        div.versus {
            (version(sight, "Holds now", &value(&kept.value), kept.session.as_ref(), kept.at))
            (version(sight, "Overruled", &value(&overruled.value), overruled.session.as_ref(), overruled.at))
        }
        @if sight.may_write {
            div.acts {
                (button(&choose(Side::Kept), "Keep it", &format!("k-{id}"), &format!("t-{id}"), 1))
                (button(&choose(Side::Overruled), "Take the other", &format!("o-{id}"), &format!("t-{id}"), 2))
            }
        }
    }
}

fn property_name(one: &OverProperty) -> &str {
    match &one.conflict.subject {
        Subject::Status => "status",
        Subject::Field(name) => name,
    }
}

fn version(sight: &Sight<'_>, title: &str, said: &str, who: Option<&Session>, at: Time) -> Markup {
    html! {
        div {
            div.faint { (title) }
            b { (words(said)) }
            @if let Some(who) = who { div.soft { (words(&sight.everything.who(who))) } }
            div.faint { ((sight.moment)(at).trim()) }
        }
    }
}
