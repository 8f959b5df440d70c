//! A mirror in a D1 database of Cloudflare: the tables that a mirror in PostgreSQL has.
//!
//! D1 keeps together what one statement does, and no more. So a part of a run is one row that is put into an inbox, and
//! a trigger makes of it rows, history and the checkpoint, or nothing of it. The statement writes nothing when the
//! checkpoint is no longer what the run began on.

use serde_json::{Value, json};

use super::{no, said, web};
use crate::mirror::adapter::{Adapter, Batch, Capabilities, Stored};
use crate::mirror::document::{Document, Told};
use crate::mirror::failure::Failure;
use crate::mirror::items::Held;
use crate::mirror::part::Part;
use crate::mirror::verify::compare_rows;
use crate::mirror::web::{Answer, Web};

const SCHEMA: &str = include_str!("schema.sql");

const WRITE: &str = "insert into chittysync_inbox (body) select ?1 \
    where coalesce((select commit_oid from chittysync_checkpoint where store = ?2), '') = ?3 \
    and (?4 = '' or coalesce((select run from chittysync_checkpoint where store = ?2), '') = ?4) returning 1";

/// So many records and entries go in one statement.
const BATCH: usize = 500;

/// No value is longer, in bytes: D1 takes 2 MB.
const LONGEST: usize = 1_800_000;

/// The tables of one store in a database.
pub struct D1 {
    web: Web,
    store: String,
    /// No value is longer, in bytes.
    pub longest: usize,
    /// So many rows are read at once, to compare them.
    pub page: usize,
    told: Told,
}

impl D1 {
    /// Returns the adapter of a database, by its URL in Cloudflare's API. In its tables, rows of this mirror have
    /// `store` in the column of that name.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(url: &str, store: &str) -> Result<Self, Failure> {
        let example = "https://api.cloudflare.com/client/v4/accounts/<account>/d1/database/<database>";
        let web = web(url, "d1/database", example)?;
        Ok(D1 { web, store: store.to_owned(), longest: LONGEST, page: 1_000, told: Told::default() })
    }

    /// Has it asked with this token, instead of git's.
    pub fn with_token(mut self, token: &str) -> Self {
        self.web = self.web.with_token(token);
        self
    }

    fn rows(answer: &Answer) -> Vec<Vec<Value>> {
        let rows = answer.body.pointer("/result/0/results/rows").and_then(Value::as_array).cloned();
        rows.unwrap_or_default().into_iter().filter_map(|row| row.as_array().cloned()).collect()
    }

    fn run(&mut self, sql: &str, parameters: &[&str]) -> Result<Answer, Failure> {
        self.web.ask("POST", "/raw", Some(&json!({ "sql": sql, "params": parameters })))
    }

    /// Runs a statement, and makes the tables where they are missing.
    fn ask(&mut self, sql: &str, parameters: &[&str]) -> Result<Vec<Vec<Value>>, Failure> {
        let mut answer = self.run(sql, parameters)?;
        if answer.status != 200 && said(&answer).contains("no such table") {
            let text: String =
                SCHEMA.lines().filter(|line| !line.starts_with("--")).flat_map(|line| [line, "\n"]).collect();
            for statement in text.split("\n\n").map(str::trim).filter(|statement| !statement.is_empty()) {
                let made = self.run(statement, &[])?;
                if made.status != 200 {
                    return Err(failure(&made));
                }
            }
            answer = self.run(sql, parameters)?;
        }
        if answer.status == 200 { Ok(Self::rows(&answer)) } else { Err(failure(&answer)) }
    }
}

/// Returns what an answer means that says no.
fn failure(answer: &Answer) -> Failure {
    let said = said(answer);
    let folded = said.to_lowercase();
    let has = |word: &str| folded.contains(word);
    if has("constraint") || has("sqlite_mismatch") || has("too big") || has("toobig") || has("malformed json") {
        Failure::Record { id: None, reason: said }
    } else if has("overloaded") || has("timeout") || has("timed out") || has("reset") {
        Failure::later(format!("Cloudflare says: {said}"))
    } else if has("no such column") || has("no column named") {
        Failure::refused(
            format!("a table of that name is there, and not ours: {said}"),
            "use a database in which no todos, todo_history, sessions or conflicts are",
        )
    } else {
        no(answer)
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Adapter for D1 {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: true, history: true, whole: false, batch: BATCH }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let store = self.store.clone();
        let rows = self.ask("select commit_oid, projects from chittysync_checkpoint where store = ?1", &[&store])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let projects = serde_json::from_str(&text(row.get(1))).unwrap_or_default();
        let commit = text(row.first());
        Ok(Some(Held { commit, projects }).filter(|held| !held.commit.is_empty()))
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let mut document = Document::of(&self.store, batch, &mut self.told)?;
        document.value.insert("whole".to_owned(), json!(!batch.is_continued));
        document.value.insert("at".to_owned(), json!(batch.whole.now.to_string()));
        let body = json!(document.value).to_string();
        if body.len() > self.longest {
            return Err(Failure::Record { id: None, reason: "it is longer than D1 takes".to_owned() });
        }
        let (store, run) = (self.store.clone(), if batch.is_first { "" } else { batch.run });
        let rows = self.ask(WRITE, &[&body, &store, batch.from.unwrap_or_default(), run])?;
        if rows.is_empty() {
            return Err(Failure::Overtaken);
        }
        self.told.was_taken(&document);
        Ok(())
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let store = self.store.clone();
        compare_rows(whole, |table| {
            let columns: Vec<String> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
            let (columns, condition) = (columns.join(", "), table.condition);
            let mut found: Vec<Value> = Vec::new();
            loop {
                let query = format!(
                    "select {columns} from {} where store = ?1 {condition} order by rowid limit {} offset {}",
                    table.name,
                    self.page,
                    found.len()
                );
                let rows = self.ask(&query, &[&store])?;
                let count = rows.len();
                found.extend(
                    rows.into_iter().map(|row| {
                        Value::Object(table.columns.iter().map(|name| (*name).to_owned()).zip(row).collect())
                    }),
                );
                if count < self.page {
                    return Ok(found);
                }
            }
        })
    }
}
