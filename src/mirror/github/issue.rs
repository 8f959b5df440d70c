//! A todo as an issue, and an issue as what it says of a todo. Pure.
//!
//! The words are the title, the description the body, at whose end a comment that nobody sees says which todo it is.
//! What an issue has no place for is a label: that it is one of ours, that it is in progress, how soon it is, and of
//! which project.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::mirror::base::Facet;
use crate::mirror::pulled::PulledRecord;
use crate::mirror::record::Record;
use crate::todo::{Project, State, Status, TodoId, label};

/// The label of every issue that is a todo. Only who may write to a repository can put one on an issue.
pub(super) const OURS: &str = "chittysync";
const IN_PROGRESS: &str = "in progress";
const PRIORITY: &str = "priority: ";
const PROJECT: &str = "project: ";
const MARK: &str = "<!-- chittysync:";

/// No title is longer, in characters, and no body.
const TITLE: usize = 250;
const BODY: usize = 60_000;
/// No name of a label is longer, in characters.
const LABEL: usize = 50;

/// Reads an issue; nothing for a pull request, or what is none.
pub(super) fn parse(issue: &Value) -> Option<PulledRecord> {
    let number = issue.get("number")?.as_u64()?;
    if issue.get("pull_request").is_some_and(|value| !value.is_null()) {
        return None;
    }
    let text = |name: &str| issue.get(name).and_then(Value::as_str).unwrap_or_default();
    let names = names(issue);
    let after = |prefix: &str| names.iter().find_map(|name| name.strip_prefix(prefix)).map(str::to_owned);
    let state = match (text("state"), text("state_reason")) {
        ("closed", "not_planned" | "duplicate") => State::Dropped,
        ("closed", _) => State::Wanted(Status::Completed),
        _ if names.iter().any(|name| name == IN_PROGRESS) => State::Wanted(Status::InProgress),
        _ => State::Wanted(Status::Pending),
    };
    let (description, id) = read_body(text("body"));
    let assignee = issue.pointer("/assignees/0/login").and_then(Value::as_str).unwrap_or_default();
    Some(PulledRecord {
        id,
        project: after(PROJECT).and_then(|name| Project::new(&name).ok()),
        priority: after(PRIORITY),
        description: Some(description).filter(|text| !text.is_empty()),
        assignee: Some(assignee.to_owned()),
        labels: Some(names.iter().filter(|name| !is_ours(name)).filter_map(|name| label(name)).collect()),
        revision: time(text("updated_at")),
        ..PulledRecord::new(&number.to_string(), text("title"), state)
    })
}

/// Returns the milliseconds of a time.
fn time(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis()).unwrap_or_default()
}

fn names(issue: &Value) -> Vec<String> {
    let labels = issue.get("labels").and_then(Value::as_array).into_iter().flatten();
    // An old one is a text.
    labels.filter_map(|one| one.get("name").unwrap_or(one).as_str()).map(str::to_owned).collect()
}

fn is_ours(name: &str) -> bool {
    name == OURS || name == IN_PROGRESS || name.starts_with(PRIORITY) || name.starts_with(PROJECT)
}

/// Returns what a body says, and which todo it is.
fn read_body(body: &str) -> (String, Option<TodoId>) {
    let body = body.replace("\r\n", "\n");
    let marked = body.rfind(MARK).and_then(|at| {
        let (id, rest) = body[at + MARK.len()..].split_once("-->")?;
        Some((at, TodoId::parse(id.trim())?, rest))
    });
    match marked {
        // Somebody may have gone on below it.
        Some((at, id, rest)) => {
            (format!("{}{}", body[..at].trim_end(), rest.trim_end()).trim_start_matches('\n').to_owned(), Some(id))
        }
        None => (body.trim_end().to_owned(), None),
    }
}

fn title(record: &Record) -> String {
    if record.forgotten {
        return "(forgotten)".to_owned();
    }
    let line = record.content.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, TITLE)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn body(record: &Record) -> String {
    let description = cut(record.text("description").unwrap_or_default(), BODY);
    let gap = if description.is_empty() { "" } else { "\n\n" };
    format!("{description}{gap}{MARK}{} -->", record.id)
}

/// Returns the name of an account, where a property can be one.
fn login(record: &Record) -> Option<&str> {
    let name = record.text("assignee")?;
    let fits = name.len() <= 39 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then_some(name)
}

/// Returns the names of the labels that an issue is to have: its own, but for what these facets say.
fn labels(record: &Record, facets: &[Facet], before: &[String], says_project: bool) -> Vec<String> {
    let mut names: Vec<String> = before.to_vec();
    if facets.contains(&Facet::State) {
        names.retain(|name| name != IN_PROGRESS);
        names.extend((record.state == State::Wanted(Status::InProgress)).then(|| IN_PROGRESS.to_owned()));
    }
    if facets.contains(&Facet::Priority) {
        names.retain(|name| !name.starts_with(PRIORITY));
        names.extend(record.text("priority").map(|priority| format!("{PRIORITY}{priority}")));
    }
    if facets.contains(&Facet::Labels) {
        names.retain(|name| is_ours(name) || label(name).is_some_and(|label| record.labels.contains(&label)));
        let there: BTreeSet<String> = names.iter().filter_map(|name| label(name)).collect();
        names.extend(record.labels.iter().filter(|label| !there.contains(*label) && !is_ours(label)).cloned());
    }
    names.extend(says_project.then(|| format!("{PROJECT}{}", record.project.as_str())));
    names.push(OURS.to_owned());
    let mut known = BTreeSet::new();
    names.retain(|name| name.chars().count() <= LABEL && known.insert(name.to_lowercase()));
    names
}

