//! Lists in Markdown: items with a box, as plans of agents and files like `TODO.md` have them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::item::set_status;
use crate::todo::{Item, Status};

/// Returns the items with a box, however deep they are nested, in their order. What stands in a block of code is an
/// example.
pub(super) fn items(text: &str) -> Vec<Item> {
    boxes(text).map(|(_, item)| item).collect()
}

/// As [`items`], each with the number of its line, from 0.
pub(super) fn boxes(text: &str) -> impl Iterator<Item = (usize, Item)> {
    let mut fence = None;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let line = line.trim();
        match (fence, ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))) {
            (None, Some(begun)) => fence = Some(begun),
            (Some(begun), Some(ended)) if begun == ended => fence = None,
            (None, None) => return Some((number, item(line)?)),
            (Some(_), _) => {}
        }
        None
    })
}

/// Returns the text with the boxes in these lines checked; every other byte is as it was.
pub(super) fn checked(text: &str, lines: &BTreeSet<usize>) -> String {
    let check = |(number, line): (usize, &str)| {
        let mark = line.find('[').filter(|_| lines.contains(&number));
        let end = mark.and_then(|at| Some(at + line[at..].find(']')?));
        match mark.zip(end) {
            Some((at, end)) => format!("{}x{}", &line[..=at], &line[end..]),
            None => line.to_owned(),
        }
    };
    text.split_inclusive('\n').enumerate().map(check).collect()
}

fn item(line: &str) -> Option<Item> {
    let rest = match line.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => line.trim_start_matches(|char: char| char.is_ascii_digit()).strip_prefix(['.', ')'])?,
    };
    let rest = rest.strip_prefix(' ')?.trim_start().strip_prefix('[')?;
    let mark = rest.chars().next()?;
    let words = rest[mark.len_utf8()..].strip_prefix(']')?;
    // A star behind the box says that it need not be done.
    let words = words.strip_prefix('*').unwrap_or(words);
    let words = words.strip_prefix([' ', '\t']).map(str::trim).filter(|words| !words.is_empty())?;
    let mut item = Item { content: words.to_owned(), ..Item::default() };
    match mark {
        ' ' => {}
        'x' | 'X' => item.status = Status::Completed,
        '/' | '~' => item.status = Status::InProgress,
        // Some write it for what was given up, and others for what they are at.
        other => set_status(&mut item, &Value::String(other.to_string())),
    }
    Some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_box_is_an_item() {
        let text = "# Plan\r\n\r\n- [ ] One\r\n  * [x] Two **bold**\n1. [X] Three\n12) [/] Four\n+ [~] Five\n- [-] Six\n\
            - no box\n- [] none\n- [ ]\n- [ ]glued\n[ ] no list\n- [link](x)\n```md\n- [ ] an example\n~~~\n- [ ] too\n```\n- [ ] Seven";
        let found: Vec<_> = items(text).into_iter().map(|item| (item.content, item.status, item.raw)).collect();
        let expected = [
            ("One", Status::Pending, None),
            ("Two **bold**", Status::Completed, None),
            ("Three", Status::Completed, None),
            ("Four", Status::InProgress, None),
            ("Five", Status::InProgress, None),
            ("Six", Status::Pending, Some("-")),
            ("Seven", Status::Pending, None),
        ];
        let expected = expected.map(|(words, status, raw)| (words.to_owned(), status, raw.map(str::to_owned)));
        assert_eq!(found, expected);
    }
}
