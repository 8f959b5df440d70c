//! What was decided, for programs: the same for commands and for a hub.

use serde_json::{Value, json};

use super::{Entry, Guidance, Next, TopicCount};
use crate::todo::{Session, State, Status, plain};
use crate::view::{Everything, todo_json};

/// What the original says when nothing is assigned.
pub const NOTHING: &str = "No todos assigned or all complete";

/// Returns a word for how far a topic is: whether enough waits.
pub fn how_far(count: &TopicCount<'_>, threshold: usize) -> &'static str {
    match count.most_waiting() {
        0 => "quiet",
        _ if count.is_due(threshold) => "due",
        _ => "waiting",
    }
}

/// Returns a topic for programs.
pub fn topic_json(count: &TopicCount<'_>, threshold: usize) -> Value {
    let passed = count.passed_over;
    let waiting = count.waiting.iter().map(|(project, todos)| {
        let ids: Value = todos.iter().map(|(_, todo)| todo.id.to_string()).collect();
        (project.clone(), ids)
    });
    json!({
        "topic": count.topic.name,
        "name": count.topic.name,
        "configured": count.topic.is_configured,
        "count": count.open,
        "open": count.open,
        "pending": count.pending,
        "ready": count.ready,
        "sessions": count.sessions,
        "threshold": threshold,
        "waiting": count.most_waiting(),
        "state": how_far(count, threshold),
        "passed_over": {
            "in_progress": passed.in_progress,
            "blocked": passed.blocked,
            "assigned": passed.assigned,
            "listed": passed.listed,
            "elsewhere": passed.elsewhere,
        },
        "waiting_in": waiting.collect::<serde_json::Map<_, _>>(),
    })
}

/// Says what can be done, in sentences, the first one first.
pub fn suggestions(told: &Guidance<'_>) -> Vec<String> {
    let mut found = Vec::new();
    match told.next {
        Next::Continue((_, todo)) => found.push(format!("Continue work on: \"{}\"", plain(&todo.content))),
        Next::Start((_, todo)) => found.push(format!("Start next task: \"{}\"", plain(&todo.content))),
        Next::Wait if told.assigned.is_empty() && !told.completed.is_empty() => {
            found.push("All assigned tasks complete! Check for new work.".to_owned());
        }
        Next::Wait => {}
    }
    if !matches!(told.next, Next::Continue(_)) && !told.free.is_empty() {
        let free = told.free.len();
        let is = if free == 1 { "todo is" } else { "todos are" };
        found.push(format!("{free} {is} free to begin: `git chittysync ready --claim` takes the first"));
    }
    found
}

/// Returns what a session should do, in the keys of the original's orchestrator.
pub fn guidance_json(told: &Guidance<'_>, session: &Session, everything: &Everything) -> Value {
    let names = everything.names();
    let one = |(project, todo): &Entry<'_>| todo_json(&names, project, todo);
    let all = |entries: &[Entry<'_>]| entries.iter().map(one).collect::<Value>();
    let count = |status| told.assigned.iter().filter(|(_, todo)| todo.state() == State::Wanted(status)).count();
    let next = match &told.next {
        Next::Continue(entry) | Next::Start(entry) => json!({ "action": told.next.as_str(), "todo": one(entry) }),
        Next::Wait => json!({ "action": told.next.as_str(), "message": NOTHING }),
    };
    let infos = everything.sessions.iter().filter(|info| info.session.main() == session.main());
    let last = infos.max_by_key(|info| (info.updated, &info.session));
    json!({
        "session": session.main(),
        "machineId": last.map(|info| info.device.as_str()),
        "platform": last.map(|info| info.source.as_str()),
        "assigned": all(&told.assigned),
        "assignedCount": told.assigned.len(),
        "inProgress": count(Status::InProgress),
        "pending": count(Status::Pending),
        "completedVisible": all(&told.completed),
        "free": told.free.len(),
        "suggestions": suggestions(told),
        "nextAction": next,
    })
}
