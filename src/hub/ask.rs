//! Asking an issuer of tokens, for a short time and a short answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::mirror::agent;

/// No request waits longer for what is asked on its behalf.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// No answer takes longer, and none has more bytes.
const LONGEST: Duration = Duration::from_secs(10);
const MOST: u64 = 256 << 10;

/// Returns what is there.
pub(super) fn get(url: &str) -> Result<Value, String> {
    let asked = client(url).get(url).config().timeout_global(Some(LONGEST)).build();
    read(asked.call().map_err(|err| err.to_string())?)
}

/// Asks by a document.
pub(super) fn post(url: &str, document: &Value) -> Result<Value, String> {
    let asked = client(url).post(url).config().timeout_global(Some(LONGEST)).build();
    let asked = asked.header("Content-Type", "application/json").header("Accept", "application/json");
    read(asked.send(document.to_string()).map_err(|err| err.to_string())?)
}

/// Settings let only addresses on this machine do without TLS.
fn client(url: &str) -> Agent {
    agent(url.starts_with("http://"))
}

fn read(mut answer: Response<Body>) -> Result<Value, String> {
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(MOST).read_to_string().map_err(|err| err.to_string())?;
    match status {
        200 => serde_json::from_str(&text).map_err(|err| err.to_string()),
        _ => Err(format!("it answered {status}")),
    }
}
