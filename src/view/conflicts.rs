//! Disagreements while they last, both versions side by side: the newest overruled statement first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use super::list::name_project;
use super::table::{fit, pad};
use super::{Everything, Style};
use crate::merge::{Conflict, Disagreement, Side, Subject, disagreements};
use crate::todo::{Claim, Names, Project, Session, Time, Todo, TodoId, plain};

/// Finds what one session itself says of a todo, its properties included, where its own history is at hand.
pub type OwnVersion<'a> = dyn Fn(&Session, &Project, TodoId) -> Option<Todo> + 'a;

/// A disagreement with its todo.
pub type Found<'a> = (&'a Project, &'a Todo, Disagreement<'a>);

/// Returns every disagreement, the newest overruled statement first. Plain lag (an older open claim beside a completed one) is left out unless
/// `all` is asked for.
pub fn all_disagreements(everything: &Everything, all: bool) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = everything
        .todos()
        .flat_map(|(project, todo)| disagreements(todo).into_iter().map(move |one| (project, todo, one)))
        .filter(|(_, _, one)| all || one.is_newer())
        .collect();
    found.sort_by_key(|(_, todo, one)| (Reverse((one.is_newer(), one.overruled.1.at)), todo.id));
    found
}

/// A conflict over a property that nobody has settled.
#[derive(Clone, Debug, PartialEq)]
pub struct OverProperty {
    /// The project of the todo.
    pub project: Project,
    /// The two values, and who said them as far as that is known.
    pub conflict: Conflict,
    /// Both are what agents' lists say, and nobody's decision.
    pub is_lag: bool,
}

/// Returns what there is to settle, in the order of the list: each todo whose status is disputed once, each property.
pub fn questions<'a>(
    everything: &'a Everything,
    all: bool,
    properties: &'a [OverProperty],
) -> Vec<(&'a Project, &'a Todo, Option<&'a OverProperty>)> {
    let mut seen = BTreeSet::new();
    let statuses = all_disagreements(everything, all).into_iter().filter(|(_, todo, _)| seen.insert(todo.id));
    let statuses = statuses.map(|(project, todo, one)| ((one.is_newer(), one.overruled.1.at), project, todo, None));
    let properties = properties.iter().filter(|one| all || !one.is_lag).filter_map(|one| {
        let (project, todo) = everything.get(one.conflict.id)?;
        Some(((!one.is_lag, one.conflict.sides().1.at), project, todo, Some(one)))
    });
    let mut found: Vec<_> = statuses.chain(properties).collect();
    found.sort_by_key(|(order, _, todo, _)| (Reverse(*order), todo.id));
    found.into_iter().map(|(_, project, todo, property)| (project, todo, property)).collect()
}

/// What the todos alone do not tell.
#[expect(missing_debug_implementations, reason = "functions have nothing to show")]
pub struct Beside<'a> {
    /// The conflicts over properties that nobody has settled.
    pub properties: &'a [OverProperty],
    /// What a session itself says of a todo.
    pub own: &'a OwnVersion<'a>,
    /// A time as it is told to people.
    pub moment: &'a dyn Fn(Time) -> String,
}

/// One disagreement as people are shown it: when the overruled side spoke, and whether that was later; its lines,
/// each with its name, what was kept and what was overruled; and why.
struct Shown<'a> {
    order: (bool, Time),
    id: TodoId,
    content: &'a str,
    /// The name of its project.
    project: String,
    rows: Vec<[String; 3]>,
    why: String,
}

/// Returns the disagreements for people.
pub fn conflicts_text(everything: &Everything, all: bool, beside: &Beside<'_>, style: Style) -> String {
    let statuses = all_disagreements(everything, all).into_iter();
    let names = everything.names();
    let statuses = statuses.map(|(project, todo, one)| over_status(everything, &names, project, todo, &one, beside));
    let properties = beside.properties.iter().filter(|one| all || !one.is_lag);
    let properties = properties.map(|one| over_property(everything, &names, one, beside));
    let mut shown: Vec<Shown<'_>> = statuses.chain(properties).collect();
    shown.sort_by_key(|one| (Reverse(one.order), one.id));
    let blocks: Vec<String> = shown.iter().map(|one| block(one, style)).collect();
    blocks.join("\n")
}

