//! The reader itself: the only code that knows rusqlite.
//!
//! A file of an agent is not trusted. Nothing that a schema names is run (no view, no virtual table, no trigger), what is
//! read is bounded in rows, bytes and time, and the file is opened as it is: never a copy, which would lack the newest
//! rows, and never as one that cannot change, for the same reason.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde_json::{Number, Value};

use super::row::{Row, text};
use crate::source::{Notice, file};

/// How much is read of a database, and how long that may take.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    rows: usize,
    bytes: usize,
    time: Duration,
    /// How long a lock of its agent is waited for.
    lock: Duration,
}

const BOUNDS: Bounds = Bounds {
    rows: 200_000,
    bytes: file::LARGEST as usize,
    time: Duration::from_secs(10),
    lock: Duration::from_secs(1),
};
/// So many steps of SQLite's machine are made between two looks at the clock.
const STEPS: i32 = 10_000;
/// Nothing in the file is larger than this.
const LONGEST: i32 = 16 * 1024 * 1024;

/// A database that is open for one look.
pub(crate) struct Database {
    connection: Connection,
    bounds: Bounds,
}

/// Looks into a database: all that `look` reads is of one moment.
pub(crate) fn read<T>(path: &Path, look: impl FnOnce(&Database) -> Result<T, String>) -> Result<T, Notice> {
    read_within(path, BOUNDS, look)
}

fn read_within<T>(path: &Path, bounds: Bounds, look: impl FnOnce(&Database) -> Result<T, String>) -> Result<T, Notice> {
    let notice =
        |reason: String| Notice::new(path, reason, "its last good state is kept; it is read again when it changes");
    let database = Database::open(path, bounds).map_err(|err| notice(said(&err)))?;
    // Ended by the close of the connection, whatever comes in between.
    database.connection.execute_batch("BEGIN").map_err(|err| notice(said(&err)))?;
    look(&database).map_err(notice)
}

impl Database {
    fn open(path: &Path, bounds: Bounds) -> rusqlite::Result<Self> {
        // The directories above may be reached through a link, the file itself may not be one.
        let real = path.parent().zip(path.file_name()).and_then(|(parent, name)| Some(real(parent)?.join(name)));
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let mut connection = Connection::open_with_flags(real.as_deref().unwrap_or(path), flags)?;
        connection.busy_timeout(bounds.lock)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let until = Instant::now() + bounds.time;
        connection.progress_handler(STEPS, Some(move || Instant::now() > until))?;
        Ok(Database { connection, bounds })
    }

    /// Returns the columns of a table that has at least these.
    pub fn expect(&self, table: &str, columns: &[&str]) -> Result<Vec<String>, String> {
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND sql NOT LIKE 'create virtual%'";
        let found = self.connection.query_row(sql, [table], |_| Ok(()));
        match found {
            Ok(()) => {}
            Err(rusqlite::Error::QueryReturnedNoRows) => return Err(format!("has no table {table}")),
            Err(err) => return Err(said(&err)),
        }
        let rows = self.query(&format!("PRAGMA table_info(\"{table}\")"))?;
        let names: Vec<String> = rows.iter().filter_map(|row| text(row, "name")).map(str::to_owned).collect();
        match columns.iter().find(|column| !names.iter().any(|name| name == *column)) {
            Some(lacking) => Err(format!("has no column {lacking} in its table {table}")),
            None => Ok(names),
        }
    }

    /// Returns what one statement that only reads finds.
    pub fn query(&self, sql: &str) -> Result<Vec<Row>, String> {
        let mut statement = self.connection.prepare(sql).map_err(|err| said(&err))?;
        if !statement.readonly() {
            return Err("is asked for something by a statement that does not only read".to_owned());
        }
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).map_err(|err| said(&err))?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(|err| said(&err))? {
            let mut read = Row::new();
            for (at, name) in names.iter().enumerate() {
                let value = row.get_ref(at).map_err(|err| said(&err))?;
                bytes += name.len() + value.as_bytes_or_null().ok().flatten().map_or(8, <[u8]>::len);
                read.insert(name.clone(), json(value));
            }
            found.push(read);
            if found.len() > self.bounds.rows || bytes > self.bounds.bytes {
                let Bounds { rows, bytes, .. } = self.bounds;
                return Err(format!("holds more than {rows} rows or {bytes} bytes of lists"));
            }
        }
        Ok(found)
    }
}

