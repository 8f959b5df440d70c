//! todo.txt: a line a todo. `+project` and `@context` are labels, `due:` and `t:` dates.

use super::entry::{add_label, date, property, waits_for, with_words};
use crate::todo::{DEFER, DUE, Item, Status};

/// Returns whether a line can hardly be anything else.
pub(super) fn is_sure(line: &str) -> bool {
    let line = line.trim();
    let rest = line.strip_prefix("x ").filter(|rest| is_date(rest.split(' ').next().unwrap_or_default()));
    rest.is_some() || priority(line).is_some() || (line.contains(" +") || line.contains(" @")) && is_dated(line)
}

/// Reads the lines.
pub(super) fn read(text: &str) -> Result<Vec<Item>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.enumerate().map(|(at, line)| one(line).ok_or_else(|| format!("line {} has no words", at + 1))).collect()
}

fn one(line: &str) -> Option<Item> {
    let (is_done, mut rest) = line.strip_prefix("x ").map_or((false, line), |rest| (true, rest.trim_start()));
    let mut soon = None;
    if let Some((letter, behind)) = priority(rest) {
        (soon, rest) = (Some(letter), behind);
    }
    // When it was done, then when it was written down.
    while let Some((_, behind)) = rest.split_once(' ').filter(|(first, _)| is_date(first)) {
        rest = behind.trim_start();
    }
    if let (None, Some((letter, behind))) = (soon, priority(rest)) {
        (soon, rest) = (Some(letter), behind);
    }
    let (mut words, mut labels, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for word in rest.split_whitespace() {
        match word.split_once(':') {
            Some((name, value)) if is_ours(name) && !value.is_empty() => pairs.push((name, value)),
            _ => match word.strip_prefix(['+', '@']).filter(|name| !name.is_empty()) {
                Some(label) => labels.push(label),
                None => words.push(word),
            },
        }
    }
    let mut item = with_words(Some(&words.join(" ")))?;
    if is_done {
        item.status = Status::Completed;
    }
    labels.iter().for_each(|label| add_label(&mut item, label));
    let mut letter = soon.map(str::to_owned);
    for (name, value) in pairs {
        match name {
            "due" => date(&mut item, DUE, Some(value)),
            "t" => date(&mut item, DEFER, Some(value)),
            "pri" => letter = letter.or_else(|| Some(value.to_owned())),
            "p" => waits_for(&mut item, value.split(',').map(str::to_owned).collect()),
            _ => item.native = Some(value.to_owned()),
        }
    }
    // Letters have no words of their own: A is the most urgent but one.
    let priority_word = letter.and_then(|letter| match letter.as_str() {
        "A" => Some("high"),
        "B" => Some("medium"),
        letter if letter.len() == 1 => Some("low"),
        _ => None,
    });
    property(&mut item, "priority", priority_word);
    Some(item)
}

/// The keys that mean something here; others are words.
fn is_ours(name: &str) -> bool {
    matches!(name, "due" | "t" | "pri" | "p" | "id" | "uuid")
}

/// Returns the letter in `(A) …`, and what stands behind it.
fn priority(line: &str) -> Option<(&str, &str)> {
    let (letter, rest) = line.strip_prefix('(')?.split_once(") ")?;
    (letter.len() == 1 && letter.as_bytes()[0].is_ascii_uppercase()).then_some((letter, rest.trim_start()))
}

fn is_dated(line: &str) -> bool {
    line.split(' ').next().is_some_and(is_date)
}

fn is_date(word: &str) -> bool {
    let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    word.len() == 10 && word.bytes().enumerate().all(shape)
}
