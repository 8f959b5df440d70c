//! A task of Backlog.md: Markdown with what is known of it in lines before.

use std::collections::BTreeMap;

use super::entry::{add_label, date, property, status, waits_for, with_words};
use crate::todo::{DUE, Item};

/// What stands before the Markdown: each name with its texts.
type Head = BTreeMap<String, Vec<String>>;

/// Returns whether a text is such a task.
pub(super) fn is_task(text: &str) -> bool {
    head(text).is_some_and(|(head, _)| ["id", "title", "status"].iter().all(|name| head.contains_key(*name)))
}

/// Reads the task.
pub(super) fn read(text: &str) -> Result<Item, String> {
    let (head, body) =
        head(text).ok_or("the input does not begin with what is known of a task, between lines of ---")?;
    let of = |name: &str| head.get(name).and_then(|texts| texts.first()).map(String::as_str);
    let list = |name: &str| head.get(name).into_iter().flatten();
    let mut item = with_words(of("title")).ok_or("the task has no title")?;
    item.native = of("id").map(|id| id.to_lowercase());
    match of("status").unwrap_or_default() {
        "Draft" => item.dropped = true,
        word => status(&mut item, word),
    }
    property(&mut item, "priority", of("priority"));
    property(&mut item, "assignee", of("assignee").map(|name| name.trim_start_matches('@')));
    property(&mut item, "description", section(body, "DESCRIPTION"));
    date(&mut item, DUE, of("due_date"));
    list("labels").for_each(|label| add_label(&mut item, label));
    waits_for(&mut item, list("dependencies").map(|id| id.to_lowercase()).collect());
    Ok(item)
}

/// Reads what stands between two lines of `---`: names with a text, or with a list in one of YAML's two forms.
fn head(text: &str) -> Option<(Head, &str)> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let rest = text.strip_prefix("---")?.trim_start_matches('\r').strip_prefix('\n')?;
    let end = rest.find("\n---")?;
    let (mut head, mut name) = (Head::new(), String::new());
    for line in rest[..end].lines() {
        match (line.trim().strip_prefix("- "), line.split_once(':')) {
            (Some(entry), _) => head.entry(name.clone()).or_default().push(unquoted(entry)),
            (None, Some((key, value))) if !line.starts_with([' ', '\t']) => {
                name = key.trim().to_owned();
                let value = value.trim();
                let inner = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
                let texts = match inner {
                    Some(list) => list.split(',').map(unquoted).filter(|text| !text.is_empty()).collect(),
                    None if value.is_empty() || matches!(value, ">-" | ">" | "|" | "|-") => Vec::new(),
                    None => vec![unquoted(value)],
                };
                head.insert(name.clone(), texts);
            }
            // A long text goes on in the next line.
            (None, _) if line.starts_with([' ', '\t']) => {
                let texts = head.entry(name.clone()).or_default();
                match texts.last_mut() {
                    Some(last) => last.push_str(&format!(" {}", line.trim())),
                    None => texts.push(line.trim().to_owned()),
                }
            }
            (None, _) => {}
        }
    }
    Some((head, &rest[end..]))
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return if quote == '\'' { inner.replace("''", "'") } else { inner.replace("\\\"", "\"") };
        }
    }
    text.to_owned()
}

/// Returns the text of a section.
fn section<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<!-- SECTION:{name}:BEGIN -->"))?;
    Some(rest.split_once(&format!("<!-- SECTION:{name}:END -->"))?.0.trim())
}
