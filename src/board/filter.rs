//! The words that the lists are narrowed to, while they are typed.

use crate::todo::plain;

/// More characters than this are no words to look for: something else was pasted.
pub(super) const LONGEST: usize = 200;

/// Adds what was typed or pasted, as far as there is room.
pub(super) fn add(filter: &mut String, text: &str, longest: usize) {
    let room = longest.saturating_sub(filter.chars().count());
    filter.push_str(&plain(&text.chars().take(room).collect::<String>()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_an_end() {
        let mut filter = "a".to_owned();
        add(&mut filter, &"x".repeat(1_000_000), LONGEST);
        add(&mut filter, "y", LONGEST);
        assert_eq!(filter, format!("a{}", "x".repeat(199)));
        filter.pop();
        add(&mut filter, "\u{1b}y", LONGEST);
        assert!(filter.ends_with('\u{fffd}'), "{filter}");
    }
}
