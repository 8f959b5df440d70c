//! Asking a place over HTTPS: which answers pass, which need somebody, and which the adapter has to look at.
//!
//! A redirect is not followed, and a link in an answer only to where the question went: the token goes nowhere else.

mod agent;
mod listed;
mod place;

use std::cell::Cell;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

pub(crate) use agent::agent;
pub use listed::{Listed, Listing};
pub use place::Place;

use super::failure::Failure;
use crate::git::password;
use crate::todo::plain;

/// No answer is longer, in bytes.
const LONGEST: u64 = 64 << 20;

/// What a place answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; null where there is none.
    pub body: Value,
    headers: HeaderMap,
}

impl Answer {
    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns when it was written, in milliseconds since 1970.
    pub fn date(&self) -> Option<i64> {
        let date = chrono::DateTime::parse_from_rfc2822(self.header("date")?).ok()?;
        Some(date.timestamp_millis())
    }

    /// Returns how long it asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = |name: &str| self.header(name)?.trim().parse::<f64>().ok();
        let asked = seconds("retry-after").or_else(|| {
            // As GitHub does: when what it allows in an hour is used up, it says when the next one begins.
            let is_used_up = self.header("x-ratelimit-remaining") == Some("0");
            let now = self.date().unwrap_or_else(|| chrono::Utc::now().timestamp_millis());
            Some((seconds("x-ratelimit-reset").filter(|_| is_used_up)? - now as f64 / 1000.0).max(1.0))
        });
        Duration::try_from_secs_f64(asked?).ok()
    }

    /// Returns a text of the body.
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns it as a failure: what the adapter did not expect.
    pub fn refused(&self, reason: &str, remedy: impl Into<String>) -> Failure {
        Failure::refused(format!("{reason} ({})", self.status), remedy)
    }
}

/// A place that is asked.
pub struct Web {
    place: Place,
    agent: Agent,
    token: Option<String>,
    headers: Vec<(&'static str, &'static str)>,
    /// How often it was asked.
    pub asked: Cell<usize>,
}

impl Web {
    /// Returns one that is asked with these headers. The token is asked of git when the first question is.
    pub fn new(place: Place, headers: &[(&'static str, &'static str)]) -> Self {
        let agent = agent::agent(place.is_here);
        Web { place, agent, token: None, headers: headers.to_vec(), asked: Cell::new(0) }
    }

    /// Has it asked with this token, instead of git's.
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    fn token(&mut self) -> Result<String, Failure> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let Place { protocol, host, path, .. } = &self.place;
        let Some(token) = password(protocol, host, path, "")? else {
            return Err(self.unknown(&format!("git knows no token for {host}")));
        };
        if token.chars().any(|char| !char.is_ascii_graphic()) {
            return Err(self.unknown(&format!("what git knows as the token for {host} is none")));
        }
        Ok(self.token.insert(token).clone())
    }

    fn unknown(&self, reason: &str) -> Failure {
        let Place { protocol, host, .. } = &self.place;
        let line = format!(
            "`git credential approve` gives git one: protocol={protocol}, host={host}, username=token, password=<token> (docs/mirrors.md)"
        );
        Failure::refused(reason, line)
    }

    /// Asks. `path` is what comes behind the place's own address, or a whole link from an answer of it.
    ///
    /// # Errors
    /// When it cannot be reached, is busy or broken, or does not know us. All other answers are returned, also those
    /// that say no.
    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let content = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send(method, path, content)
    }

    /// Asks with a body of another kind.
    ///
    /// # Errors
    /// As [`Web::ask`].
    pub fn send(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer, Failure> {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.place.base),
            false if path.starts_with(&format!("{}/", self.place.base)) => path.to_owned(),
            false => return Err(Failure::refused("it links to another place", "name the place that it links to")),
        };
        let token = self.token()?;
        self.asked.set(self.asked.get() + 1);
        let mut request =
            Request::builder().method(method).uri(&url).header("authorization", format!("Bearer {token}"));
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        if let Some((kind, _)) = &body {
            request = request.header("content-type", *kind);
        }
        let wrong = |err: ureq::http::Error| Failure::refused(format!("{url}: {err}"), "this is no URL of a place");
        let answered = match body {
            Some((_, bytes)) => self.agent.run(request.body(bytes).map_err(wrong)?),
            None => self.agent.run(request.body(()).map_err(wrong)?),
        };
        let (parts, mut body) = answered.map_err(|err| self.unreached(&err))?.into_parts();
        let text = body.with_config().limit(LONGEST).read_to_vec().map_err(|err| self.unreached(&err))?;
        let body = match serde_json::from_slice(&text) {
            Ok(body) => body,
            Err(_) if text.iter().all(u8::is_ascii_whitespace) || !parts.status.is_success() => Value::Null,
            Err(_) => {
                return Err(Failure::later(format!("{} answered with something that is no JSON", self.place.host)));
            }
        };
        self.passes(Answer { status: parts.status.as_u16(), body, headers: parts.headers })
    }

    /// Returns the answer, unless it says that it may be another one later, or that it does not know us.
    fn passes(&self, answer: Answer) -> Result<Answer, Failure> {
        let host = &self.place.host;
        let said = plain(answer.text("/message")).chars().take(200).collect::<String>();
        let reason = format!("{host} answered {}{}{said}", answer.status, if said.is_empty() { "" } else { ": " });
        match answer.status {
            401 => Err(self.unknown(&format!("{host} does not know the token that git has for it"))),
            429 => Err(Failure::Later { reason, after: answer.retry_after().or(Some(Duration::from_secs(30))) }),
            // One that names what is wrong: whether that passes, the adapter knows.
            500 if answer.body.get("errors").is_some_and(Value::is_array) => Ok(answer),
            408 | 425 | 500..=599 => Err(Failure::Later { reason, after: answer.retry_after() }),
            _ => Ok(answer),
        }
    }

    fn unreached(&self, err: &ureq::Error) -> Failure {
        let reason = format!("{} cannot be asked: {}", self.place.host, crate::ops::chain(err));
        match err {
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => Failure::refused(
                format!("{} is not known to be the right one: {}", self.place.host, crate::ops::chain(err)),
                "the system's authorities have to vouch for it; SSL_CERT_FILE names a file of others",
            ),
            ureq::Error::Io(io) if io.to_string().contains("certificate") => Failure::refused(
                format!("{} is not known to be the right one: {io}", self.place.host),
                "the system's authorities have to vouch for it; SSL_CERT_FILE names a file of others",
            ),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::refused(reason, "this is no URL of a place"),
            _ => Failure::later(reason),
        }
    }
}
