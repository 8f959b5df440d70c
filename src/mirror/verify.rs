//! Comparing what a place holds with what it is to hold. What differs is said in a few words each.

use std::collections::BTreeMap;

use serde_json::Value;

#[cfg(feature = "web")]
use super::base::Base;
use super::document::{CONFLICTS, HISTORY, Rows, SESSIONS, TODOS};
use super::failure::Failure;
use super::part::Part;
#[cfg(feature = "web")]
use super::pulled::PulledRecord;
#[cfg(feature = "web")]
use super::record::Record;
use crate::todo::Time;
#[cfg(feature = "web")]
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

/// A table of a database, as it is compared.
pub(super) struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that stand for something of the store.
    pub columns: &'static [&'static str],
    /// Which of its rows count, as a further condition; all, where it is empty.
    pub condition: &'static str,
    /// Returns what a row is, in words, which nothing else in the table is.
    what: fn(&Value) -> String,
}

fn text<'r>(row: &'r Value, column: &str) -> &'r str {
    row[column].as_str().unwrap_or_default()
}

/// Returns what differs of the rows of a database. `read` returns those of a table, each an object of its columns.
pub(super) fn compare_rows(
    whole: &Part<'_>,
    mut read: impl FnMut(&Table) -> Result<Vec<Value>, Failure>,
) -> Result<Vec<String>, Failure> {
    let Rows { todos, history, sessions, conflicts } = Rows::of(whole)?;
    let table = |name, columns, what| Table { name, columns, condition: "", what };
    let history_table = Table {
        // What was forgotten keeps its rows, without words.
        condition: "and todo_content <> ''",
        ..table("todo_history", HISTORY, |row: &Value| {
            let commit: String = text(row, "commit_oid").chars().take(8).collect();
            format!("what {commit} said of {}", text(row, "todo_id"))
        })
    };
    let mut found = Vec::new();
    for (table, wanted) in [
        (table("todos", TODOS, |row: &Value| format!("the todo {}", text(row, "id"))), todos),
        (history_table, history),
        (table("sessions", SESSIONS, |row: &Value| format!("the session {}", text(row, "id"))), sessions),
        (
            table("conflicts", CONFLICTS, |row: &Value| {
                format!("the conflict {} over {}", text(row, "id"), text(row, "todo_id"))
            }),
            conflicts,
        ),
    ] {
        let name = |row: Value| ((table.what)(&row), plainly(row));
        let mut there: BTreeMap<String, Value> = read(&table)?.into_iter().map(name).collect();
        for (what, wanted) in wanted.into_iter().map(name) {
            match there.remove(&what) {
                None => found.push(format!("{what} is missing")),
                Some(there) if there != wanted => found.push(format!("{what} differs")),
                Some(_) => {}
            }
        }
        found.extend(there.into_keys().map(|what| format!("{what} is left over")));
    }
    Ok(found)
}

/// Returns a row as databases agree on it: each has times, numbers, truth and JSON in a form of its own.
fn plainly(mut row: Value) -> Value {
    for (column, value) in row.as_object_mut().into_iter().flatten() {
        if let Some(time) = value.as_str().filter(|_| is_time(column)).and_then(Time::parse) {
            *value = time.to_string().into();
        } else if let Some(parsed) = value.as_str().filter(|_| column == "properties") {
            *value = serde_json::from_str(parsed).unwrap_or_default();
        } else if let Some(number) = value.as_u64().filter(|_| column == "deleted") {
            *value = (number != 0).into();
        }
        numbers(value);
    }
    row
}

fn is_time(column: &str) -> bool {
    column.ends_with("_at") || ["timestamp", "last_activity"].contains(&column)
}

/// Makes every number one of a kind: 1e2 is 100.
fn numbers(value: &mut Value) {
    match value {
        Value::Number(number) => *value = number.as_f64().into(),
        Value::Array(values) => values.iter_mut().for_each(numbers),
        Value::Object(map) => map.values_mut().for_each(numbers),
        _ => {}
    }
}
