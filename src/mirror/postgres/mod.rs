//! A mirror in PostgreSQL, Neon's too: todos as they are, what was said of them, sessions, conflicts, and views of them.
//!
//! Each part of a run is one statement: one round trip, and one transaction, in which the checkpoint moves with what it
//! stands for. So a run that was killed, a server that crashed and a database that was put back to yesterday get what
//! they lack, and nothing twice. Nothing outlives a transaction, as a pooler wants it: no prepared statement, no lock of
//! a session, no setting.

mod connect;

use postgres::Client;
use postgres::types::{ToSql, Type};
use serde_json::Value;

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::document::{CONFLICTS, Document, HISTORY, TODOS, Told};
use super::failure::Failure;
use super::items::Held;
use super::part::Part;
use super::verify::compare_rows;
use connect::{Target, failure};

const SCHEMA: &str = include_str!("schema.sql");
const WRITE: &str = include_str!("write.sql");

/// So many records and entries go in one statement.
const BATCH: usize = 5_000;

/// A column of rows that are sent.
type Column = Vec<Option<String>>;

/// The tables of one store in a database.
pub struct Postgres {
    target: Target,
    store: String,
    client: Option<Client>,
    told: Told,
}

impl Postgres {
    /// Returns the adapter of a database, `postgres://<user>@<host>/<database>`. In its tables, rows of this mirror have
    /// `store` in the column of that name.
    ///
    /// # Errors
    /// When the URL is none, holds a password, or would send todos over a network for everybody to read.
    pub fn new(url: &str, store: &str) -> Result<Self, Failure> {
        Ok(Postgres { target: Target::parse(url)?, store: store.to_owned(), client: None, told: Told::default() })
    }

    fn client(&mut self) -> Result<&mut Client, Failure> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            self.client = Some(self.target.connect()?);
        }
        Ok(self.client.as_mut().expect("it was connected"))
    }

    /// Asks, and makes the tables where they are missing.
    fn ask(&mut self, query: &str, text: &str, columns: &[Column]) -> Result<Vec<postgres::Row>, Failure> {
        let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&text, Type::TEXT)];
        parameters.extend(columns.iter().map(|column| (column as &(dyn ToSql + Sync), Type::TEXT_ARRAY)));
        let client = self.client()?;
        let asked = client.query_typed(query, &parameters);
        let missing =
            |err: &postgres::Error| err.code().is_some_and(|code| *code == postgres::error::SqlState::UNDEFINED_TABLE);
        let asked = match asked {
            Err(err) if missing(&err) => {
                client.batch_execute(SCHEMA).map_err(|err| failure(&err))?;
                client.query_typed(query, &parameters)
            }
            asked => asked,
        };
        asked.map_err(|err| failure(&err))
    }
}

/// Returns rows column by column, as text.
fn columns(rows: Option<Value>, names: &[&str]) -> Vec<Column> {
    let Some(Value::Array(mut rows)) = rows else { return vec![Column::new(); names.len()] };
    let text = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    let column = |name: &&str| rows.iter_mut().map(|row| text(row[*name].take())).collect();
    names.iter().map(column).collect()
}

impl Adapter for Postgres {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: true, history: true, whole: false, batch: BATCH }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let store = self.store.clone();
        let query = "select commit_oid, projects::text from chittysync_checkpoint where store = $1";
        let rows = self.ask(query, &store, &[])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (commit, projects): (Option<String>, String) = (row.get(0), row.get(1));
        let projects = serde_json::from_str(&projects).unwrap_or_default();
        Ok(commit.map(|commit| Held { commit, projects }))
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let mut document = Document::of(&self.store, batch, &mut self.told)?;
        if batch.is_last && !batch.is_continued {
            document.keep_only(&self.told);
        }
        let tables = [("todos", TODOS), ("history", HISTORY), ("conflicts", CONFLICTS)];
        let columns: Vec<Column> =
            tables.into_iter().flat_map(|(name, names)| columns(document.value.remove(name), names)).collect();
        let text =
            serde_json::to_string(&document.value).map_err(|err| Failure::refused(err.to_string(), "this is a bug"))?;
        let rows = self.ask(WRITE, &text, &columns)?;
        let written: i64 = rows.first().map_or(0, |row| row.get(0));
        if written == 0 {
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
            let query = format!(
                "select to_jsonb(r)::text from (select {columns} from {} where store = $1 {condition}) r",
                table.name
            );
            let rows = self.ask(&query, &store, &[])?;
            Ok(rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap_or_default()).collect())
        })
    }
}
