//! How a browser gets to be known: a code that is good once is exchanged for a token in a cookie that no script can
//! read and no other site can have sent.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::page_answer::{go_with, html};
use super::spool::whole;
use super::state::Hub;
use super::{open, tokens};
use crate::access::{self, Scope, Secret};
use crate::cli::present;
use crate::git::StoreLock;
use crate::page;
use crate::todo::Time;
use crate::wire::Problem;

/// How long a browser is known.
const DAYS: i64 = 30;

/// So many bytes a form may have.
const FORM: usize = 256 << 10;

/// Returns the token that a browser has.
pub(super) fn cookie(hub: &Hub, headers: &HeaderMap) -> Option<Secret> {
    let given = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = given.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == hub.pages.cookie).and_then(|(_, value)| Secret::parse(value))
}

/// Returns the headers of a request as a program would have sent them that has this token.
pub(super) fn presented(mut headers: HeaderMap, secret: &Secret) -> HeaderMap {
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", secret.reveal())) {
        headers.insert(AUTHORIZATION, value);
    }
    headers
}

/// Takes a form's fields. A page of another site can send a form, but not as one of ours ([`super::guard`]).
pub(super) async fn form(hub: &Hub, request: Request) -> Result<(HeaderMap, Vec<(String, String)>), Problem> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::new(415, "this is for forms"));
    }
    let body = whole(body, FORM, hub.limits.stall).await?;
    Ok((parts.headers, page::fields(&String::from_utf8_lossy(&body))))
}

/// Returns a field of a form; nothing when it is empty or missing.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

pub(super) async fn page() -> Response {
    html(StatusCode::OK, page::sign_in(None))
}

pub(super) async fn sign_in(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let (_, fields) = match form(&hub, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match hub.aside(move |hub| exchange(hub, field(&fields, "code"))).await {
        Ok(secret) => go_with("/ui", Some(&cookie_of(&hub, &secret.reveal(), DAYS * 24 * 60 * 60))),
        Err(problem) if problem.status == 401 => html(StatusCode::UNAUTHORIZED, page::sign_in(Some(&problem.detail))),
        Err(problem) => problem.into_response(),
    }
}

/// Exchanges a code for a token. Whoever comes second with it gets nothing.
fn exchange(hub: &Hub, code: &str) -> Result<Secret, Problem> {
    let (store, now) = (hub.store()?, present());
    let path = open::codes(&hub.common_dir);
    let failed = |reason: String| hub.failed(&reason);
    let used = |_| Problem::new(401, "This link was used before, or is too old.");
    // Who only guesses does not keep anybody from writing.
    access::find(&tokens::read_from(&path).map_err(failed)?, code.trim(), now).map_err(used)?;
    let _lock = StoreLock::acquire(&hub.common_dir).map_err(|err| failed(err.to_string()))?;
    let mut codes = tokens::read_from(&path).map_err(failed)?;
    let who = access::find(&codes, code.trim(), now).map_err(used)?;
    codes.retain(|record| record.id != who.token && record.flaw(now).is_none());
    tokens::write_to(&path, codes, store.settings.fsync).map_err(|err| failed(err.to_string()))?;
    let expires = Time::from_millis(now.millis() + DAYS * 24 * 60 * 60 * 1000);
    let (secret, mut record) = tokens::make(&who.device, who.scope, now, Some(expires)).map_err(failed)?;
    record.browser = true;
    let mut all = tokens::read(&hub.common_dir).map_err(failed)?;
    // Those of browsers come and go by themselves.
    all.retain(|record| !record.browser || record.flaw(now).is_none());
    all.push(record);
    tokens::write(&hub.common_dir, all, store.settings.fsync).map_err(|err| failed(err.to_string()))?;
    open::was_opened(&hub.common_dir);
    Ok(secret)
}

pub(super) async fn sign_out(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let gone = cookie_of(&hub, "", 0);
    let (headers, fields) = match form(&hub, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let Some(secret) = cookie(&hub, &headers).filter(|secret| secret.is_form_key(field(&fields, "key"))) else {
        return go_with("/ui/login", None);
    };
    let revoked = hub.aside(move |hub| {
        hub.holder(&secret, Scope::Read)?;
        let failed = |reason: String| hub.failed(&reason);
        let _lock = StoreLock::acquire(&hub.common_dir).map_err(|err| failed(err.to_string()))?;
        let mut all = tokens::read(&hub.common_dir).map_err(failed)?;
        all.retain(|record| !record.browser || record.id != secret.id());
        tokens::write(&hub.common_dir, all, hub.store()?.settings.fsync).map_err(|err| failed(err.to_string()))
    });
    match revoked.await {
        Ok(()) => go_with("/ui/login", Some(&gone)),
        Err(problem) if problem.status == 401 => go_with("/ui/login", Some(&gone)),
        Err(problem) => problem.into_response(),
    }
}

/// Returns the cookie with this value.
fn cookie_of(hub: &Hub, value: &str, seconds: i64) -> String {
    let (name, secure) = (&hub.pages.cookie, if hub.pages.is_secure { "; Secure" } else { "" });
    format!("{name}={value}; Path=/ui; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}
