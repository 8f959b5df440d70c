//! `sessions/<xx>/<session>.json`.

use serde_json::{Map, Value, json};

use super::text::read_json;
use super::{DecodeError, FORMAT};
use crate::todo::{ListEntry, Project, Session, SessionInfo, Status, Time, Title, TodoId};

/// Returns the one and only way to write what is known of a session: a key a line, an entry of its list
/// a line.
pub fn encode_session(info: &SessionInfo) -> Vec<u8> {
    let mut lines = vec![format!("\"format\": {FORMAT}"), entry("session", info.session.as_str())];
    let mut optional = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            lines.push(entry(key, value));
        }
    };
    optional("agent", info.agent.as_deref());
    optional("source", Some(&info.source));
    optional("device", Some(&info.device));
    optional("person", info.person.as_deref());
    optional("project", info.project.as_ref().map(Project::as_str));
    optional("branch", info.branch.as_deref());
    optional("title", info.title.as_ref().map(|title| title.text.as_str()));
    optional("titled", info.title.as_ref().map(|title| title.at.to_string()).as_deref());
    optional("started", Some(&info.started.to_string()));
    optional("updated", Some(&info.updated.to_string()));
    optional("ended", info.ended.map(|time| time.to_string()).as_deref());
    lines.extend(info.extra.iter().map(|(key, value)| format!("{}: {value}", Value::from(key.as_str()))));
    let list: Vec<String> = info.list.iter().map(|item| format!("    {}", list_entry(item))).collect();
    lines.push(if list.is_empty() { "\"list\": []".into() } else { format!("\"list\": [\n{}\n  ]", list.join(",\n")) });
    format!("{{\n  {}\n}}\n", lines.join(",\n  ")).into_bytes()
}

fn entry(key: &str, value: &str) -> String {
    format!("\"{key}\": {}", Value::from(value))
}

fn list_entry(item: &ListEntry) -> String {
    let mut text = format!("{{\"id\":\"{}\"", item.id);
    if let Some(native) = &item.native {
        text.push_str(&format!(",\"native\":{}", Value::from(native.as_str())));
    }
    if let Some(status) = item.status {
        text.push_str(&format!(",\"status\":\"{status}\""));
    }
    if !item.meant.is_empty() {
        let meant = item.meant.iter().map(|(number, id)| (number.clone(), Value::from(id.to_string())));
        text.push_str(&format!(",\"meant\":{}", Value::Object(meant.collect())));
    }
    text + "}"
}

/// Reads what is known of a session.
///
/// # Errors
/// [`DecodeError::Newer`] when the format is from the future, [`DecodeError::Foreign`] when the bytes are
/// no JSON, or lack the session's name or times.
pub fn decode_session(bytes: &[u8]) -> Result<SessionInfo, DecodeError> {
    let mut map: Map<String, Value> = read_json(bytes)?;
    let format = map.remove("format").and_then(|format| format.as_u64()).unwrap_or(FORMAT);
    if format > FORMAT {
        return Err(DecodeError::Newer(format));
    }
    read(&mut map).ok_or_else(|| {
        let reason = json!(map.keys().collect::<Vec<_>>());
        <serde_json::Error as serde::de::Error>::custom(format!(
            "no session with a name and times (keys left: {reason})"
        ))
        .into()
    })
}

fn read(map: &mut Map<String, Value>) -> Option<SessionInfo> {
    fn text(map: &mut Map<String, Value>, key: &str) -> Option<String> {
        match map.remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }
    fn time(map: &mut Map<String, Value>, key: &str) -> Option<Time> {
        text(map, key).and_then(|text| Time::parse(&text))
    }
    let session = Session::new(&text(map, "session")?).ok()?;
    let (started, updated) = (time(map, "started")?, time(map, "updated")?);
    let titled = time(map, "titled");
    let title = text(map, "title").map(|text| Title { at: titled.unwrap_or_default(), text });
    let list = match map.remove("list") {
        Some(Value::Array(items)) => items.iter().filter_map(read_entry).collect(),
        _ => Vec::new(),
    };
    Some(SessionInfo {
        session,
        agent: text(map, "agent"),
        source: text(map, "source").unwrap_or_default(),
        device: text(map, "device").unwrap_or_default(),
        person: text(map, "person"),
        project: text(map, "project").and_then(|name| Project::new(&name).ok()),
        branch: text(map, "branch"),
        title,
        started,
        updated,
        ended: time(map, "ended"),
        list,
        extra: std::mem::take(map),
    })
}

fn read_entry(value: &Value) -> Option<ListEntry> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    Some(ListEntry {
        id: TodoId::parse(text("id")?)?,
        native: text("native").map(str::to_owned),
        status: text("status").and_then(Status::parse),
        meant: value.get("meant").and_then(Value::as_object).into_iter().flatten().filter_map(read_meant).collect(),
    })
}

fn read_meant((number, id): (&String, &Value)) -> Option<(String, TodoId)> {
    Some((number.clone(), TodoId::parse(id.as_str()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
  "format": 2,
  "session": "029e1c6e-0000-4000-8000-000000000001",
  "source": "claude-tasks",
  "device": "mbp",
  "person": "Ana",
  "project": "api",
  "branch": "main",
  "title": "Fix \"login\"",
  "titled": "2025-10-11T08:00:00.000Z",
  "started": "2025-10-10T23:20:00.000Z",
  "updated": "2025-10-11T08:02:11.000Z",
  "later": {"a":1},
  "list": [
    {"id":"9c1f0b2a77de4c10","native":"1"},
    {"id":"00c1f0b2a77de4c1","status":"pending"},
    {"id":"17b8c839bc558b22","native":"3","meant":{"2":"9c1f0b2a77de4c10"}}
  ]
}
"#;

    #[test]
    fn bytes_come_back() {
        let info = decode_session(FILE.as_bytes()).expect("decodes");
        assert_eq!(String::from_utf8(encode_session(&info)).expect("UTF-8"), FILE);
        assert_eq!(info.extra.len(), 1);
    }

    #[test]
    fn refuses_the_future_and_the_foreign() {
        let newer = FILE.replace("\"format\": 2", "\"format\": 9");
        assert!(matches!(decode_session(newer.as_bytes()), Err(DecodeError::Newer(9))));
        for foreign in ["", "[]", "{}", &FILE.replace("updated", "u")] {
            assert!(matches!(decode_session(foreign.as_bytes()), Err(DecodeError::Foreign(_))), "{foreign}");
        }
    }
}
