//! A small HTTP server for places of our own making, with everything that can go wrong on the way to one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

/// The token that a place knows.
pub const TOKEN: &str = "opensesame";

/// What was asked.
#[derive(Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub bytes: Vec<u8>,
    pub body: Value,
}

impl Asked {
    pub fn writes(&self) -> bool {
        // A query of Notion is a POST, too, and so is one of D1.
        let is_query =
            self.path.ends_with("/query") || self.body["sql"].as_str().is_some_and(|sql| sql.starts_with("select"));
        self.method != "GET" && !is_query
    }
}

/// What is answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Reply { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// What can go wrong, as long as it is set.
#[derive(Debug, Default)]
pub struct Faults {
    /// It cannot be reached.
    pub away: bool,
    /// Every so many questions it asks to be left alone.
    pub busy_every: usize,
    /// So many of the next writes are done, and their answers are lost.
    pub lose: usize,
    /// So many of the next writes are done, and answered with 500.
    pub broken: usize,
    /// The second page of a listing: 500, or half of it.
    pub page_two: Option<PageTwo>,
    /// The process of this number is killed before (even) or after (odd) the write of a number.
    pub kill: Option<(u32, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageTwo {
    Fails,
    Half,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub asked: usize,
    pub writes: usize,
    pub busy: usize,
}

/// What was asked, and what was answered.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    pub status: u16,
    pub answer: Value,
}

/// What is said, where somebody wants to know.
type Record = Arc<Mutex<Option<Vec<Exchange>>>>;

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server.
pub struct Http {
    pub port: u16,
    faults: Arc<Mutex<Faults>>,
    counts: Arc<Mutex<Counts>>,
    record: Record,
}

impl Http {
    /// Serves until the test ends. `is_page_two` knows the second page of a listing.
    pub fn new(
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
        is_page_two: impl Fn(&Asked) -> bool + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (faults, counts) = (Arc::<Mutex<Faults>>::default(), Arc::<Mutex<Counts>>::default());
        let shared = (Arc::clone(&faults), Arc::clone(&counts));
        let record = Record::default();
        let noted = Arc::clone(&record);
        let handler: Arc<Handler> = Arc::new(move |asked: &Asked| {
            let reply = handler(asked);
            if let Some(list) = noted.lock().expect("no thread panicked").as_mut() {
                list.push(Exchange {
                    method: asked.method.clone(),
                    path: asked.path.clone(),
                    query: asked.query.clone(),
                    body: asked.body.clone(),
                    status: reply.status,
                    answer: serde_json::from_slice(&reply.body).unwrap_or_default(),
                });
            }
            reply
        });
        let is_page_two = Arc::new(is_page_two);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (faults, counts) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                let (handler, is_page_two) = (Arc::clone(&handler), Arc::clone(&is_page_two));
                std::thread::spawn(move || serve(&stream, &faults, &counts, &*handler, &*is_page_two));
            }
        });
        Http { port, faults, counts, record }
    }

    /// Has all noted that is said from now on.
    pub fn record(&self) {
        *self.record.lock().expect("no thread panicked") = Some(Vec::new());
    }

    /// Returns all that was noted.
    pub fn recorded(&self) -> Vec<Exchange> {
        self.record.lock().expect("no thread panicked").take().unwrap_or_default()
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().expect("no thread panicked")
    }

    /// Returns what was counted, and begins anew.
    pub fn counted(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().expect("no thread panicked"))
    }
}

fn serve(
    stream: &TcpStream,
    faults: &Mutex<Faults>,
    counts: &Mutex<Counts>,
    handler: &Handler,
    is_page_two: &(dyn Fn(&Asked) -> bool + Send + Sync),
) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let (busy, step) = {
            let faults = faults.lock().expect("no thread panicked");
            if faults.away {
                return;
            }
            let mut counts = counts.lock().expect("no thread panicked");
            counts.asked += 1;
            let busy = faults.busy_every > 0 && counts.asked.is_multiple_of(faults.busy_every);
            counts.busy += usize::from(busy);
            let step = (asked.writes() && !busy).then_some(counts.writes);
            counts.writes += usize::from(step.is_some());
            (busy, step)
        };
        if busy {
            let answer = Reply::json(429, &serde_json::json!({ "message": "slow down", "code": "rate_limited" }));
            if write(stream, &answer.with("retry-after", 1), false).is_err() {
                return;
            }
            continue;
        }
        let dies_at = |at: usize| {
            let kill = faults.lock().expect("no thread panicked").kill;
            kill.is_some_and(|(pid, when)| {
                let dies = step.is_some_and(|step| 2 * step + at == when);
                if dies {
                    let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
                }
                dies
            })
        };
        if dies_at(0) {
            return;
        }
        let reply = handler(&asked);
        if dies_at(1) {
            return;
        }
        let mut faults = faults.lock().expect("no thread panicked");
        if step.is_some() && faults.lose > 0 {
            faults.lose -= 1;
            return;
        }
        if step.is_some() && faults.broken > 0 {
            faults.broken -= 1;
            let _ = write(stream, &Reply::json(500, &Value::Null), false);
            continue;
        }
        let fault = faults.page_two.filter(|_| is_page_two(&asked));
        drop(faults);
        let written = match fault {
            Some(PageTwo::Fails) => write(stream, &Reply::json(500, &Value::Null), false),
            Some(PageTwo::Half) => {
                let _ = write(stream, &reply, true);
                return;
            }
            None => write(stream, &reply, false),
        };
        if written.is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(name, value)| (decode(name), decode(value))).collect();
    Some(Asked { method, path: decode(path), query, headers, bytes, body })
}

fn write(mut stream: &TcpStream, reply: &Reply, half: bool) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} x\r\ncontent-type: application/json\r\n", reply.status);
    if reply.status != 304 {
        head += &format!("content-length: {}\r\n", reply.body.len());
    }
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let body = if half { &reply.body[..reply.body.len() / 2] } else { &reply.body[..] };
    stream.write_all(&[head.as_bytes(), b"\r\n", body].concat())
}

/// A clock that goes on with every change.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub seconds: i64,
    /// How much time a change takes.
    pub tick: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { seconds: 1_795_176_000, tick: 61 }
    }
}

impl Clock {
    pub fn time(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp(self.seconds, 0).expect("a time")
    }

    pub fn tick(&mut self) {
        self.seconds += self.tick;
    }

    pub fn date(&self) -> String {
        self.time().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}
