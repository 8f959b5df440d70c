//! The whole records of a line that is not one record: an agent that dies while it writes leaves a half one, or a run
//! of NUL bytes, and the next one is written behind it; and two processes may write into one line.

use serde_json::Value;

use super::json;

/// What stands in a line.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Records<'a> {
    /// The whole records, in their order.
    pub whole: Vec<Value>,
    /// What stands between them.
    pub rest: Vec<&'a [u8]>,
}

/// Finds the whole records in a line. An object that is a part of a half record is none: a record says what it is, of
/// which session, and when or under which name it was written.
pub(super) fn records(line: &[u8]) -> Records<'_> {
    // What somebody wrote to hold us up is given up on, as a part that cannot be read.
    records_within(line, &mut line.len().saturating_mul(TURNS))
}

/// As [`records`], looking at so many bytes.
fn records_within<'a>(line: &'a [u8], steps: &mut usize) -> Records<'a> {
    let mut found = Records::default();
    let (mut at, mut left) = (0, 0);
    while let Some(begin) = memchr::memchr(b'{', &line[at..]).map(|skip| at + skip) {
        let end = object_end(&line[begin..], steps).map(|length| begin + length);
        if *steps == 0 {
            break;
        }
        let record = end.and_then(|end| json::parse(&line[begin..end]).ok()).filter(is_record);
        match (record, end) {
            (Some(record), Some(end)) => {
                found.rest.push(&line[left..begin]);
                found.whole.push(record);
                (at, left) = (end, end);
            }
            _ => at = begin + 1,
        }
    }
    found.rest.push(&line[left..]);
    found.rest.retain(|rest| !rest.iter().all(|byte| matches!(byte, b'\0' | b' ' | b'\r' | b'\n')));
    found
}

fn is_record(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some_and(Value::is_string);
    has("type") && has("sessionId") && (has("uuid") || has("timestamp"))
}

/// How often a byte of a line may be looked at. Of a half record it is as often as objects stand around it in there.
const TURNS: usize = 2 * json::DEEPEST;

/// Returns the length of the object with which this begins; nothing when it does not end in so many steps, or is nested
/// too deep.
fn object_end(bytes: &[u8], steps: &mut usize) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        *steps = steps.checked_sub(1)?;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
        match depth {
            0 => return Some(at + 1),
            deep if deep > json::DEEPEST => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(uuid: &str) -> Value {
        json!({"type": "user", "sessionId": "s", "uuid": uuid, "message": {"content": [{"type": "text", "text": "a { \" } b"}]}})
    }

    fn found(line: &[u8]) -> (Vec<String>, usize) {
        let found = records(line);
        let uuid = |record: &Value| record["uuid"].as_str().expect("text").to_owned();
        (found.whole.iter().map(uuid).collect(), found.rest.len())
    }

    /// Wherever a record was cut, the one behind it is found, and nothing else.
    #[test]
    fn a_record_cut_anywhere_hides_no_other() {
        let (one, two) = (record("one").to_string(), record("two").to_string());
        for cut in 1..one.len() {
            let line = format!("{}{two}\n", &one[..cut]);
            assert_eq!(found(line.as_bytes()), (vec!["two".to_owned()], 1), "{line}");
            let line = format!("{two}{}", &one[..cut]);
            assert_eq!(found(line.as_bytes()), (vec!["two".to_owned()], 1), "{line}");
        }
    }

    #[test]
    fn whole_records_in_one_line_are_all_found() {
        let all = [record("one"), record("two"), record("three")].map(|record| record.to_string());
        let names = ["one", "two", "three"].map(str::to_owned).to_vec();
        for between in ["", " ", "\0\0\0", "\r"] {
            assert_eq!(found(all.join(between).as_bytes()), (names.clone(), 0), "{between:?}");
        }
        assert_eq!(found(format!("{}x{}", all[0], all[1]).as_bytes()), (names[..2].to_vec(), 1));
    }

    /// A message that stands in a half record is no record of its own.
    #[test]
    fn a_part_of_a_half_record_is_none() {
        let inner = json!({"type": "assistant", "uuid": "u", "timestamp": "t", "message": {"content": []}});
        let line = format!("{{\"type\":\"progress\",\"sessionId\":\"s\",\"data\":{{\"message\":{inner},\"more\":\"cut");
        assert_eq!(found(line.as_bytes()), (Vec::new(), 1));
    }

    /// Somebody may write what they like: when so many bytes were looked at, what is left is a part that cannot be read.
    #[test]
    fn no_line_takes_for_ever() {
        let behind = record("behind").to_string();
        let mut given_up = 0;
        for part in ["{", "{\"", "{\"a\":", "{\"a\":1,", "\"{", "{\"a\":{\"a\":1}", "{}", "[{", "{\\\"", "{\"\\\""] {
            let line = format!("{}{behind}", part.repeat(50));
            let mut steps = 2 * line.len();
            let found = records_within(line.as_bytes(), &mut steps);
            given_up += usize::from(found.whole.is_empty());
            assert_eq!(found.rest.len(), 1, "{part}");
            // With as many as a line gets, what stands behind is found, or was never a record.
            assert!(records(line.as_bytes()).whole.len() >= found.whole.len(), "{part}");
        }
        assert!(given_up > 3, "{given_up}");
    }
}
