//! JSON as JavaScript takes it.
//!
//! Agents are written in JavaScript, whose `JSON.parse` takes halves of surrogate pairs (what is left when
//! a string is cut inside an emoji) and whose file reading replaces bytes that are not UTF-8. Nesting is
//! limited to [`DEEPEST`] levels, so
//! that what is written on a line of its own can be read back by every JSON reader.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use serde_json::Value;

/// How deep lists and objects may be nested.
pub(super) const DEEPEST: usize = 64;

/// Reads a JSON document. Bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD; of keys
/// that stand twice the last one counts.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err("is empty".into());
    }
    if depth(bytes) > DEEPEST {
        return Err(format!("is nested deeper than {DEEPEST} levels"));
    }
    let text = own_key(String::from_utf8_lossy(bytes));
    match serde_json::from_str(&text) {
        Ok(value) => Ok(value),
        Err(first) => {
            // Only when it fails: nearly every file is right as it is.
            let mended = mend_surrogates(&text);
            serde_json::from_str(&mended).map_err(|_| format!("is not valid JSON: {first}"))
        }
    }
}

/// Names the kind of a JSON value.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The key under which the JSON library keeps numbers. It takes an object that begins with it for a number.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// Renames the library's own key, which no agent ever meant, however it is escaped.
fn own_key(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let begins = memmem::find_iter(bytes, b"\"$").chain(memmem::find_iter(bytes, b"\"\\u0024"));
    let mut keys: Vec<Range<usize>> = begins.filter_map(|at| number_key(&text, at)).collect();
    if keys.is_empty() {
        return text;
    }
    keys.sort_unstable_by_key(|key| key.start);
    let mut renamed = text.into_owned();
    for key in keys.into_iter().rev() {
        renamed.replace_range(key, "\"$serde_json::private::number\"");
    }
    Cow::Owned(renamed)
}

/// Returns where the library's own key stands, if it begins with this quotation mark.
fn number_key(text: &str, begin: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // One that is escaped stands in a string.
    if begin > 0 && bytes[begin - 1] == b'\\' {
        return None;
    }
    let longest = begin + 2 + NUMBER_KEY.len() * "\\u0000".len();
    let end = begin + 1 + bytes[begin + 1..longest.min(bytes.len())].iter().position(|byte| *byte == b'"')?;
    let is_key = bytes[end + 1..].trim_ascii_start().starts_with(b":");
    let is_own = || serde_json::from_str::<String>(&text[begin..=end]).is_ok_and(|key| key == NUMBER_KEY);
    (is_key && is_own()).then_some(begin..end + 1)
}

/// Returns how deep lists and objects are nested.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Replaces the escape of each half of a surrogate pair that stands alone.
fn mend_surrogates(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let unit = |at: usize| -> Option<u16> {
        let escape = bytes.get(at..at + 6)?;
        let digits = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                lone.push(at);
                at += 6;
            }
            (Some(_), _) => at += 6,
            (None, _) => at = (at + 2).min(bytes.len()),
        }
    }
    if lone.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut mended = text.to_owned();
    for at in lone {
        mended.replace_range(at..at + 6, "\\ufffd");
    }
    Cow::Owned(mended)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_what_javascript_takes() {
        for (text, value) in [
            (r#"["cut \ud83d"]"#, json!(["cut \u{fffd}"])),
            (r#"["\ude00\ud83d\ude00"]"#, json!(["\u{fffd}\u{1f600}"])),
            (r#"["\\ud83d"]"#, json!(["\\ud83d"])),
            (r#"["\ud83d\n\\"]"#, json!(["\u{fffd}\n\\"])),
            (r#"{"a":1,"a":2}"#, json!({"a": 2})),
            ("\u{feff}[]", json!([])),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(value), "{text}");
        }
        // The library's own key for numbers is a key like any other.
        for key in
            ["$serde_json::private::Number", "$serde_json::private::N\\u0075mber", "\\u0024serde_json::private::Number"]
        {
            let value = json!({"$serde_json::private::number": "1"});
            assert_eq!(parse(format!(r#"{{"{key}":"1"}}"#).as_bytes()), Ok(value.clone()), "{key}");
            assert_eq!(
                parse(format!(r#"[{{"a":1,"{key}" : "1"}}]"#).as_bytes()).expect("JSON")[0]["$serde_json::private::number"],
                "1"
            );
            let text = format!("{{\"{key}\"");
            assert_eq!(parse(json!([text]).to_string().as_bytes()), Ok(json!([text])));
        }
        let words = json!(["$serde_json::private::Number", "private::Number", "a\\", {"$x": "\"$serde_json::private::Number\":"}]);
        assert_eq!(parse(words.to_string().as_bytes()), Ok(words));
        assert_eq!(parse(b"[\"caf\xe9\"]"), Ok(json!(["caf\u{fffd}"])));
        assert!(parse(b"[1e400, 123456789012345678901234567890]").is_ok());
        assert!(parse(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
    }

    #[test]
    fn refuses_what_it_refuses() {
        for bad in ["", " \n", "[", "[1,]", "{'a':1}", r#"["\ud83"]"#, "[1][2]", "\\"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        let reason = parse(format!("{}{}", "[".repeat(65), "]".repeat(65)).as_bytes());
        assert_eq!(reason, Err("is nested deeper than 64 levels".into()));
    }
}
