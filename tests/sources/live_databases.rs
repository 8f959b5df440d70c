//! No agent waits for whoever reads its database.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicUsize};
use std::time::{Duration, Instant};

use chittysync::source::{self, Home};
use rusqlite::Connection;

use crate::common::World;

/// How an agent writes: how long it waits for a lock, and what it says again and again.
struct Writer {
    agent: &'static str,
    waits: Duration,
    statement: &'static str,
}

/// With a log beside the database, which lets it write while others read. It waits for nobody.
const OPENCODE: Writer = Writer {
    agent: "opencode",
    waits: Duration::ZERO,
    statement: "UPDATE todo SET content = content || '', priority = ?1",
};
/// With a journal, which lets it write only while nobody reads. It waits for three seconds.
const COPILOT: Writer = Writer {
    agent: "copilot",
    waits: Duration::from_secs(3),
    statement: "UPDATE todos SET description = ?1, updated_at = '2026-11-20 10:05:01'",
};

/// What became of a writer while its database was read.
#[derive(Debug)]
struct Written {
    times: usize,
    reads: u32,
    /// How often the reader did not come in between, and went away.
    gave_way: u32,
    refused: Vec<String>,
    longest: Duration,
}

/// How often a database is read.
const READS: Duration = Duration::from_millis(250);
/// So many writes, and so many reads, are too few to tell anything.
const ENOUGH: (usize, u32) = (50, 6);

/// Writes without pause as an agent does, while its database is read four times a second, and by whole runs besides.
fn written_while_read(writer: &Writer, time: Duration) -> Written {
    let world = World::new();
    let connection: Connection = world.database(writer.agent);
    connection.busy_timeout(writer.waits).expect("set");
    let place = world.database_path(writer.agent);
    let home = match writer.agent {
        "copilot" => world.path("home/.copilot"),
        _ => place.parent().expect("a directory").to_owned(),
    };
    let begun = Instant::now();
    let (writes, looks) = (AtomicUsize::new(0), AtomicU32::new(0));
    // On a busy machine it takes longer until there were some.
    let is_time = || {
        let (took, few) = (begun.elapsed(), writes.load(Relaxed) <= ENOUGH.0 || looks.load(Relaxed) <= ENOUGH.1);
        took < time || few && took < time + Duration::from_secs(120)
    };
    let mut written = Written { times: 0, reads: 0, gave_way: 0, refused: Vec::new(), longest: Duration::ZERO };
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut reads, mut gave_way) = (0, 0);
            while is_time() {
                for unit in source::scan(&Home::at(home.clone())).units {
                    let reading = source::read(&unit);
                    let is_busy = reading.notices.iter().any(|notice| notice.reason == "is being written to");
                    assert!(is_busy || !reading.states.is_empty(), "{:?}", reading.notices);
                    gave_way += u32::from(is_busy);
                    reads += 1;
                    looks.store(reads, Relaxed);
                }
                // By the clock, so that a read that was late makes none of the others late.
                std::thread::sleep((READS * reads).saturating_sub(begun.elapsed()));
            }
            (reads, gave_way)
        });
        scope.spawn(|| {
            while is_time() {
                let done = world.run(&["capture", "-q"]);
                assert_eq!(done.code, Some(0), "{done:?}");
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        while is_time() {
            let before = Instant::now();
            match connection.execute(writer.statement, [format!("{}", written.times)]) {
                Ok(_) => written.times += 1,
                Err(err) => written.refused.push(err.to_string()),
            }
            writes.store(written.times, Relaxed);
            written.longest = written.longest.max(before.elapsed());
            std::thread::sleep(Duration::from_millis(2));
        }
        (written.reads, written.gave_way) = reader.join().expect("it reads");
    });
    world.ok(&["sync", "-q"]);
    assert!(world.states().len() >= 3, "and it was read");
    written
}

#[test]
fn no_writer_waits_for_a_reader() {
    for writer in [OPENCODE, COPILOT] {
        let written = written_while_read(&writer, Duration::from_secs(3));
        let is_read = written.reads > ENOUGH.1 && written.gave_way < written.reads;
        assert!(written.times > ENOUGH.0 && is_read && written.refused.is_empty(), "{}: {written:?}", writer.agent);
    }
}

#[test]
#[ignore = "takes ten minutes"]
fn no_writer_waits_for_a_reader_in_ten_minutes() {
    std::thread::scope(|scope| {
        for writer in [OPENCODE, COPILOT] {
            scope.spawn(move || {
                let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
                let written = written_while_read(&writer, Duration::from_secs(seconds));
                println!("{}: {written:?}", writer.agent);
                let is_often = u64::from(written.reads) >= 4 * seconds * 9 / 10;
                assert!(is_often && written.refused.is_empty(), "{}: {written:?}", writer.agent);
            });
        }
    });
}
