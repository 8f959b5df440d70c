//! Patterns with `*`, `?` and `[…]`, as git has them.

use gix::bstr::BStr;
use gix::glob::wildmatch;
use gix::glob::wildmatch::Mode;

/// What a `*` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Star {
    /// Anything, slashes included.
    Anything,
    /// A part of a path; two of them, as a part of their own, stand for any number of parts.
    Part,
}

/// Returns whether a pattern matches the whole of a text.
pub fn matches(pattern: &str, text: &str, star: Star) -> bool {
    let mode = if star == Star::Part { Mode::NO_MATCH_SLASH_LITERAL } else { Mode::empty() };
    wildmatch(BStr::new(pattern), BStr::new(text), mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_a_part_or_for_anything() {
        for (pattern, text, part, anything) in [
            ("acme/*", "acme/api", true, true),
            ("acme/*", "acme/group/api", false, true),
            ("/home/*/work", "/home/me/work", true, true),
            ("/home/*/work", "/home/me/at/work", false, true),
            ("/home/**/work", "/home/me/at/work", true, true),
            ("a[bc]?", "acx", true, true),
            ("acme/*", "acmex/api", false, false),
            ("*", "", true, true),
        ] {
            assert_eq!(matches(pattern, text, Star::Part), part, "{pattern} {text}");
            assert_eq!(matches(pattern, text, Star::Anything), anything, "{pattern} {text}");
        }
    }
}
