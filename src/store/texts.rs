//! A cache of texts by their keys, of which a few are looked up.
//!
//! It is a cache like the others ([`super::cache`]), with a line for each entry, in the order of keys: among those of
//! years, one is found without reading all.

use std::collections::BTreeMap;

use memchr::{memchr, memrchr};

use super::cache::{self, VERSION};
use crate::git::{Fsync, Repo, replace_private_file};

/// So many bytes of the file are read as texts in the time that it takes to find one.
const ONE: usize = 512;

/// Replaces a cache.
pub fn save(repo: &Repo, name: &str, texts: &BTreeMap<String, String>) {
    // Losing it costs time, never data.
    let _ = replace_private_file(&cache::path(repo, name), &encode(texts), Fsync::Off);
}

/// Reads the texts of these keys, as far as a cache by this name has them; others may be among what is returned.
pub fn load(repo: &Repo, name: &'static str, keys: &[&str]) -> BTreeMap<String, String> {
    let bytes = if keys.is_empty() { Vec::new() } else { std::fs::read(cache::path(repo, name)).unwrap_or_default() };
    look_up(&bytes, keys, ONE)
}

/// Returns the texts of these keys: each is looked up where that takes less time than reading all, one in so many bytes.
fn look_up(bytes: &[u8], keys: &[&str], one: usize) -> BTreeMap<String, String> {
    match lines(bytes).filter(|_| keys.len() < bytes.len() / one) {
        Some(lines) => keys.iter().filter_map(|key| Some(((*key).to_owned(), find(lines, key)?))).collect(),
        None => cache::decode(bytes).unwrap_or_default(),
    }
}

fn encode(texts: &BTreeMap<String, String>) -> Vec<u8> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let lines: Vec<String> = texts.iter().map(|(key, value)| format!("{}:{}", text(key), text(value))).collect();
    format!("{}{}{END}", start(), lines.join(",\n")).into_bytes()
}

fn start() -> String {
    format!("{{\"version\":{VERSION},\"content\":{{\n")
}

const END: &str = "\n}}";

/// Returns the entries of a file that has a line for each.
fn lines(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(start().as_bytes())?.strip_suffix(END.as_bytes())
}

/// Finds the text of a key. The other texts are not looked at.
fn find(lines: &[u8], wanted: &str) -> Option<String> {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = memrchr(b'\n', &lines[low..middle]).map_or(low, |end| low + end + 1);
        let end = memchr(b'\n', &lines[middle..high]).map_or(high, |end| middle + end);
        let line = &lines[begin..end];
        let mut parts = serde_json::Deserializer::from_slice(line).into_iter::<String>();
        let key = parts.next()?.ok()?;
        match key.as_str().cmp(wanted) {
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = begin,
            std::cmp::Ordering::Equal => {
                let text = line.get(parts.byte_offset()..)?.strip_prefix(b":")?;
                return serde_json::from_slice(text.strip_suffix(b",").unwrap_or(text)).ok();
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(count: usize) -> BTreeMap<String, String> {
        let odd = ["\",", ",", "a\nb", "\\", "\":\"", "{", ""];
        let key = |number: usize| {
            if number.is_multiple_of(5) { format!("{number}\"{number}") } else { format!("{number:x}") }
        };
        (0..count).map(|number| (key(number), odd[number % odd.len()].to_owned())).collect()
    }

    #[test]
    fn whatever_is_there_is_found_and_nothing_else() {
        for count in [0, 1, 2, 3, 10, 200] {
            let all = texts(count);
            let bytes = encode(&all);
            assert_eq!(cache::decode::<BTreeMap<String, String>>(&bytes).unwrap_or_default(), all);
            let lines = lines(&bytes).expect("lines");
            for (key, text) in &all {
                assert_eq!(find(lines, key).as_ref(), Some(text), "{key} of {count}");
            }
            for other in ["", "zz", "!", "1\"", "7f0"] {
                assert_eq!(find(lines, other).as_ref(), all.get(other), "{other} of {count}");
            }
        }
    }

    #[test]
    fn however_many_are_asked_for_each_is_found() {
        let all = texts(10);
        let bytes = encode(&all);
        let keys: Vec<&str> = all.keys().map(String::as_str).collect();
        for one in [1, 2, usize::MAX] {
            for wanted in [&keys[..1], &keys] {
                let found = look_up(&bytes, wanted, one);
                assert!(wanted.iter().all(|key| found[*key] == all[*key]), "{one}: {found:?}");
                assert_eq!(found.len(), if one < 3 { wanted.len() } else { all.len() }, "{one}");
            }
        }
    }

    #[test]
    fn others_are_not_read() {
        let all = texts(100);
        let text = String::from_utf8(encode(&all)).expect("UTF-8");
        let broken: String = text.lines().map(|line| line.replace("\"1f\":", "\"1f\":?") + "\n").collect();
        let lines = lines(broken.trim_end().as_bytes()).expect("lines");
        assert_eq!(find(lines, "1f"), None);
        assert_eq!(find(lines, "21").as_ref(), all.get("21"));
    }
}
