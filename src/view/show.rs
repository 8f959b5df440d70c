//! One todo with everything said of it.

use serde_json::{Value, json};

use super::list::todo_json;
use super::table::align;
use super::{Everything, Links, Style};
use crate::merge::disagreements;
use crate::todo::{DEFER, DUE, LABEL, LABEL_LISTS, Names, Project, Todo, plain, short_date};

/// Returns one todo for people.
pub fn show_text(everything: &Everything, project: &Project, todo: &Todo, style: Style) -> String {
    let mut text = format!("{} {}\n", style.symbol(todo.state()), style.title(&plain(&todo.content)));
    let mut rows = vec![
        vec!["id".to_owned(), todo.id.to_string()],
        vec!["project".to_owned(), plain(everything.names().shown(project))],
        vec!["status".to_owned(), todo.state().as_str().to_owned()],
        vec!["created".to_owned(), todo.created.to_string()],
        vec!["updated".to_owned(), format!("{} ({})", todo.updated(), style.age(todo.updated()))],
    ];
    if todo.nth > 1 {
        rows.insert(1, vec!["nth".to_owned(), format!("{} with these words", todo.nth)]);
    }
    let labels: Vec<String> = todo.labels().iter().map(|label| plain(label)).collect();
    if !labels.is_empty() {
        rows.push(vec!["labels".to_owned(), labels.join(", ")]);
    }
    let is_label = |name: &str| name.starts_with(LABEL) || LABEL_LISTS.contains(&name);
    for (name, field) in todo.fields.iter().filter(|(name, field)| !field.is_taken_back() && !is_label(name)) {
        if let (DUE | DEFER, Some(date)) = (name.as_str(), field.value.as_str()) {
            let name = if name == DEFER { "not before" } else { "due" };
            rows.push(vec![name.to_owned(), short_date(date)]);
            continue;
        }
        let value = field.value.as_str().map_or_else(|| field.value.to_string(), str::to_owned);
        rows.push(vec![plain(name), plain(&value)]);
    }
    let links = Links::new(everything);
    let named = |todo: &Todo| format!("{} {}", &todo.id.to_string()[..8], plain(&todo.content));
    if todo.state().is_open() {
        rows.extend(links.blockers(todo).into_iter().map(|other| vec!["waits for".to_owned(), named(other)]));
        let unknown = links.unknown(todo, "blockedBy").into_iter();
        rows.extend(unknown.map(|name| vec!["waits for".to_owned(), format!("{}, which is not known", plain(&name))]));
        rows.extend(links.blocked(todo).into_iter().map(|other| vec!["is before".to_owned(), named(other)]));
    }
    text.push_str(&align(&rows));
    if links.cycles(None).iter().any(|(_, other)| other.id == todo.id) {
        text.push_str(&format!(
            "\n{}\n",
            style.alert("todos wait for each other in a circle, and this one is among them")
        ));
    }
    text.push_str("\nsaid by\n");
    let place = |session| everything.info(session).map(|info| everything.place(info)).unwrap_or_default();
    let mut claims: Vec<_> = todo.claims.iter().collect();
    claims.sort_by_key(|(_, claim)| std::cmp::Reverse(claim.at));
    let rows: Vec<Vec<String>> = claims
        .into_iter()
        .map(|(session, claim)| {
            let mut said = claim.raw.as_deref().map_or_else(|| claim.status.to_string(), plain);
            if claim.dropped {
                said.push_str(", dropped");
            }
            if claim.epoch > 0 {
                said.push_str(&format!(", epoch {}", claim.epoch));
            }
            vec![format!("  {said}"), style.age(claim.at), everything.called_in_full(session), place(session)]
        })
        .collect();
    text.push_str(&align(&rows));
    for disagreement in disagreements(todo).iter().filter(|found| found.is_newer()) {
        let (session, claim) = disagreement.overruled;
        let said = if claim.is_open() { "wanted again" } else { "said to be completed" };
        let line = format!("{said} by {} ({})", everything.who(session), style.age(claim.at));
        text.push_str(&format!("\n{}\n", style.alert(&plain(&line))));
    }
    text
}

/// Returns one todo for programs, claims included.
pub fn show_json(names: &Names, project: &Project, todo: &Todo) -> Value {
    let mut value = todo_json(names, project, todo);
    let claims: serde_json::Map<String, Value> = todo
        .claims
        .iter()
        .map(|(session, claim)| {
            let mut object = claim.extra.clone();
            object.insert("status".into(), json!(claim.status.as_str()));
            object.insert("at".into(), json!(claim.at.to_string()));
            if let Some(raw) = &claim.raw {
                object.insert("raw".into(), json!(raw));
            }
            if claim.epoch > 0 {
                object.insert("epoch".into(), json!(claim.epoch));
            }
            if claim.dropped {
                object.insert("dropped".into(), json!(true));
            }
            (session.to_string(), Value::Object(object))
        })
        .collect();
    value["claims"] = Value::Object(claims);
    value
}