fn real(directory: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(directory).ok()
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

fn said(err: &rusqlite::Error) -> String {
    match err.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "is being written to".to_owned(),
        Some(ErrorCode::NotADatabase) => "is no SQLite database".to_owned(),
        Some(ErrorCode::OperationInterrupted) => "takes too long to read".to_owned(),
        Some(ErrorCode::CannotOpen) => {
            "cannot be opened: SQLite needs to read it, and to make `-shm` beside it".to_owned()
        }
        _ => format!("cannot be read: {err}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(sql: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.db");
        Connection::open(&path).and_then(|connection| connection.execute_batch(sql)).expect("a database");
        (directory, path)
    }

    fn ask(path: &Path, bounds: Bounds, sql: &str) -> Result<Vec<Row>, String> {
        read_within(path, bounds, |database| database.query(sql)).map_err(|notice| notice.reason)
    }

    #[test]
    fn values_are_what_they_are() {
        let (_keep, path) = database("CREATE TABLE t(a, b, c, d, e); INSERT INTO t VALUES('x', 7, 0.5, NULL, x'00ff')");
        let found = ask(&path, BOUNDS, "SELECT * FROM t").expect("rows");
        assert_eq!(
            Value::from(found[0].clone()),
            serde_json::json!({"a": "x", "b": 7, "c": 0.5, "d": null, "e": null})
        );
    }

    #[test]
    fn rows_in_the_log_are_read_and_a_copy_would_lack_them() {
        let (_keep, path) = database("PRAGMA journal_mode = wal; CREATE TABLE t(a)");
        let writer = Connection::open(&path).expect("a writer");
        writer.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES(1)").expect("a row");
        assert_eq!(ask(&path, BOUNDS, "SELECT * FROM t").map(|rows| rows.len()), Ok(1));
        let copy = path.with_extension("copy");
        std::fs::copy(&path, &copy).expect("a copy");
        assert_eq!(ask(&copy, BOUNDS, "SELECT * FROM t").map(|rows| rows.len()), Ok(0));
        drop(writer);
    }

    /// The last reader to close leaves the log to the agent.
    #[test]
    fn nothing_is_written() {
        let (_keep, path) = database("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
        let before = std::fs::read(&path).expect("a file");
        for sql in ["DELETE FROM t", "CREATE TABLE u(a)", "PRAGMA journal_mode = wal", "ATTACH ':memory:' AS x"] {
            assert!(ask(&path, BOUNDS, sql).is_err(), "{sql}");
        }
        assert_eq!(std::fs::read(&path).expect("a file"), before);
        assert_eq!(std::fs::read_dir(path.parent().expect("a directory")).expect("entries").count(), 1);
    }

    #[test]
    fn a_table_is_what_it_is_expected_to_be_or_it_is_named() {
        let schema = "CREATE TABLE t(a, b); CREATE VIEW v AS SELECT 1 AS a; CREATE VIRTUAL TABLE w USING fts5(a)";
        let (_keep, path) = database(schema);
        let expect = |table: &str, columns: &[&str]| {
            read(&path, |database| database.expect(table, columns)).map_err(|notice| notice.reason)
        };
        assert_eq!(expect("t", &["b", "a"]), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(expect("t", &["c"]), Err("has no column c in its table t".to_owned()));
        for none in ["u", "v", "w"] {
            assert_eq!(expect(none, &["a"]), Err(format!("has no table {none}")));
        }
        assert!(ask(&path, BOUNDS, "SELECT * FROM v").is_err(), "nothing that a schema names is run");
    }

    #[test]
    fn much_is_no_list() {
        let (_keep, path) = database("CREATE TABLE t(a); INSERT INTO t VALUES('one'), ('two'), ('three')");
        let few = Bounds { rows: 2, ..BOUNDS };
        assert!(ask(&path, few, "SELECT * FROM t").is_err());
        assert_eq!(ask(&path, few, "SELECT * FROM t LIMIT 2").map(|rows| rows.len()), Ok(2));
        assert!(ask(&path, Bounds { bytes: 8, ..BOUNDS }, "SELECT * FROM t").is_err());
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        let short = Bounds { time: Duration::from_millis(50), ..BOUNDS };
        assert_eq!(ask(&path, short, endless), Err("takes too long to read".to_owned()));
    }

    #[test]
    fn what_is_none_is_said_to_be_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.db");
        std::fs::write(&path, "no database, but longer than the hundred bytes of its header. ".repeat(4))
            .expect("a file");
        assert_eq!(ask(&path, BOUNDS, "SELECT 1 FROM sqlite_schema"), Err("is no SQLite database".to_owned()));
        assert!(ask(&directory.path().join("none.db"), BOUNDS, "SELECT 1").is_err());
        #[cfg(unix)]
        {
            let link = directory.path().join("link.db");
            std::os::unix::fs::symlink(&path, &link).expect("a link");
            assert!(ask(&link, BOUNDS, "SELECT 1").is_err(), "a link is not followed");
        }
    }

    #[test]
    fn a_lock_is_waited_for_and_then_named() {
        let (_keep, path) = database("CREATE TABLE t(a)");
        let writer = Connection::open(&path).expect("a writer");
        writer.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
        let short = Bounds { lock: Duration::from_millis(20), ..BOUNDS };
        assert_eq!(ask(&path, short, "SELECT * FROM t"), Err("is being written to".to_owned()));
        writer.execute_batch("COMMIT").expect("released");
        assert_eq!(ask(&path, short, "SELECT * FROM t"), Ok(Vec::new()));
    }
}
