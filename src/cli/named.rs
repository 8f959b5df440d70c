//! Several todos that are named at once: by their ids, as arguments or on standard input.

use super::stdin;
use super::ui::Failure;
use crate::ops::todo::Which;

/// More input than this is no list of ids.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Returns the todos that are named one by one; nothing where the words name one todo: they name several only when all of
/// them can be nothing but ids.
pub(super) fn several(typed: &[String]) -> Result<Option<Vec<Which>>, Failure> {
    if let [dash] = typed
        && dash == "-"
    {
        return from_input().map(Some);
    }
    let ids = typed.len() > 1 && typed.iter().all(|word| is_id(word));
    Ok(ids.then(|| typed.iter().map(|word| Which::Words(word.clone())).collect()))
}

/// Returns whether this is the beginning of an id, and no word: `cafe` could be one, `cafe1` is none.
fn is_id(word: &str) -> bool {
    let is_hex = word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_hex && word.len() >= 4 && (word.len() >= 8 || word.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Reads ids: each line begins with one, as those of `list --porcelain` do.
fn from_input() -> Result<Vec<Which>, Failure> {
    let input = stdin::text(LARGEST)?;
    let mut found = Vec::new();
    for line in input.lines().filter(|line| !line.trim().is_empty()) {
        let word = line.split_whitespace().next().unwrap_or_default();
        if !is_id(word) {
            return Err(Failure::usage(format!("'{word}' on standard input is no id"))
                .hint("each line must begin with one, as those of `git chittysync list --porcelain` do"));
        }
        found.push(Which::Words(word.to_owned()));
    }
    if found.is_empty() { Err(Failure::usage("there is no id on standard input")) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_ids() {
        let named = |typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(|word| (*word).to_owned()).collect();
            several(&typed).expect("arguments").map(|found| found.len())
        };
        assert_eq!(named(&["1b309be2", "e464964e"]), Some(2));
        assert_eq!(named(&["1b30", "e464", "0000"]), Some(3));
        for words in [&["1b309be2"][..], &["dead", "beef"], &["fix", "1b309be2"], &["add", "a12"], &["404", "bad"]] {
            assert_eq!(named(words), None, "{words:?}");
        }
    }
}
