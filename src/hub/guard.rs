//! What is looked at before any request: that it is meant for this hub, and that no page of somebody else's made a
//! browser send it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::state::Hub;
use crate::wire::Problem;

pub(super) async fn look(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    match check(&hub.hosts, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Says no to a name that is not ours: a page of somebody else's could have its own name lead here.
fn check(hosts: &[String], method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let is_ours = |text: &str| hosts.contains(&without_port(text).to_ascii_lowercase());
    let mut named = headers.get_all(HOST).iter();
    let host = named.next().and_then(|value| value.to_str().ok()).filter(|_| named.next().is_none());
    if !host.is_some_and(is_ours) {
        let hint = "`git chittysync hub --host <name>` has it answer under another name";
        return Err(Problem::new(421, "this hub is not called so").hint(hint));
    }
    if method.is_safe() { Ok(()) } else { from_here(headers) }
}

/// Says no to what a page of somebody else's made a browser send. Who sends no `Origin` is no browser.
pub(super) fn from_here(headers: &HeaderMap) -> Result<(), Problem> {
    // Another port of the same machine is somebody else.
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_own = |text: &str| text.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host));
    let origin = headers.get(ORIGIN).is_none_or(|value| value.to_str().is_ok_and(is_own));
    let site = headers.get("sec-fetch-site").is_none_or(|value| value == "same-origin" || value == "none");
    if origin && site { Ok(()) } else { Err(Problem::new(403, "another site sent this")) }
}

/// Returns the name in front of a port.
pub(super) fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(at) if !host.ends_with(']') && !host[..at].ends_with(':') && !host[at + 1..].is_empty() => {
            let is_port = host[at + 1..].bytes().all(|byte| byte.is_ascii_digit());
            if is_port { &host[..at] } else { host }
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(method: &Method, headers: &[(&str, &str)]) -> u16 {
        let hosts = ["localhost", "127.0.0.1", "[::1]", "hub.example"].map(str::to_owned);
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().expect("a name");
            all.append(name, value.parse().expect("a value"));
        }
        check(&hosts, method, &all).map_or_else(|problem| problem.status, |()| 200)
    }

    #[test]
    fn hosts() {
        for (host, status) in [
            ("localhost", 200),
            ("LOCALHOST:8377", 200),
            ("127.0.0.1:1", 200),
            ("[::1]", 200),
            ("[::1]:8377", 200),
            ("hub.example", 200),
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("localhost:8377.evil.example", 421),
            ("evil.example:8377", 421),
            ("127.0.0.1.", 421),
            ("", 421),
        ] {
            assert_eq!(checked(&Method::GET, &[("host", host)]), status, "{host}");
        }
        assert_eq!(checked(&Method::GET, &[]), 421);
        assert_eq!(checked(&Method::GET, &[("host", "localhost"), ("host", "evil.example")]), 421, "two of them");
    }

    #[test]
    fn another_site_cannot_write() {
        let ours = ("host", "localhost:8377");
        for (name, value, status) in [
            ("origin", "http://localhost:8377", 200),
            ("origin", "http://LOCALHOST:8377", 200),
            ("origin", "https://localhost:8377", 200),
            ("origin", "http://localhost", 403),
            ("origin", "http://localhost:8378", 403),
            ("origin", "http://127.0.0.1:8377", 403),
            ("origin", "https://evil.example", 403),
            ("origin", "null", 403),
            ("origin", "http://localhost.evil.example", 403),
            ("sec-fetch-site", "cross-site", 403),
            ("sec-fetch-site", "same-site", 403),
            ("sec-fetch-site", "same-origin", 200),
        ] {
            assert_eq!(checked(&Method::POST, &[ours, (name, value)]), status, "{name}: {value}");
            assert_eq!(checked(&Method::GET, &[ours, (name, value)]), 200, "reading: {name}: {value}");
        }
    }
}
