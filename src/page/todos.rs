//! All todos that somebody looks for, with the acts that fit each. What is left out is counted.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::form::Deed;
use super::frame::{Page, frame};
use super::query::Wanted;
use super::row::{With, is_blocked, row};
use super::text::{count, more, words};
use super::{Sight, projects};
use crate::todo::{Project, Scope, Session, Todo, TodoId};
use crate::view::{Filter, Shown, ready};

/// So many stand on one page.
pub(super) const PAGE: usize = 200;

/// Returns the page.
pub fn todos(sight: &Sight<'_>, wanted: &Wanted) -> String {
    let scope = scope(sight, wanted);
    let mut filter = filter(sight, wanted, scope.clone());
    let folded = filter.folded(sight.everything).todos;
    if wanted.status.is_empty() && is_narrowed(wanted) {
        // Who looks for something finds it, also where it is quiet.
        filter.shown = Shown::All;
    }
    let found = found(sight, &filter);
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = wanted.page.min(pages);
    let title = match &scope {
        Some(scope) => sight.everything.names().shown(&scope.project).to_owned(),
        None => "Todos".to_owned(),
    };
    let body = html! {
        header {
            h1 { (words(&title)) }
            span.soft { (count(found.len(), "todo")) (said_of(wanted)) }
            @if !is_narrowed(wanted) { a.link id="by-state" href="/ui/board" { "by state" } }
        }
        div.wide {
            @if let Some(scope) = &scope { (project_line(sight, scope)) }
            (filters(sight, wanted))
            (adding(sight, scope.as_ref()))
            @if found.is_empty() { p.fold { "There is no such todo." } }
            (list(sight, &found, page, scope.is_some()))
            (paging(wanted, page, pages, found.len()))
            @if folded > 0 && filter.shown == Shown::Living {
                @let quiet = Wanted { status: "quiet".into(), page: 1, ..wanted.clone() };
                p.fold { a.link href=(quiet.link()) { (more(folded, "todo")) ", left behind by sessions that went quiet" } }
            }
        }
    };
    frame(sight, Page::Todos, &title, &body).into_string()
}

/// Returns the project that is meant, by its full or its short name.
fn scope(sight: &Sight<'_>, wanted: &Wanted) -> Option<Scope> {
    let names = sight.everything.names();
    let typed = Project::new(&wanted.project).ok().filter(|_| !wanted.project.is_empty())?;
    let project = match sight.everything.projects.contains_key(&typed) {
        true => typed,
        false => names.meant(&typed).unwrap_or(typed),
    };
    Some(names.scope(&project))
}

fn is_narrowed(wanted: &Wanted) -> bool {
    !wanted.words.is_empty() || !wanted.session.is_empty() || !wanted.topic.is_empty()
}

fn filter(sight: &Sight<'_>, wanted: &Wanted, scope: Option<Scope>) -> Filter {
    let everything = sight.everything;
    let is = |word: &str| wanted.status == word;
    let shown = match wanted.status.as_str() {
        "quiet" => Shown::Quiet,
        "" | "ready" | "blocked" => Shown::Living,
        _ => Shown::All,
    };
    let mut only: Option<BTreeSet<TodoId>> = None;
    let mut narrow = |ids: BTreeSet<TodoId>| {
        only = Some(match only.take() {
            Some(other) => other.intersection(&ids).copied().collect(),
            None => ids,
        });
    };
    if is("ready") {
        narrow(ready(everything, None, sight.now).iter().map(|(_, todo)| todo.id).collect());
    }
    if is("blocked") {
        narrow(everything.todos().filter(|(_, todo)| is_blocked(sight, todo)).map(|(_, todo)| todo.id).collect());
    }
    if !wanted.topic.is_empty() {
        let topic = sight.topics.find(&wanted.topic);
        let is_on =
            |project: &Project, todo: &Todo| topic.is_some_and(|topic| sight.topics.of(project, todo).contains(&topic));
        narrow(everything.todos().filter(|(project, todo)| is_on(project, todo)).map(|(_, todo)| todo.id).collect());
    }
    let speakers = (!wanted.session.is_empty()).then(|| speakers(sight, &wanted.session));
    Filter {
        project: scope,
        speakers,
        state: wanted.state(),
        all: is("all"),
        words: wanted.words.to_lowercase().split_whitespace().map(str::to_owned).collect(),
        only,
        quiet: sight.quiet.clone(),
        shown,
        ..Filter::default()
    }
}

/// Returns the lists of a session: its own, those of its sub-agents, and its commands, wherever it went on.
fn speakers(sight: &Sight<'_>, name: &str) -> BTreeSet<Session> {
    let begins =
        |session: &&Session| session.as_str().starts_with(name) || session.without_commands().starts_with(name);
    let claims = sight.everything.todos().flat_map(|(_, todo)| todo.claims.keys());
    claims.filter(begins).cloned().collect()
}

/// Returns those that are wanted: what is going on first, then the latest.
fn found<'a>(sight: &Sight<'a>, filter: &Filter) -> Vec<(&'a Project, &'a Todo)> {
    let mut found: Vec<_> = sight.everything.todos().filter(|(project, todo)| filter.takes(project, todo)).collect();
    let names = sight.everything.names();
    found.sort_by_cached_key(|(project, todo)| (names.shown(project).to_owned(), crate::view::order(todo)));
    found
}

