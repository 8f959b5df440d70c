//! A cache of texts by their keys, of which a few are looked up.
//!
//! It is a cache like the others ([`super::cache`]), with a line for each entry, in the order of keys: among those of
//! years, one is found without reading all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use memchr::{memchr, memrchr};

use super::cache::{self, VERSION};
use crate::git::{Fsync, Repo, replace_private_file};

/// So many bytes of the file are read as texts in the time that it takes to find one.
const ONE: u64 = 512;
/// How many bytes are read before and behind a place to find the line there; more, if that is not enough.
const PIECE: u64 = 512;

/// Replaces a cache.
pub fn save(repo: &Repo, name: &str, texts: &BTreeMap<String, String>) {
    // Losing it costs time, never data.
    let _ = replace_private_file(&cache::path(repo, name), &encode(texts), Fsync::Off);
}

/// Reads the texts of these keys, as far as a cache by this name has them; others may be among what is returned.
pub fn load(repo: &Repo, name: &'static str, keys: &[&str]) -> BTreeMap<String, String> {
    let path = cache::path(repo, name);
    let opened = if keys.is_empty() { None } else { File::open(path).ok() };
    opened.and_then(|file| look_up(file, keys, (ONE, PIECE)).ok()).unwrap_or_default()
}

/// Returns the texts of these keys: each is looked up where that takes less time than reading all, one in so many bytes.
fn look_up(
    mut file: impl Read + Seek,
    keys: &[&str],
    (one, piece): (u64, u64),
) -> io::Result<BTreeMap<String, String>> {
    let length = file.seek(SeekFrom::End(0))?;
    if keys.len() as u64 >= length / one || !has_lines(&mut file, length)? {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        return Ok(cache::decode(&bytes).unwrap_or_default());
    }
    let mut found = BTreeMap::new();
    for key in keys {
        let text = find(&mut file, length, key, piece)?;
        found.extend(text.map(|text| ((*key).to_owned(), text)));
    }
    Ok(found)
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

/// Returns whether a file has a line for each entry.
fn has_lines(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
    let ends = (start().len() + END.len()) as u64;
    Ok(length >= ends
        && read(file, 0, start().len() as u64)? == start().as_bytes()
        && read(file, length - END.len() as u64, END.len() as u64)? == END.as_bytes())
}

fn read(file: &mut (impl Read + Seek), from: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Finds the text of a key. The other texts are not looked at.
fn find(file: &mut (impl Read + Seek), length: u64, wanted: &str, piece: u64) -> io::Result<Option<String>> {
    let (mut low, mut high) = (start().len() as u64, length - END.len() as u64);
    while low < high {
        let (begin, line) = line_at(file, (low, low + (high - low) / 2, high), piece)?;
        let mut parts = serde_json::Deserializer::from_slice(&line).into_iter::<String>();
        let Some(Ok(key)) = parts.next() else { return Ok(None) };
        match key.as_str().cmp(wanted) {
            std::cmp::Ordering::Less => low = begin + line.len() as u64 + 1,
            std::cmp::Ordering::Greater => high = begin,
            std::cmp::Ordering::Equal => {
                let text = line.get(parts.byte_offset()..).and_then(|text| text.strip_prefix(b":"));
                let text = text.map(|text| text.strip_suffix(b",").unwrap_or(text));
                return Ok(text.and_then(|text| serde_json::from_slice(text).ok()));
            }
        }
    }
    Ok(None)
}

/// Returns the line in which a byte stands, and where it begins. Lines begin at `low` and end before `high`.
fn line_at(file: &mut (impl Read + Seek), (low, at, high): (u64, u64, u64), piece: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut around = piece;
    loop {
        let (from, to) = (at.saturating_sub(around).max(low), (at + around).min(high));
        let piece = read(file, from, to - from)?;
        let middle = usize::try_from(at - from).map_err(io::Error::other)?;
        let begin = memrchr(b'\n', &piece[..middle]).map(|end| end + 1).or((from == low).then_some(0));
        let end = memchr(b'\n', &piece[middle..]).map(|end| middle + end).or((to == high).then_some(piece.len()));
        match begin.zip(end) {
            Some((begin, end)) => return Ok((from + begin as u64, piece[begin..end].to_vec())),
            None => around *= 4,
        }
    }
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
            let mut file = io::Cursor::new(&bytes);
            for piece in [1, 2, PIECE] {
                let mut find = |key: &str| find(&mut file, bytes.len() as u64, key, piece).expect("bytes");
                for (key, text) in &all {
                    assert_eq!(find(key).as_ref(), Some(text), "{key} of {count}");
                }
                for other in ["", "zz", "!", "1\"", "7f0"] {
                    assert_eq!(find(other).as_ref(), all.get(other), "{other} of {count}");
                }
            }
        }
    }

    #[test]
    fn however_many_are_asked_for_each_is_found() {
        let all = texts(10);
        let bytes = encode(&all);
        let keys: Vec<&str> = all.keys().map(String::as_str).collect();
        for one in [1, 2, u64::MAX] {
            for wanted in [&keys[..1], &keys] {
                let found = look_up(io::Cursor::new(&bytes), wanted, (one, 2)).expect("bytes");
                assert!(wanted.iter().all(|key| found[*key] == all[*key]), "{one}: {found:?}");
                assert_eq!(found.len(), if one < 3 { wanted.len() } else { all.len() }, "{one}");
            }
        }
    }

    #[test]
    fn others_are_not_read() {
        let mut all = texts(100);
        // Longer than what is read at once.
        all.insert("33".into(), "long ".repeat(5_000));
        let text = String::from_utf8(encode(&all)).expect("UTF-8");
        let broken: String = text.lines().map(|line| line.replace("\"1f\":", "\"1f\":?") + "\n").collect();
        let broken = broken.trim_end();
        let mut file = io::Cursor::new(broken);
        assert!(has_lines(&mut file, broken.len() as u64).expect("bytes"));
        let mut find = |key: &str| find(&mut file, broken.len() as u64, key, PIECE).expect("bytes");
        assert_eq!(find("1f"), None);
        for there in ["21", "33", "34", "32"] {
            assert_eq!(find(there).as_ref(), all.get(there), "{there}");
        }
    }
}
