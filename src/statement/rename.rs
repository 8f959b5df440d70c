//! Whether one todo's words are an edited form of another's.

use similar::{Algorithm, TextDiff, capture_diff_slices, diff_ratio};

/// More words than this in common out of all: the same work, said differently.
const WORDS: f32 = 0.5;
/// At least this many characters in common: a corrected typing error, or a script without spaces.
const CHARACTERS: f32 = 0.8;
/// With more words than this, one that was corrected leaves enough in common.
const FEW: usize = 4;
/// Longer texts are compared by words alone.
const LONGEST: usize = 400;

/// Returns how alike two todos are, from 0 to 1; nothing when they are different work.
pub(super) fn likeness(old: &str, new: &str) -> Option<f32> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    let words = diff_ratio(&capture_diff_slices(Algorithm::Myers, &a, &b), a.len(), b.len());
    let short = a.len().min(b.len()) <= FEW && old.len().max(new.len()) <= LONGEST;
    let characters = if short { TextDiff::from_chars(old, new).ratio() } else { 0.0 };
    (words > WORDS || characters >= CHARACTERS).then_some(words.max(characters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edited_words_are_alike() {
        for (old, new) in [
            ("Fix login tests", "Fix the login tests"),
            ("Fix lgoin tests", "Fix login tests"),
            ("Wirte documentation", "Write documentation"),
            (
                "\u{8bfb}\u{53d6}\u{6570}\u{636e}\u{6620}\u{5c04}\u{89c4}\u{5219}",
                "\u{8bfb}\u{53d6}\u{6570}\u{636e}\u{6620}\u{5c04}\u{89c4}\u{5219}\u{6587}",
            ),
        ] {
            assert!(likeness(old, new).is_some(), "{old} / {new}");
        }
    }

    #[test]
    fn different_work_is_not() {
        for (old, new) in
            [("Run tests", "Run lints"), ("Fix login tests", "Deploy to staging"), ("Write migration", "Update README")]
        {
            assert!(likeness(old, new).is_none(), "{old} / {new}");
        }
    }
}