fn block(one: &Shown<'_>, style: Style) -> String {
    let project = style.dim(&format!("({})", plain(&one.project)));
    let id = style.dim(&one.id.to_string()[..8]);
    let mut text = format!("{id} {} {project}\n", style.title(&plain(one.content)));
    let names = one.rows.iter().map(|[name, ..]| name.width()).max().unwrap_or(0);
    let room = (style.width.saturating_sub(names + 6) / 2).clamp(12, 60);
    for [name, kept, overruled] in &one.rows {
        let (kept, overruled) = (fit(kept, room), fit(overruled, room));
        let space = " ".repeat(room.saturating_sub(kept.width()));
        let (kept, overruled) = marked(&kept, &overruled, style);
        let line = format!("  {}  {kept}{space}  {overruled}", style.dim(&pad(name, names)));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!("  {}\n", one.why));
    text
}

fn value(value: &Value) -> String {
    plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn over_status<'a>(
    everything: &Everything,
    names: &Names,
    project: &Project,
    todo: &'a Todo,
    one: &Disagreement<'_>,
    beside: &Beside<'_>,
) -> Shown<'a> {
    let said = |claim: &Claim| match &claim.raw {
        Some(raw) if !claim.dropped => plain(raw),
        _ => claim.state().to_string(),
    };
    let (kept, overruled) = (one.winner, one.overruled);
    let mut rows = vec![
        [String::new(), "kept".to_owned(), "overruled".to_owned()],
        ["says".to_owned(), said(kept.1), said(overruled.1)],
        ["who".to_owned(), everything.who(kept.0), everything.who(overruled.0)],
        ["when".to_owned(), (beside.moment)(one.kept_since()), (beside.moment)(overruled.1.at)],
    ];
    let versions = [kept.0, overruled.0].map(|session| (beside.own)(session, project, todo.id));
    if let [Some(kept), Some(overruled)] = versions {
        for (name, field) in &kept.fields {
            // Of what only one of them speaks they do not disagree.
            let other = overruled.fields.get(name).filter(|other| other.value != field.value);
            rows.extend(other.map(|other| [plain(name), value(&field.value), value(&other.value)]));
        }
    }
    let order = (one.is_newer(), overruled.1.at);
    let project = names.shown(project).to_owned();
    Shown { order, id: todo.id, content: &todo.content, project, rows, why: why(one) }
}

fn over_property<'a>(
    everything: &Everything,
    names: &Names,
    found: &'a OverProperty,
    beside: &Beside<'_>,
) -> Shown<'a> {
    let OverProperty { project, conflict: one, is_lag } = found;
    let (kept, overruled) = one.sides();
    let name = property(one);
    let who = |side: &Side| side.session.as_ref().map(|session| everything.who(session)).unwrap_or_default();
    let mut rows = vec![
        [String::new(), "kept".to_owned(), "overruled".to_owned()],
        [plain(name), value(&kept.value), value(&overruled.value)],
        ["who".to_owned(), who(kept), who(overruled)],
        ["when".to_owned(), (beside.moment)(kept.at), (beside.moment)(overruled.at)],
    ];
    rows.retain(|[_, kept, overruled]| !(kept.is_empty() && overruled.is_empty()));
    let why = "the later stays; neither knew of the other".to_owned();
    let project = names.shown(project).to_owned();
    Shown { order: (!is_lag, overruled.at), id: one.id, content: &one.content, project, rows, why }
}

/// Returns what two sides disagree on.
fn property(one: &Conflict) -> &str {
    match &one.subject {
        Subject::Status => "status",
        Subject::Field(name) => name,
    }
}

