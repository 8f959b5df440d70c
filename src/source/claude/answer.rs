//! What a call was answered. A line has it as data, `toolUseResult`; where that is missing, or the line has several
//! results and it is that of one of them, the words that the model was given say it too.

use serde_json::{Map, Value, json};

/// Returns what a call was answered, as far as its line tells. `several` says that the line has other results too.
pub(super) fn answer(line: &Value, part: &Value, several: bool, name: &str, input: &Value) -> Value {
    let data = line.get("toolUseResult").unwrap_or(&Value::Null);
    let own = || (!several || is_of(data, name, input)).then(|| data.clone());
    let text = || of_words(data.as_str().unwrap_or_default());
    let words = || of_words(&words(part)).or_else(text);
    // Of several, only the words are certain to be about this call.
    let found = if several { words().or_else(own) } else { own().filter(|own| tells(name, own)).or_else(words) };
    found.unwrap_or_default()
}

/// Returns the call and the answer that a result tells of whose call is not there: its line was lost.
pub(super) fn without_call(line: &Value) -> Option<(&'static str, Value)> {
    let data = line.get("toolUseResult")?;
    if data.get("newTodos").is_some() {
        return Some(("TodoWrite", Value::Null));
    }
    let task = data.get("task").filter(|task| task.get("status").is_none());
    if let Some(task) = task.filter(|task| task.get("id").is_some() && task.get("subject").is_some()) {
        let kept =
            ["subject", "description"].into_iter().filter_map(|key| Some((key.to_owned(), task.get(key)?.clone())));
        return Some(("TaskCreate", Value::Object(kept.collect())));
    }
    let (id, to) = (data.get("taskId")?, data.pointer("/statusChange/to")?);
    Some(("TaskUpdate", json!({ "taskId": id, "status": to })))
}

/// Returns whether an answer says what is to be known of such a call.
fn tells(name: &str, answer: &Value) -> bool {
    match name {
        "TaskCreate" => answer.pointer("/task/id").is_some(),
        "TaskUpdate" => answer.get("success").is_some() || answer.get("taskId").is_some(),
        _ => answer.get("newTodos").is_some(),
    }
}

/// Returns whether the data of a line with several results is the answer to this call.
fn is_of(data: &Value, name: &str, input: &Value) -> bool {
    let same = |pointer: &str, key: &str| data.pointer(pointer).is_some() && data.pointer(pointer) == input.get(key);
    match name {
        "TaskCreate" => same("/task/subject", "subject"),
        "TaskUpdate" => same("/taskId", "taskId"),
        _ => same("/newTodos", "todos"),
    }
}

/// Returns the words of a result: a text, or parts of which some are text.
fn words(part: &Value) -> String {
    match part.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// Reads what the task tools tell the model; nothing where they tell nothing that is known.
fn of_words(words: &str) -> Option<Value> {
    let words = words.trim();
    let number = |before: &str| {
        let rest = words.strip_prefix(before)?;
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '-').unwrap_or(rest.len());
        (end > 0).then(|| (rest[..end].to_owned(), rest[end..].trim_start()))
    };
    if let Some((id, rest)) = number("Task #") {
        let mut answer = Map::new();
        if rest.starts_with("created") {
            let subject = rest.split_once(": ").map(|(_, subject)| subject.to_owned());
            answer.insert("task".into(), json!({ "id": id, "subject": subject }));
        } else {
            answer.insert("taskId".into(), json!(id));
            answer.insert("success".into(), json!(!is_refusal(rest)));
        }
        return Some(Value::Object(answer));
    }
    if let Some((id, _)) = ["Updated task #", "Deleted task #"].into_iter().find_map(number) {
        return Some(json!({ "success": true, "taskId": id }));
    }
    is_refusal(words).then(|| json!({ "success": false }))
}

fn is_refusal(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["error", "failed", "<tool_use_error>", "invalid"].iter().any(|begin| words.starts_with(begin))
        || ["not found", "does not exist", "cannot "].iter().any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_data_would() {
        for (words, answer) in [
            ("Task #7 created successfully: Fix: it", Some(json!({"task": {"id": "7", "subject": "Fix: it"}}))),
            ("Task #T-1a created", Some(json!({"task": {"id": "T-1a", "subject": null}}))),
            ("Updated task #12 status", Some(json!({"success": true, "taskId": "12"}))),
            ("Updated task #12 deleted", Some(json!({"success": true, "taskId": "12"}))),
            ("Task #12 not found", Some(json!({"success": false, "taskId": "12"}))),
            ("Task not found", Some(json!({"success": false}))),
            ("<tool_use_error>No</tool_use_error>", Some(json!({"success": false}))),
            ("ok", None),
            ("", None),
        ] {
            assert_eq!(of_words(words), answer, "{words}");
        }
        let part = json!({"content": [{"type": "text", "text": "Task #7 created successfully: A"}, {"type": "image"}]});
        assert_eq!(answer(&json!({}), &part, false, "TaskCreate", &json!({}))["task"]["id"], "7");
    }

    /// Of several results in a line, the data is that of one; the words of each are its own.
    #[test]
    fn data_of_another_call_is_not_taken() {
        let line = json!({"toolUseResult": {"task": {"id": "1", "subject": "A"}}});
        let of = |subject: &str, words: &str| {
            answer(&line, &json!({"content": words}), true, "TaskCreate", &json!({"subject": subject}))
        };
        assert_eq!(of("A", "ok")["task"]["id"], "1");
        assert_eq!(of("B", "ok"), Value::Null);
        assert_eq!(of("A", "Task #5 created successfully: A")["task"]["id"], "5");
    }
}
