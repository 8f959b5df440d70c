//! How a run for a mirror ended, in words and for programs: the same for who typed, who asked and who pressed a button.

use serde_json::{Value, json};

use crate::mirror::{Ended, Item, Report};

/// How a run ended, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What became of it.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether the mirror does not hold what it is to hold, as far as is known.
    pub is_bad: bool,
    /// What was left out, on either side.
    pub left: Vec<String>,
}

impl Told {
    /// Says how a run ended that was to send something.
    pub(super) fn of(name: &str, ended: &Ended) -> Self {
        let said = |text: String| Told { text: format!("{name}: {text}"), hint: None, is_bad: false, left: Vec::new() };
        match ended {
            Ended::Busy => said("another process is bringing it up to date".to_owned()),
            Ended::Badly(failure) => {
                Told { hint: Some(failure.remedy(name)), is_bad: true, ..said(failure.to_string()) }
            }
            Ended::Well(report) if report.is_behind => Told {
                hint: Some("`git chittysync sync` brings the rest here".to_owned()),
                is_bad: true,
                ..said("it holds more than this store".to_owned())
            },
            Ended::Well(report) => Told { left: left(name, report), ..said(sent(report)) },
        }
    }
}

fn sent(report: &Report) -> String {
    let taken = if report.taken > 0 { format!(", {} taken from there", report.taken) } else { String::new() };
    match (report.requests, report.sent) {
        (0, _) => format!("has everything{taken}"),
        // Of a place that is written as a whole nothing is counted.
        (_, 0) => format!("brought up to date{taken}"),
        (1, sent) => format!("{sent} sent in one write{taken}"),
        (requests, sent) => format!("{sent} sent in {requests} writes{taken}"),
    }
}

fn left(name: &str, report: &Report) -> Vec<String> {
    let parked = report.parked.iter().map(|(id, why)| format!("{name} did not take {}: {why}", &id[..id.len().min(8)]));
    let refused = report.refused.iter().map(|(what, why)| format!("{name}: {what} was not taken from there: {why}"));
    parked.chain(refused).collect()
}

/// Returns what is sent, in a line.
pub(super) fn line(item: &Item) -> String {
    match item {
        Item::Record(record, _) => {
            format!("todo     {}  {:<11}  {}", record.id.short(), record.state.as_str(), record.content)
        }
        Item::Entry(entry) => format!("history  {}  {:<11}  {}", entry.id.short(), entry.status, entry.content),
    }
}

/// Returns how a run ended, for programs.
pub(super) fn document(name: &str, ended: &Ended, dry_run: bool) -> Value {
    match ended {
        Ended::Busy => json!({ "name": name, "outcome": "busy" }),
        Ended::Badly(failure) => {
            json!({ "name": name, "outcome": "failed", "error": failure.to_string(), "remedy": failure.remedy(name) })
        }
        Ended::Well(report) => {
            let Report { commit, sent, taken, requests, parked, refused, is_behind, items } = report;
            let pairs = |pairs: &[(String, String)]| -> Vec<Value> {
                pairs.iter().map(|(what, why)| json!({ "what": what, "reason": why })).collect()
            };
            let outcome = match () {
                () if *is_behind => "behind",
                () if dry_run => "dry_run",
                () if *requests == 0 => "up_to_date",
                () => "synced",
            };
            json!({
                "name": name, "outcome": outcome, "commit": commit, "sent": sent, "taken": taken,
                "requests": requests, "parked": pairs(parked), "refused": pairs(refused),
                "items": items.iter().map(line).collect::<Vec<_>>(),
            })
        }
    }
}
