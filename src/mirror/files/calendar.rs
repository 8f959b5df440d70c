//! What is due, as a calendar (RFC 5545). An agent says when in a property; none of ours does.

use crate::mirror::record::Record;
use crate::todo::{State, Status, Time, plain};

/// The properties in which agents say when something is due.
const DUE: [&str; 4] = ["due", "dueDate", "due_date", "deadline"];

/// Returns the calendar; nothing when nothing is due.
pub(super) fn calendar(records: &[Record]) -> Option<String> {
    let entries: Vec<String> = records.iter().filter_map(entry).collect();
    if entries.is_empty() {
        return None;
    }
    let begin = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//git-chittysync//EN\r\n";
    Some(format!("{begin}{}END:VCALENDAR\r\n", entries.concat()))
}

fn entry(record: &Record) -> Option<String> {
    let due = DUE.iter().find_map(|name| due(record.text(name)?))?;
    let status = match record.state {
        State::Dropped => "CANCELLED",
        State::Wanted(Status::Pending) => "NEEDS-ACTION",
        State::Wanted(Status::InProgress) => "IN-PROCESS",
        State::Wanted(Status::Completed) => "COMPLETED",
    };
    let mut lines = vec![
        "BEGIN:VTODO".to_owned(),
        format!("UID:{}@git-chittysync", record.id),
        format!("DTSTAMP:{}", stamp(record.updated)),
        due,
        format!("SUMMARY:{}", text(&record.content)),
        format!("CATEGORIES:{}", text(record.project.as_str())),
        format!("STATUS:{status}"),
    ];
    lines.extend(record.text("description").map(|words| format!("DESCRIPTION:{}", text(words))));
    lines.push("END:VTODO".to_owned());
    Some(lines.iter().map(|line| folded(line)).collect())
}

/// Returns when something is due: a day, or a moment.
fn due(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(time) = Time::parse(text) {
        return Some(format!("DUE:{}", stamp(time)));
    }
    let day = Time::parse(&format!("{text}T00:00:00Z"))?;
    Some(format!("DUE;VALUE=DATE:{}", &stamp(day)[..8]))
}

/// Returns a moment as calendars write it.
fn stamp(time: Time) -> String {
    let text = time.to_string();
    let seconds = text.split('.').next().unwrap_or(&text).trim_end_matches('Z');
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

fn text(words: &str) -> String {
    let lines: Vec<String> = words.lines().map(plain).collect();
    let escaped = lines.join("\n").replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    escaped.replace('\n', "\\n")
}

/// Returns a line in parts of at most 75 bytes.
fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::new(), 0);
    for char in line.chars() {
        if length + char.len_utf8() > 75 {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(char);
        length += char.len_utf8();
    }
    folded + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_due() {
        assert_eq!(due("2026-12-01").as_deref(), Some("DUE;VALUE=DATE:20261201"));
        assert_eq!(due("2026-12-01T10:30:00+01:00").as_deref(), Some("DUE:20261201T093000Z"));
        assert_eq!(due("soon"), None);
    }

    #[test]
    fn lines_are_folded_between_characters_and_end_nothing() {
        let line = folded(&format!("SUMMARY:{}", text(&format!("a;b\nEND:VCALENDAR {}", "é".repeat(80)))));
        assert!(line.split("\r\n").all(|part| part.len() <= 75 && !part.starts_with("END")), "{line}");
        assert!(line.contains("a\\;b\\nEND"));
    }
}
