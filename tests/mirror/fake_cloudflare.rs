//! Cloudflare's D1 and KV as their API answers: a D1 database is SQLite, and so is ours, with each statement a
//! transaction of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use crate::http::{Asked, Http, Reply, TOKEN};

#[derive(Default)]
pub struct State {
    pub database: Option<Connection>,
    pub values: BTreeMap<String, Vec<u8>>,
    pub statements: usize,
    pub puts: Vec<String>,
}

pub struct CloudflareFake {
    pub http: Http,
    state: Arc<Mutex<State>>,
}

fn ok(result: &Value) -> Reply {
    Reply::json(200, &json!({ "success": true, "errors": [], "messages": [], "result": result }))
}

fn no(status: u16, code: u32, message: &str) -> Reply {
    let errors = json!([{ "code": code, "message": message }]);
    Reply::json(status, &json!({ "success": false, "errors": errors, "messages": [], "result": null }))
}

impl CloudflareFake {
    pub fn new() -> Self {
        let state = Arc::<Mutex<State>>::default();
        state.lock().expect("no thread panicked").database = Some(Connection::open_in_memory().expect("SQLite"));
        let shared = Arc::clone(&state);
        let http = Http::new(move |asked| shared.lock().expect("no thread panicked").answer(asked), |_| false);
        CloudflareFake { http, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }

    pub fn d1(&self) -> String {
        format!("http://127.0.0.1:{}/client/v4/accounts/a/d1/database/d", self.http.port)
    }

    pub fn kv(&self) -> String {
        format!("http://127.0.0.1:{}/client/v4/accounts/a/storage/kv/namespaces/n", self.http.port)
    }

    /// Returns all that it holds.
    pub fn dump(&self) -> String {
        let state = self.state();
        let rows: Vec<_> = ["todos", "todo_history", "sessions", "conflicts", "chittysync_checkpoint"]
            .map(|table| state.run(&format!("select * from {table}"), &[]).unwrap_or_default())
            .into();
        let values = state.values.iter().map(|(key, bytes)| (key, String::from_utf8_lossy(bytes)));
        format!("{rows:?} {:?}", values.collect::<Vec<_>>())
    }

    /// Returns the first column of a query, joined by line breaks.
    pub fn sql(&self, query: &str) -> String {
        self.state()
            .run(query, &[])
            .expect("a query")
            .iter()
            .map(|row| row[0].to_string())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}")) {
            return no(401, 10000, "Authentication error");
        }
        let path = asked.path.strip_prefix("/client/v4/accounts/a/").unwrap_or_default();
        if path == "d1/database/d/raw" && asked.method == "POST" {
            self.statements += 1;
            let sql = asked.body["sql"].as_str().unwrap_or_default();
            let parameters: Vec<String> = asked.body["params"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|value| value.as_str().expect("a text").to_owned())
                .collect();
            if sql.len() > 100_000 || parameters.iter().any(|text| text.len() > 2_000_000) {
                return no(400, 7500, "string or blob too big: SQLITE_TOOBIG");
            }
            return match self.run(sql, &parameters) {
                Ok(rows) => ok(&json!([{ "success": true, "results": { "columns": [], "rows": rows }, "meta": {} }])),
                // As workerd words it.
                Err(err) => no(500, 10001, &format!("D1_ERROR: {err}: SQLITE_ERROR")),
            };
        }
        let Some(key) = path.strip_prefix("storage/kv/namespaces/n/values/") else {
            return no(404, 7003, "Could not route");
        };
        match asked.method.as_str() {
            "GET" => match self.values.get(key) {
                Some(bytes) => Reply { status: 200, headers: Vec::new(), body: bytes.clone() },
                None => no(404, 10009, "get: 'key not found'"),
            },
            "PUT" => {
                self.puts.push(key.to_owned());
                self.values.insert(key.to_owned(), asked.bytes.clone());
                ok(&Value::Null)
            }
            _ => {
                self.values.remove(key);
                ok(&Value::Null)
            }
        }
    }

    fn run(&self, sql: &str, parameters: &[String]) -> rusqlite::Result<Vec<Vec<Value>>> {
        let database = self.database.as_ref().expect("a database");
        let mut statement = database.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let value = |column| match row.get_ref(column)? {
                ValueRef::Null => Ok(Value::Null),
                ValueRef::Integer(number) => Ok(json!(number)),
                ValueRef::Real(number) => Ok(json!(number)),
                ValueRef::Text(text) | ValueRef::Blob(text) => Ok(json!(String::from_utf8_lossy(text))),
            };
            found.push((0..columns).map(value).collect::<rusqlite::Result<Vec<Value>>>()?);
        }
        Ok(found)
    }

    /// Returns a copy of the database.
    pub fn copied(&self) -> Connection {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("copy");
        let from = self.database.as_ref().expect("a database");
        from.execute("vacuum into ?1", [path.to_string_lossy()]).expect("a copy");
        let copy = Connection::open(path).expect("SQLite");
        // Its file goes with the directory, and is there as long as it is open.
        copy.pragma_update(None, "journal_mode", "memory").expect("no journal");
        copy
    }
}
