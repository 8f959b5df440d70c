//! What makes two todos the same todo.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::Project;

/// The identity of a todo: the first 16 hex digits of SHA-256 over `<project> NUL <content>`, and for the second and
/// every later one with these words ` NUL <nth>` behind it.
///
/// The same words in two projects are two todos: "Run tests" done in one says nothing about the other. So are the same
/// words twice in one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TodoId(u64);

impl TodoId {
    /// Returns the identity of the first todo with these words in this project. The words are
    /// [normalised](normalise) first.
    pub fn of(project: &Project, content: &str) -> Self {
        TodoId::of_nth(project, content, 1)
    }

    /// Returns the identity of the todo with these words that is the `nth` of its list, counted from 1.
    pub fn of_nth(project: &Project, content: &str, nth: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(project.as_str().as_bytes());
        hash.update([0]);
        hash.update(normalise(content).as_bytes());
        if nth > 1 {
            hash.update([0]);
            hash.update(nth.to_string().as_bytes());
        }
        let digest = hash.finalize();
        TodoId(u64::from_be_bytes(digest[..8].try_into().expect("SHA-256 has 32 bytes")))
    }

    /// Returns its first eight digits, as people are shown it.
    pub fn short(self) -> String {
        format!("{:08x}", self.0 >> 32)
    }

    /// Returns its eight bytes, which sort as the digits do.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Returns the id with these bytes.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        TodoId(u64::from_be_bytes(bytes))
    }

    /// Reads exactly 16 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut digits = text.bytes();
        let id = digits.try_fold(0, |id: u64, byte| Some(id << 4 | u64::from(digit(byte)?)));
        id.filter(|_| text.len() == 16).map(TodoId)
    }
}

impl fmt::Display for TodoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Returns the words of a todo in the one form in which they are compared and stored: Unicode NFC,
/// trimmed, each run of white space a single space.
pub fn normalise(content: &str) -> Cow<'_, str> {
    if is_normal(content) {
        return Cow::Borrowed(content);
    }
    let mut words = String::with_capacity(content.len());
    for word in content.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.nfc());
    }
    Cow::Owned(words)
}

/// Returns whether the words are plain ASCII with single spaces, as most are: found out without copying them.
fn is_normal(content: &str) -> bool {
    let bytes = content.as_bytes();
    let single = |at: usize| at > 0 && at + 1 < bytes.len() && bytes[at - 1] != b' ';
    bytes.iter().enumerate().all(|(at, byte)| byte.is_ascii_graphic() || (*byte == b' ' && single(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str) -> Project {
        Project::new(name).expect("valid")
    }

    #[test]
    fn spacing_and_unicode_form_do_not_matter() {
        let id = TodoId::of(&project("api"), "Fix  caf\u{e9}\n tests ");
        assert_eq!(id, TodoId::of(&project("api"), "Fix cafe\u{301} tests"));
        assert_ne!(id, TodoId::of(&project("web"), "Fix caf\u{e9} tests"));
        assert_ne!(id, TodoId::of(&project("api"), "fix caf\u{e9} tests"));
    }

    #[test]
    fn is_the_documented_hash() {
        // printf 'api\0Run tests' | sha256sum
        assert_eq!(TodoId::of(&project("api"), "Run tests").to_string(), "7ac66c38513dd7d8");
        assert_eq!(TodoId::of_nth(&project("api"), " Run  tests", 1).to_string(), "7ac66c38513dd7d8");
        // printf 'api\0Run tests\0\62' | sha256sum
        assert_eq!(TodoId::of_nth(&project("api"), "Run tests", 2).to_string(), "d44126fc1cfb13d8");
    }

    #[test]
    fn text_and_back() {
        let id = TodoId::parse("00c1f0b2a77de4c1").expect("valid");
        assert_eq!(id.to_string(), "00c1f0b2a77de4c1");
        assert_eq!(id.short(), "00c1f0b2");
        for bad in ["", "00C1F0B2A77DE4C1", "00c1f0b2a77de4c", "+0c1f0b2a77de4c1"] {
            assert_eq!(TodoId::parse(bad), None, "{bad}");
        }
    }
}
