//! Comparing what a place holds with what it is to hold. What differs is said in a few words each.

use std::collections::{BTreeMap, BTreeSet};

use super::base::Base;
use super::failure::Failure;
use super::items::Item;
use super::part::Part;
use super::pulled::PulledRecord;
use super::record::Record;
use crate::todo::TodoId;

/// Returns what differs, each in a few words. `shown` returns how the place shows a todo.
#[cfg(feature = "web")]
pub(super) fn compare(
    records: &[Record],
    there: &[PulledRecord],
    shown: impl Fn(&Record) -> Option<PulledRecord>,
) -> Result<Vec<String>, Failure> {
    let mut by_id: BTreeMap<TodoId, Vec<&PulledRecord>> = BTreeMap::new();
    for record in there {
        if let Some(id) = record.id {
            by_id.entry(id).or_default().push(record);
        }
    }
    let mut found = Vec::new();
    for record in records {
        let id = record.id;
        match by_id.get(&id).map(Vec::as_slice).unwrap_or_default() {
            [] if record.is_wanted() => found.push(format!("the todo {id} is missing")),
            [] => {}
            [one] => {
                let is_like = shown(record).is_some_and(|shown| Base::of_pulled(&shown).is_shown_by(one));
                if !is_like {
                    found.push(format!("the todo {id} differs"));
                }
            }
            several => found.push(format!("the todo {id} is there {} times", several.len())),
        }
    }
    Ok(found)
}

/// Returns what differs of the rows of a database: the digest of each todo, and which commit said something of which.
#[cfg(any(feature = "postgres", feature = "web"))]
pub(super) fn compare_rows(
    whole: &Part<'_>,
    there: &BTreeMap<String, String>,
    said_there: &BTreeSet<(String, String)>,
) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let (mut records, mut said) = (BTreeSet::new(), BTreeSet::new());
    for item in whole.items(None, true)? {
        match item {
            Item::Record(record, _) => {
                let id = record.id.to_string();
                match there.get(&id) {
                    None => found.push(format!("the todo {id} is missing")),
                    Some(digest) if *digest != record.digest() => found.push(format!("the todo {id} differs")),
                    Some(_) => {}
                }
                records.insert(id);
            }
            Item::Entry(entry) => drop(said.insert((entry.commit, entry.id.to_string()))),
        }
    }
    let left = there.keys().filter(|id| !records.contains(*id));
    found.extend(left.map(|id| format!("the todo {id} is left over")));
    let told = |(commit, id): &(String, String), how: &str| {
        let commit: String = commit.chars().take(8).collect();
        format!("what {commit} said of {id} is {how}")
    };
    found.extend(said.difference(said_there).map(|one| told(one, "missing")));
    found.extend(said_there.difference(&said).map(|one| told(one, "left over")));
    Ok(found)
}