fn state(record: &Record) -> (&'static str, Option<&'static str>) {
    match record.state {
        State::Dropped => ("closed", Some("not_planned")),
        State::Wanted(Status::Completed) => ("closed", Some("completed")),
        State::Wanted(_) => ("open", None),
    }
}

/// Returns a new issue, which is open: there is no other way.
pub(super) fn new(record: &Record, says_project: bool) -> Value {
    let mut issue = json!({
        "title": title(record),
        "body": body(record),
        "labels": labels(record, &Facet::ALL, &[], says_project),
    });
    if let Some(login) = login(record) {
        issue["assignees"] = json!([login]);
    }
    issue
}

/// Returns what is to be changed of an issue, so that it shows these facets. All else stays as it is there; labels of
/// others too, where it is not known who put them there.
pub(super) fn change(record: &Record, facets: &[Facet], issue: &Value, keeps_labels: bool) -> Map<String, Value> {
    let mut change = Map::new();
    for facet in facets {
        match facet {
            Facet::Content => drop(change.insert("title".to_owned(), title(record).into())),
            Facet::Description => drop(change.insert("body".to_owned(), body(record).into())),
            Facet::State => {
                let (state, reason) = state(record);
                change.insert("state".to_owned(), state.into());
                change.extend(reason.map(|reason| ("state_reason".to_owned(), reason.into())));
            }
            Facet::Assignee => {
                let others = issue.get("assignees").and_then(Value::as_array).into_iter().flatten();
                let others = others.filter_map(|one| one.get("login")?.as_str()).skip(1);
                let all: Vec<&str> = login(record).into_iter().chain(others).collect();
                change.insert("assignees".to_owned(), json!(all));
            }
            Facet::Priority | Facet::Labels => {}
        }
    }
    let before = names(issue);
    let mut after = labels(record, facets, &before, false);
    if keeps_labels {
        let taken: Vec<String> =
            before.iter().filter(|name| !is_ours(name) && !after.contains(name)).cloned().collect();
        after.extend(taken);
    }
    if after != before {
        change.insert("labels".to_owned(), json!(after));
    }
    change
}

/// Returns what takes an issue out of what is listed: it is closed, and none of ours.
pub(super) fn retired(issue: &Value) -> Value {
    let names: Vec<String> = names(issue).into_iter().filter(|name| name != OURS).collect();
    let text = issue.get("body").and_then(Value::as_str).unwrap_or_default();
    json!({ "state": "closed", "state_reason": "not_planned", "labels": names, "body": read_body(text).0 })
}

/// Returns the record that shows a todo as an issue can.
pub(super) fn shown(record: &Record) -> Option<PulledRecord> {
    let mut issue = new(record, false);
    let (state, reason) = state(record);
    issue["number"] = json!(0);
    issue["state"] = json!(state);
    issue["state_reason"] = json!(reason);
    issue["assignees"] = json!(login(record).map(|login| json!({ "login": login })).into_iter().collect::<Vec<_>>());
    parse(&issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(fields: Value) -> Value {
        let mut issue = json!({ "number": 7, "title": "Ship", "state": "open", "body": null, "labels": [], "updated_at": "2026-11-20T12:00:00Z" });
        for (name, value) in fields.as_object().expect("an object") {
            issue[name] = value.clone();
        }
        issue
    }

    #[test]
    fn states_are_open_closed_and_a_label() {
        for (fields, state) in [
            (json!({}), "pending"),
            (json!({ "labels": [{ "name": "in progress" }] }), "in_progress"),
            (json!({ "state": "closed", "labels": [{ "name": "in progress" }] }), "completed"),
            (json!({ "state": "closed", "state_reason": "completed" }), "completed"),
            (json!({ "state": "closed", "state_reason": "not_planned" }), "dropped"),
            (json!({ "state": "closed", "state_reason": "duplicate" }), "dropped"),
            (json!({ "state_reason": "reopened" }), "pending"),
        ] {
            assert_eq!(parse(&issue(fields.clone())).expect("one").state.as_str(), state, "{fields}");
        }
        assert_eq!(parse(&issue(json!({ "pull_request": {} }))), None);
        assert_eq!(parse(&json!({ "message": "Not Found" })), None);
    }

    #[test]
    fn the_mark_is_the_last_one_and_text_around_it_is_kept() {
        let body = |text: &str| {
            let (said, id) = read_body(text);
            (said, id.map(|id| id.to_string()))
        };
        let mark = "<!-- chittysync:00112233aabbccdd -->";
        let id = Some("00112233aabbccdd".to_owned());
        assert_eq!(body(mark), (String::new(), id.clone()));
        assert_eq!(body(&format!("one\r\ntwo\r\n\r\n{mark}")), ("one\ntwo".into(), id.clone()));
        assert_eq!(body(&format!("one\n\n{mark}\nmore\n")), ("one\nmore".into(), id.clone()));
        let foreign = "<!-- chittysync:ffffffffffffffff -->";
        assert_eq!(body(&format!("{foreign}\n\n{mark}")), (foreign.into(), id));
        assert_eq!(body("<!-- chittysync:nothing -->"), ("<!-- chittysync:nothing -->".into(), None));
        assert_eq!(body(""), (String::new(), None));
    }

    #[test]
    fn labels_of_others_stay() {
        let before = issue(
            json!({ "labels": [{ "name": "Good First" }, { "name": "chittysync" }, { "name": "priority: low" }] }),
        );
        let pulled = parse(&before).expect("one");
        assert_eq!(pulled.labels, Some(["good-first".to_owned()].into()));
        assert_eq!(pulled.priority.as_deref(), Some("low"));
        assert_eq!(names(&before), ["Good First", "chittysync", "priority: low"]);
    }
}