fn list(sight: &Sight<'_>, found: &[(&Project, &Todo)], page: usize, same_project: bool) -> Markup {
    let names = sight.everything.names();
    let shown: Vec<_> = found.iter().skip((page - 1) * PAGE).take(PAGE).collect();
    let groups = shown.chunk_by(|(one, _), (other, _)| names.shown(one) == names.shown(other));
    html! {
        @for group in groups {
            @if !same_project {
                h2.group { a href=(Wanted::of_project(group[0].0.as_str())) { (words(names.shown(group[0].0))) } }
            }
            ul.rows {
                @for (project, todo) in group {
                    (row(sight, project, todo, With { same_project: true, ..With::default() }))
                }
            }
        }
    }
}

fn project_line(sight: &Sight<'_>, scope: &Scope) -> Markup {
    let all = projects::standings(sight);
    let one = all.iter().find(|one| one.group.parts.iter().any(|(project, _)| scope.takes(project)));
    html! {
        @if let Some(one) = one {
            p.soft {
                (one.counts.completed) " of " (one.counts.open() + one.counts.completed) " completed · "
                (one.counts.in_progress) " in progress · " (one.counts.pending) " pending"
            }
            (projects::meter(&one.counts))
        }
    }
}

/// Returns the line in which it is said what is looked for: a form that works by itself, and links.
fn filters(sight: &Sight<'_>, wanted: &Wanted) -> Markup {
    html! {
        nav.chips aria-label="Which todos" {
            @for (status, name) in Wanted::STATUS {
                @let one = Wanted { status: status.into(), page: 1, ..wanted.clone() };
                a href=(one.link()) id={ "f-" (status) } aria-current=[(wanted.status == status).then_some("true")] { (name) }
            }
        }
        form.line action="/ui/todos" role="search" aria-label="Among these" {
            (sight.kept())
            input type="search" name="q" id="words" aria-label="Words, a project or a session" placeholder="Words" value=(crate::todo::plain(&wanted.words));
            @for (name, value) in [("project", &wanted.project), ("session", &wanted.session), ("topic", &wanted.topic), ("status", &wanted.status)] {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            button { "Find" }
            @if is_narrowed(wanted) || !wanted.project.is_empty() { a.link href="/ui/todos" { "Everything" } }
        }
    }
}

/// Returns the line in which a todo is added.
fn adding(sight: &Sight<'_>, scope: Option<&Scope>) -> Markup {
    let project = scope.map_or("general", |scope| scope.project.as_str());
    html! {
        @if sight.may_write {
            form.line method="post" action="/ui/act" {
                input type="hidden" name="key" value=(sight.key);
                input type="hidden" name="back" value=(sight.path);
                input name="words" id="add-words" aria-label="A new todo" placeholder="A new todo" required maxlength="2000" autocomplete="off";
                @if scope.is_some() { input type="hidden" name="project" value=(project); }
                @else { input.short name="project" id="add-project" aria-label="Its project" value=(project) autocomplete="off"; }
                button name="do" value=(Deed::Add.text()) id="add" { "Add" }
            }
        }
    }
}

fn paging(wanted: &Wanted, page: usize, pages: usize, all: usize) -> Markup {
    let link = |page: usize| Wanted { page, ..wanted.clone() }.link();
    html! {
        @if pages > 1 {
            nav.line aria-label="More of them" {
                @if page > 1 { a.link href=(link(page - 1)) rel="prev" { "Earlier in the list" } }
                span.soft { ((page - 1) * PAGE + 1) "–" ((page * PAGE).min(all)) " of " (all) }
                @if page < pages { a.link href=(link(page + 1)) rel="next" { "Further on" } }
            }
        }
    }
}

/// Says what they were looked for by.
fn said_of(wanted: &Wanted) -> Markup {
    html! {
        @if !wanted.words.is_empty() { " with " q { (words(&wanted.words)) } }
        @if !wanted.session.is_empty() { " of session " (words(&wanted.session)) }
        @if !wanted.topic.is_empty() { " on " (words(&wanted.topic)) }
    }
}

/// Returns the form that gives a todo other words and properties.
pub(super) fn editing(sight: &Sight<'_>, todo: &Todo) -> Markup {
    let priority = todo.fields.get("priority").and_then(|field| match field.value.as_str() {
        Some(text) => crate::view::rank(text).map(|_| text.to_owned()),
        None => Some(field.value.to_string()),
    });
    let priority = priority.unwrap_or_default();
    let mut all = vec![("", "none"), ("high", "high"), ("medium", "medium"), ("low", "low")];
    if all.iter().all(|(word, _)| *word != priority) {
        all.push((&priority, &priority));
    }
    html! {
        form.edit method="post" action="/ui/act" {
            input type="hidden" name="key" value=(sight.key);
            input type="hidden" name="back" value=(sight.path);
            label for="words" { "Words" }
            textarea name="words" id="words" rows="2" required { (crate::todo::plain(&todo.content)) }
            // What they were: only what was changed is said.
            input type="hidden" name="words-was" value=(crate::todo::plain(&todo.content));
            label for="priority" { "Priority" }
            select name="priority" id="priority" {
                @for (word, name) in &all { option value=(word) selected[*word == priority] { (crate::todo::plain(name)) } }
            }
            input type="hidden" name="priority-was" value=(priority);
            @let description = todo.text("description").unwrap_or_default();
            label for="description" { "Description" }
            textarea name="description" id="description" rows="3" { "\n" (cleaned(description)) }
            input type="hidden" name="description-was" value=(cleaned(description));
            label for="wait" { "Waits for" }
            input name="wait" id="wait" placeholder="The beginning of an id, or words of another todo" autocomplete="off";
            button.first name="do" value=(Deed::Edit(todo.id).text()) id="save" { "Save" }
        }
    }
}

/// Returns lines of text without characters that nobody sees.
fn cleaned(text: &str) -> String {
    text.lines().map(crate::todo::plain).collect::<Vec<_>>().join("\n")
}
