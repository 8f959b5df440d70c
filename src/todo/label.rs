//! What people sort todos by: labels. Each is a property of its own, so that two devices which add different ones keep
//! both, and one that is taken off stays off.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Todo;

/// How the name of the property begins that holds one label: `true` for one that is on, `false` for one that is off.
pub const LABEL: &str = "label:";

/// The properties in which agents keep several labels.
pub const LABEL_LISTS: [&str; 2] = ["labels", "tags"];

/// No label is longer, in characters.
const LONGEST: usize = 60;

/// Returns a label as it is kept: in lower case, without `#` before it, dashes for blanks. Nothing for what is none.
pub fn label(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('#').to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join("-");
    let fits = |char: char| !char.is_control() && !matches!(char, ',' | '=');
    let is_clean = super::plain(&text) == text && text.chars().all(fits);
    (!text.is_empty() && text.chars().count() <= LONGEST && is_clean).then_some(text)
}

impl Todo {
    /// Returns its labels: those that were given one by one, and those that an agent lists, but for what was taken off.
    pub fn labels(&self) -> BTreeSet<String> {
        let lists = LABEL_LISTS.iter().filter_map(|name| self.fields.get(*name));
        let mut found: BTreeSet<String> = lists.flat_map(|field| listed(&field.value)).collect();
        for (name, field) in self.fields.iter().filter_map(|(name, field)| Some((name.strip_prefix(LABEL)?, field))) {
            match field.value {
                Value::Bool(true) => found.insert(name.to_owned()),
                Value::Bool(false) => found.remove(name),
                // What was said of it was taken back.
                _ => false,
            };
        }
        found
    }

    /// Returns whether a label was taken off.
    pub fn is_label_off(&self, label: &str) -> bool {
        self.fields.get(&format!("{LABEL}{label}")).is_some_and(|field| field.value == Value::Bool(false))
    }
}

/// Returns the labels in the value of a property: a list of texts, or a text with commas.
fn listed(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).flat_map(|text| text.split(',')).filter_map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_one_form() {
        for (typed, kept) in
            [("#UI", "ui"), ("Good first issue", "good-first-issue"), (" \u{c4}\u{d6} ", "\u{e4}\u{f6}")]
        {
            assert_eq!(label(typed).as_deref(), Some(kept));
        }
        for none in ["", "#", "a,b", "a=b", "a\u{202e}b", "a\u{7}b", &"x".repeat(61)] {
            assert_eq!(label(none), None, "{none:?}");
        }
    }
}