/// Returns both texts with the words that differ marked, where there is colour to mark them with.
fn marked(kept: &str, overruled: &str, style: Style) -> (String, String) {
    let (mut left, mut right) = (String::new(), String::new());
    for change in TextDiff::from_words(kept, overruled).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                left.push_str(change.value());
                right.push_str(change.value());
            }
            ChangeTag::Delete => left.push_str(&style.strong(change.value())),
            ChangeTag::Insert => right.push_str(&style.alert(change.value())),
        }
    }
    (left, right)
}

/// Says why one side was kept.
fn why(one: &Disagreement<'_>) -> String {
    let (kept, overruled) = (one.winner.1, one.overruled.1);
    if kept.decided().0 > overruled.epoch {
        return format!(
            "{} was settled by hand, though {} was said later, not knowing of it",
            kept.state(),
            overruled.state()
        );
    }
    let rank = format!("{} outranks {}", kept.state(), overruled.state());
    if one.is_newer() { format!("{rank}, though it was said earlier: it may be wanted again") } else { rank }
}

/// Names the rule by which one side was kept.
fn rule(one: &Disagreement<'_>) -> &'static str {
    if one.winner.1.decided().0 > one.overruled.1.epoch { "settled by hand before time" } else { "rank before time" }
}

/// Returns the disagreements for programs. The keys are the original's: `local` is what was kept, `remote`
/// what was overruled. Where they disagree on a property, the status is the same.
pub fn conflicts_json(everything: &Everything, all: bool, properties: &[OverProperty], now: Time) -> Value {
    let names = everything.names();
    let device = |session: Option<&Session>| {
        let info = everything.sessions.iter().find(|info| Some(&info.session) == session);
        info.map(|info| info.device.as_str())
    };
    let statuses = all_disagreements(everything, all).into_iter().map(|(project, todo, one)| {
        let mut value = json!({
            "id": todo.id.to_string(),
            "content": todo.content,
            "local_status": one.winner.1.state().as_str(),
            "remote_status": one.overruled.1.state().as_str(),
            "local_session": one.winner.0.as_str(),
            "remote_session": one.overruled.0.as_str(),
            "local_device": device(Some(one.winner.0)),
            "remote_device": device(Some(one.overruled.0)),
            "local_timestamp": one.kept_since().to_string(),
            "resolution": format!("{} ({})", one.winner.1.state(), rule(&one)),
            "timestamp": one.overruled.1.at.to_string(),
            "lag": !one.is_newer(),
        });
        name_project(&mut value, &names, project);
        ((one.is_newer(), one.overruled.1.at), todo.id, value)
    });
    let properties = properties.iter().filter(|one| all || !one.is_lag).map(|found| {
        let OverProperty { project, conflict: one, is_lag } = found;
        let (kept, overruled) = one.sides();
        let status = everything.get(one.id).map(|(_, todo)| todo.state().as_str());
        let session = |side: &Side| side.session.as_ref().map(Session::to_string);
        let mut value = json!({
            "id": one.id.to_string(),
            "content": one.content,
            "property": property(one),
            "local_value": kept.value,
            "remote_value": overruled.value,
            "local_status": status,
            "remote_status": status,
            "local_session": session(kept),
            "remote_session": session(overruled),
            "local_device": device(kept.session.as_ref()),
            "remote_device": device(overruled.session.as_ref()),
            "local_timestamp": kept.at.to_string(),
            "resolution": "the later one",
            "timestamp": overruled.at.to_string(),
            "lag": is_lag,
        });
        name_project(&mut value, &names, project);
        ((!is_lag, overruled.at), one.id, value)
    });
    let mut conflicts: Vec<_> = statuses.chain(properties).collect();
    conflicts.sort_by_key(|(order, id, _)| (Reverse(*order), *id));
    let conflicts: Vec<Value> = conflicts.into_iter().map(|(.., value)| value).collect();
    json!({ "timestamp": now.to_string(), "auto_resolved": conflicts.len(), "conflicts": conflicts })
}
