//! Words of todos that a text quotes: a commit's message does.

use std::collections::BTreeMap;

use super::trailers::{RESOLVED, is_of_ids};
use crate::todo::{Project, TodoId, plain};

/// What stands in the place of a line that quoted the words.
pub const PURGED: &str = "[purged]";
/// Returns a message in which lines that quote these words, or say what became of the todo, are others.
pub(super) fn without_quotes(message: &[u8], words: &BTreeMap<TodoId, String>) -> Vec<u8> {
    if words.is_empty() {
        return message.to_vec();
    }
    let text = String::from_utf8_lossy(message);
    let quotes = |line: &str| {
        let quotes = |(id, words): (&TodoId, &String)| {
            contains(line, words) || contains(line, &plain(words)) || line.starts_with(&format!("{RESOLVED}{id}"))
        };
        !is_of_ids(line) && words.iter().any(quotes)
    };
    if !text.lines().any(quotes) {
        return message.to_vec();
    }
    let lines = text.split('\n').map(|line| if quotes(line) { PURGED } else { line });
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

/// Returns whether a short text, which may have been cut, holds these words.
pub(super) fn quotes(text: &str, words: &str) -> bool {
    let words = plain(words);
    let is_beginning = |cut: &str| !cut.is_empty() && words.starts_with(cut);
    contains(text, &words) || text.strip_suffix('\u{2026}').is_some_and(is_beginning)
}

/// How many words of a text are looked at by [`names_any`].
const WORDS: usize = 40;

/// Returns whether some words of a short text, one after the other, are those of a todo of this project that is looked
/// for. That needs nothing but its id, so it is known also where nobody has heard of the todo.
pub fn names_any(text: &str, project: &Project, is_one: impl Fn(TodoId) -> bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(WORDS).collect();
    (0..words.len()).any(|from| {
        (from + 1..=words.len()).any(|to| {
            let some = words[from..to].join(" ");
            // As it stands, and without what is around it.
            let bare = some.trim_matches(|char: char| !char.is_alphanumeric());
            is_one(TodoId::of(project, &some)) || bare != some && is_one(TodoId::of(project, bare))
        })
    })
}

/// Returns whether a text holds these words, not as a part of longer ones.
pub fn contains(text: &str, words: &str) -> bool {
    let is_part = |char: Option<char>, of: Option<char>| {
        char.is_some_and(char::is_alphanumeric) && of.is_some_and(char::is_alphanumeric)
    };
    let (first, last) = (words.chars().next(), words.chars().next_back());
    !words.is_empty()
        && text.match_indices(words).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + words.len()..]);
            !is_part(before.chars().next_back(), first) && !is_part(after.chars().next(), last)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_words() {
        for (text, words, found) in [
            ("new: Fix it", "Fix it", true),
            ("new: Fix items", "Fix it", false),
            ("Prefix it", "fix it", false),
            ("(Fix it)", "Fix it", true),
            ("say \"hi\"!", "\"hi\"", true),
            ("anything", "", false),
            ("été", "t", false),
        ] {
            assert_eq!(contains(text, words), found, "{text} {words}");
        }
    }

    #[test]
    fn a_title_that_names_a_todo_is_known_by_the_id_alone() {
        let project = Project::general();
        let id = TodoId::of(&project, "Fix it now");
        for (text, names) in [
            ("Fix it now", true),
            ("We are to (Fix it now), they say", true),
            ("Please: \u{2018}Fix it now!\u{2019}", true),
            ("Fix it", false),
            ("fix it now", false),
            ("Fix it nowhere", false),
            ("", false),
        ] {
            assert_eq!(names_any(text, &project, |found| found == id), names, "{text}");
        }
        assert!(quotes("Fix it now, and th\u{2026}", "Fix it now, and then rest"));
        assert!(!quotes("\u{2026}", "Fix it") && !quotes("Fit\u{2026}", "Fix it"));
    }

    #[test]
    fn lines_that_quote_go_and_ids_stay() {
        let id = TodoId::of(&Project::general(), "Fix it");
        let words = BTreeMap::from([(id, "Fix it".to_owned())]);
        let message =
            format!("s1: 2 new\n\nnew: Fix it\nnew: Ship\nResolved: {id} owner x over y (general: z)\nHook: Fix it\n");
        let said = "s1: 2 new\n\n[purged]\nnew: Ship\n[purged]\nHook: Fix it\n";
        let rewritten = without_quotes(message.as_bytes(), &words);
        assert_eq!(String::from_utf8_lossy(&rewritten), said);
        assert_eq!(without_quotes(&rewritten, &words), rewritten);
        assert_eq!(without_quotes(message.as_bytes(), &BTreeMap::new()), message.as_bytes());
    }
}
