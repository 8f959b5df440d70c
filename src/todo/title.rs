//! What a session is called by whoever worked in it.

use super::{Time, plain};

/// How many characters of a title are kept.
const LONGEST: usize = 80;

/// A session's title: what the agent's user or the agent calls it. The later one counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Title {
    /// When it was read. Of two the later one counts.
    pub at: Time,
    /// One short line; empty where it was taken away.
    pub text: String,
}

/// Returns a text as a title: one line, without what cannot be shown, cut behind a word. Nothing when no word is left.
pub fn one_line(text: &str) -> Option<String> {
    // What is very long is not looked at to its end.
    let start: String = text.chars().take(LONGEST * 16).collect();
    let clean = plain(&start).replace('\u{fffd}', "");
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    Some(shortened(&line, LONGEST))
}

/// Returns at most so many characters of a line, cut behind a word if one ends in its second half.
pub fn shortened(line: &str, longest: usize) -> String {
    if line.chars().count() <= longest {
        return line.to_owned();
    }
    let room = longest.saturating_sub(1);
    let cut: String = line.chars().take(room).collect();
    let behind = line.chars().nth(room);
    let word = match cut.rfind(' ') {
        Some(space) if behind.is_some_and(char::is_alphanumeric) && space * 2 >= cut.len() => &cut[..space],
        _ => cut.as_str(),
    };
    format!("{}\u{2026}", word.trim_end_matches([' ', ',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(one_line(" Fix\n the\tlogin \u{200b} flow ").as_deref(), Some("Fix the login flow"));
        assert_eq!(one_line(" \n"), None);
        let long = one_line(&"word ".repeat(1000)).expect("words");
        assert!(long.chars().count() <= LONGEST && long.ends_with("word\u{2026}"), "{long}");
        assert_eq!(one_line(&"\u{8a9e}".repeat(100)).expect("one word").chars().count(), LONGEST);
    }

    #[test]
    fn a_line_is_cut_behind_a_word() {
        for (line, cut) in [
            ("Fix the login", "Fix the login"),
            ("Fix the login flow", "Fix the login\u{2026}"),
            ("Fix the login, flow", "Fix the login\u{2026}"),
            ("a verylongwordthatneverends", "a verylongwor\u{2026}"),
        ] {
            assert_eq!(shortened(line, 14), cut);
        }
    }
}
