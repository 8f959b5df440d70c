//! The list of a project, `todos.json` or another one, as a whole.

use super::DecodeError;
use super::line::{Line, write_line};
use super::text::read_json;
use crate::merge::join_lines;
use crate::todo::{Todo, TodoList};

/// Returns the one and only way to write this list.
pub fn encode_todos(todos: &TodoList) -> Vec<u8> {
    write_list(todos.values(), write_line)
}

/// Writes a list whose lines are written so.
pub(super) fn write_list<T>(lines: impl ExactSizeIterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) -> Vec<u8> {
    let count = lines.len();
    let mut bytes = Vec::with_capacity(count * 320 + 8);
    bytes.extend_from_slice(b"[\n");
    for (at, line) in lines.enumerate() {
        if at > 0 {
            bytes.extend_from_slice(b",\n");
        }
        write(&mut bytes, line);
    }
    bytes.extend_from_slice(if count == 0 { b"]\n" } else { b"\n]\n" });
    bytes
}

/// Reads a list in any layout a JSON file can have. What is derived from the claims (`status`, `updated`)
/// is derived again; an id that stands twice is joined.
///
/// # Errors
/// [`DecodeError::Newer`] when the format is from the future, [`DecodeError::Foreign`] when the bytes are
/// no JSON, or not todos of ours: no id, no claims.
pub fn decode_todos(bytes: &[u8]) -> Result<TodoList, DecodeError> {
    decode_lines(bytes).map(join_lines)
}

/// Reads the lines of a list one by one, for those who join them with others.
///
/// # Errors
/// As [`decode_todos`].
pub fn decode_lines(bytes: &[u8]) -> Result<Vec<Todo>, DecodeError> {
    let lines: Vec<Line> = read_json(bytes)?;
    lines.into_iter().map(Line::todo).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"[
{"id":"00c1f0b2a77de4c1","content":"Fix login tests","status":"in_progress","activeForm":"Fixing login tests","owner":"ana","later":{"a":[null],"z":1e+400},"created":"2025-10-10T23:20:00.000Z","updated":"2025-10-11T08:02:11.000Z","claims":{"029e1c6e":{"status":"in_progress","at":"2025-10-11T08:02:11.000Z","epoch":1,"why":"asked"},"f00d":{"status":"pending","raw":"blocked","at":"2025-10-10T23:20:00.000Z","dropped":true}},"stamps":{"owner":"2025-10-11T08:02:11.000Z"}},
{"id":"9c1f0b2a77de4c10","content":"say \"hi\"\u0007","status":"dropped","created":"2025-10-10T23:20:00.000Z","updated":"2025-10-10T23:20:00.000Z","claims":{"f00d":{"status":"pending","at":"2025-10-10T23:20:00.000Z","dropped":true}}}
]
"#;

    #[test]
    fn bytes_come_back() {
        let todos = decode_todos(LINES.as_bytes()).expect("decodes");
        assert_eq!(String::from_utf8(encode_todos(&todos)).expect("UTF-8"), LINES);
        assert_eq!(encode_todos(&TodoList::new()), b"[\n]\n");
        assert_eq!(decode_todos(b"[\n]\n").expect("decodes"), TodoList::new());
    }

    #[test]
    fn layout_and_derived_values_do_not_matter() {
        let canonical = decode_todos(LINES.as_bytes()).expect("decodes");
        let value: serde_json::Value = serde_json::from_str(LINES).expect("JSON");
        let pretty = serde_json::to_vec_pretty(&value).expect("JSON");
        assert_eq!(decode_todos(&pretty).expect("decodes"), canonical);
        let lying =
            LINES.replacen("\"status\":\"in_progress\",\"activeForm\"", "\"status\":\"completed\",\"activeForm\"", 1);
        assert_eq!(decode_todos(lying.as_bytes()).expect("decodes"), canonical);
    }

    #[test]
    fn refuses_the_future_and_the_foreign() {
        let newer = LINES.replacen("{\"id\"", "{\"format\":3,\"id\"", 1);
        assert!(matches!(decode_todos(newer.as_bytes()), Err(DecodeError::Newer(3))));
        let reshaped = r#"[{"format":3,"something":"else"}]"#;
        assert!(matches!(decode_todos(reshaped.as_bytes()), Err(DecodeError::Newer(3))));
        for foreign in
            ["", "{}", "[1]", r#"[{"content":"x","status":"pending"}]"#, &LINES[..80], &LINES.replace("claims", "c")]
        {
            assert!(matches!(decode_todos(foreign.as_bytes()), Err(DecodeError::Foreign(_))), "{foreign}");
        }
    }
}
