//! A list in Markdown that is to be added: what is to be done, and what of it is a part of what.

/// More entries than this are no plan.
const MOST: usize = 1000;

/// An entry of such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlined {
    /// Its words.
    pub words: String,
    /// The entry that it stands below, by its place in the list.
    pub parent: Option<usize>,
    /// Its box is ticked.
    pub is_done: bool,
}

/// Returns the entries of a list, with a box or without one, in their order. Text around it is passed over, and so is what
/// stands in a block of code.
///
/// # Errors
/// When there is none, or there are too many.
pub fn outline(text: &str) -> Result<Vec<Outlined>, String> {
    let (mut found, mut fence): (Vec<Outlined>, _) = (Vec::new(), None);
    // The entries that what follows may stand below, with how far each is indented.
    let mut above: Vec<(usize, usize)> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        match (fence, ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence))) {
            (None, Some(begun)) => fence = Some(begun),
            (Some(begun), Some(ended)) if begun == ended => fence = None,
            (None, None) if trimmed.starts_with('#') => above.clear(),
            (None, None) => {
                let Some((words, is_done)) = entry(trimmed) else { continue };
                let indent = indent(line);
                above.retain(|(of, _)| *of < indent);
                let parent = above.last().map(|(_, place)| *place);
                above.push((indent, found.len()));
                found.push(Outlined { words: words.to_owned(), parent, is_done });
            }
            (Some(_), _) => {}
        }
    }
    match found.len() {
        0 => Err("there is no list in it: each todo is a line that begins with -, * or 1.".into()),
        many if many > MOST => Err(format!("it has {many} entries, and {MOST} can be added at once")),
        _ => Ok(found),
    }
}

fn indent(line: &str) -> usize {
    let blank = line.chars().take_while(|char| char.is_whitespace());
    blank.map(|char| if char == '\t' { 4 } else { 1 }).sum()
}

/// Returns the words of an entry, and whether its box is ticked.
fn entry(line: &str) -> Option<(&str, bool)> {
    let rest = match line.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => {
            let rest = line.trim_start_matches(|char: char| char.is_ascii_digit());
            (rest.len() < line.len()).then_some(rest)?.strip_prefix(['.', ')'])?
        }
    };
    let rest = rest.strip_prefix([' ', '\t'])?.trim();
    let boxed = ["[ ]", "[x]", "[X]"].into_iter().find_map(|mark| Some((rest.strip_prefix(mark)?, mark != "[ ]")));
    let (words, is_done) = boxed.unwrap_or((rest, false));
    let words = words.trim();
    (!words.is_empty()).then_some((words, is_done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_is_a_part() {
        let text = "# Plan\nSome words.\n- One\n  - [x] Two\n\t* Three\n      1. Four\n- [ ] Five\n# Next\n    - Six\n---\n\
                    ```\n- no\n```\n-glued\n1.5 times\n- \n2) [link](x)";
        let found = outline(text).expect("a list");
        let found: Vec<_> = found.iter().map(|one| (one.words.as_str(), one.parent, one.is_done)).collect();
        let expected = [
            ("One", None, false),
            ("Two", Some(0), true),
            ("Three", Some(1), false),
            ("Four", Some(2), false),
            ("Five", None, false),
            ("Six", None, false),
            ("[link](x)", None, false),
        ];
        assert_eq!(found, expected);
        assert!(outline("no list\n").is_err() && outline(&"- x\n".repeat(1001)).is_err());
    }
}
