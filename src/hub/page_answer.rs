//! Answers for a browser: pages, files, and where to go next.

use std::sync::OnceLock;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::git::zlib;
use crate::page;
use crate::wire::Problem;

/// Says on a page why there is nothing else.
pub(super) fn refuse(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html(status, page::nothing(problem.status, &problem.detail, problem.hint.as_deref()))
}

/// Returns a page. Nothing of it is kept by anybody on the way, and it can do nothing that is not ours.
pub(super) fn html(status: StatusCode, page: String) -> Response {
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CSP));
    // Not `no-referrer`: browsers then say of our own forms that they come from nowhere.
    headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
    headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

/// Returns a file of ours. Pages name it with its version, so it can be kept for ever. `small` keeps it compressed, for who
/// takes that. Pages are not compressed: how small one gets would tell of the secret that its forms carry.
pub(super) fn file(
    kind: &'static str,
    text: &'static str,
    small: &'static OnceLock<Option<Vec<u8>>>,
    asked: &HeaderMap,
) -> Response {
    let takes = |word: &str| word.trim() == "deflate";
    let taken = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let is_taken = taken.is_some_and(|words| words.split(',').any(takes));
    let small = is_taken.then(|| small.get_or_init(|| zlib(text.as_bytes()).ok()).as_deref()).flatten();
    let mut response = small.map_or_else(|| text.into_response(), IntoResponse::into_response);
    let headers = response.headers_mut();
    if small.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("deflate"));
    }
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// Sends a browser to another page.
pub(super) fn go(path: &str) -> Response {
    go_with(path, None)
}

/// As [`go`], with a cookie.
pub(super) fn go_with(path: &str, cookie: Option<&str>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in [(LOCATION, Some(path)), (SET_COOKIE, cookie)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
