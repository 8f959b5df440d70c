//! Issues of Beads.

use serde_json::Value;

use super::entry::{add_label, date, property, status, text, waits_for, with_words};
use crate::todo::{DEFER, DUE, Item};

/// Reads one issue.
pub(super) fn read(issue: &Value) -> Option<Item> {
    let of = |name: &str| issue.get(name).and_then(Value::as_str);
    let mut item = with_words(of("title"))?;
    item.native = issue.get("id").and_then(text);
    status(&mut item, of("status").unwrap_or("open"));
    property(&mut item, "description", of("description"));
    property(&mut item, "assignee", of("assignee"));
    property(&mut item, "priority", issue.get("priority").and_then(text).as_deref());
    date(&mut item, DUE, of("due_at"));
    date(&mut item, DEFER, of("defer_until"));
    // `task` is what everything is.
    for kind in of("issue_type").into_iter().filter(|kind| *kind != "task") {
        add_label(&mut item, kind);
    }
    for label in issue.get("labels").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        add_label(&mut item, label);
    }
    let links = issue.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    // A child (`parent-child`) and what was found on the way (`discovered-from`) wait for nothing.
    let blocks = links.filter(|link| link.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "blocks"));
    waits_for(&mut item, blocks.filter_map(|link| link.get("depends_on_id").and_then(text)).collect());
    Some(item)
}
