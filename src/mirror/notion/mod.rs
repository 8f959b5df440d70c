//! A mirror that is a database of Notion, in both directions.
//!
//! A page is a todo. Its times are rounded to the minute, so what changed is listed from some minutes before, and only
//! what is not as it was last agreed on was changed. A page that is in no listing says nothing; one that is in the trash
//! is said to be there when it is asked for. A page is read before it is changed, as an issue of GitHub is.

mod columns;
mod database;
mod page;

use serde_json::{Value, json};

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::failure::Failure;
use super::items::{Held, Item};
use super::links::Link;
use super::part::Part;
use super::pulled::{Presence, Pulled, PulledRecord};
use super::record::Record;
use super::verify::compare;
use super::web::{Answer, Listed, Web};
use crate::todo::{TodoId, plain};
use database::Database;

/// Times are rounded to the minute, and a listing may be behind, in milliseconds.
const LAG: i64 = 120_000;

/// The version of the API that is spoken.
const VERSION: &str = "2025-09-03";

/// A database.
pub struct Notion {
    web: Web,
    id: String,
    database: Option<Database>,
    /// How many pages a page of a listing has.
    pub page: usize,
    listed: Listed,
}

impl Notion {
    /// Returns the adapter of a database, or of a page on which one is made.
    ///
    /// # Errors
    /// When the URL names neither.
    pub fn new(url: &str) -> Result<Self, Failure> {
        let (place, id) = database::place(url)?;
        Ok(Notion {
            web: Web::new(place, &[("notion-version", VERSION)]),
            id,
            database: None,
            page: 100,
            listed: Listed::default(),
        })
    }

    /// Has it asked with this token, instead of git's.
    pub fn with_token(mut self, token: &str) -> Self {
        self.web = self.web.with_token(token);
        self
    }

    fn database(&mut self) -> Result<Database, Failure> {
        if let Some(known) = &self.database {
            return Ok(known.clone());
        }
        let opened = database::open(&mut self.web, &self.id)?;
        Ok(self.database.insert(opened).clone())
    }

    /// Lists pages that were changed since some moment, or all.
    fn list(&mut self, since: Option<i64>) -> Result<Vec<PulledRecord>, Failure> {
        let Database { source, columns } = self.database()?;
        let path = format!("/data_sources/{source}/query");
        let Notion { listed, web, page: size, .. } = self;
        listed.list(since.map(|since| since - LAG), |listing| {
            let mut query = json!({
                "page_size": size,
                "sorts": [{ "timestamp": "created_time", "direction": "ascending" }],
            });
            if let Some(from) = listing.since.and_then(chrono::DateTime::from_timestamp_millis) {
                let from = from.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                query["filter"] =
                    json!({ "timestamp": "last_edited_time", "last_edited_time": { "on_or_after": from } });
            }
            if let Some(cursor) = &listing.next {
                query["start_cursor"] = json!(cursor);
            }
            let answer = web.ask("POST", &path, Some(&query))?;
            if answer.status != 200 || !answer.body["results"].is_array() {
                return Err(database::no(&answer));
            }
            listing.at = listing.at.or_else(|| answer.date());
            let pages = answer.body["results"].as_array().into_iter().flatten();
            listing.records.extend(pages.filter_map(|one| page::parse(one, &columns)));
            let next = answer.body["next_cursor"].as_str().filter(|_| answer.body["has_more"] == true);
            listing.next = next.map(str::to_owned);
            Ok(listing.next.is_some())
        })
    }

    fn write(&mut self, method: &str, path: &str, body: &Value, id: TodoId) -> Result<Value, Failure> {
        self.listed.wrote();
        let answer = self.web.ask(method, path, Some(body))?;
        match answer.status {
            200 => Ok(answer.body),
            400 | 413 => {
                let reason = plain(answer.text("/message")).chars().take(200).collect();
                Err(Failure::Record { id: Some(id), reason })
            }
            _ => Err(database::no(&answer)),
        }
    }

    fn create(&mut self, record: &Record) -> Result<Stored, Failure> {
        let Database { source, columns } = self.database()?;
        let new = json!({
            "parent": { "type": "data_source_id", "data_source_id": source },
            "properties": page::new(record, &columns),
        });
        let made = self.write("POST", "/pages", &new, record.id)?;
        let shown =
            page::parse(&made, &columns).ok_or_else(|| Failure::later("Notion answered with something else"))?;
        Ok(Stored::of(record.id, shown))
    }

    fn read(&mut self, remote: &str) -> Result<Answer, Failure> {
        let answer = self.web.ask("GET", &format!("/pages/{remote}"), None)?;
        match answer.status {
            200 | 404 => Ok(answer),
            _ => Err(database::no(&answer)),
        }
    }

    /// Changes a page; nothing where it is gone: what became of it is found out by the next listing of all.
    fn update(&mut self, record: &Record, link: &Link) -> Result<Option<Stored>, Failure> {
        let columns = self.database()?.columns;
        let answer = self.read(&link.remote)?;
        let Some(shown) = page::parse(&answer.body, &columns) else { return Ok(None) };
        if link.base.is_unheard(record, &shown) {
            return Err(Failure::Overtaken);
        }
        let mut properties = page::properties(record, &link.base.changed(record), &columns, &answer.body);
        if shown.id != Some(record.id) {
            // Other words are another todo.
            properties.extend(page::mark(record));
        }
        let path = format!("/pages/{}", link.remote);
        let changed = self.write("PATCH", &path, &json!({ "properties": properties }), record.id)?;
        Ok(page::parse(&changed, &columns).map(|shown| Stored::of(record.id, shown)))
    }
}

impl Adapter for Notion {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: true, keeps_checkpoint: false, history: false, whole: false, batch: 50 }
    }

    /// Finds the database, or makes it. It keeps no account of what it holds.
    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        self.database().map(|_| None)
    }

    fn pull(&mut self, since: Option<i64>) -> Result<Pulled, Failure> {
        Ok(Pulled::listed(self.list(since)?, since))
    }

    fn find(&mut self, ids: &[TodoId]) -> Result<Vec<Stored>, Failure> {
        if self.listed.is_behind() {
            self.list(self.listed.at)?;
        }
        Ok(self.listed.find(ids))
    }

    fn look(&mut self, remote: &str) -> Result<Presence, Failure> {
        let answer = self.read(remote)?;
        Ok(match answer.status {
            404 => Presence::Unknown,
            _ if page::is_thrown_away(&answer.body) => Presence::ThrownAway,
            _ => Presence::There,
        })
    }

    fn retire(&mut self, remote: &str) -> Result<(), Failure> {
        let answer = self.web.ask("PATCH", &format!("/pages/{remote}"), Some(&json!({ "in_trash": true })))?;
        match answer.status {
            200 | 404 => Ok(()),
            // Another device was faster: what is in the trash cannot be changed.
            400 if self.read(remote)?.body["in_trash"] == true => Ok(()),
            _ => Err(database::no(&answer)),
        }
    }

    fn push(&mut self, batch: &Batch<'_>, stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        for item in batch.items {
            let Item::Record(record, link) = item else { continue };
            match link {
                Some(link) => self.update(record, link)?.into_iter().for_each(&mut *stored),
                None => stored(self.create(record)?),
            }
        }
        Ok(())
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let there = self.list(None)?;
        let columns = self.database()?.columns;
        compare(&whole.records()?, &there, |record| page::shown(record, &columns))
    }
}
