//! Errors as RFC 9457 has them.

use serde_json::{Map, Value, json};

/// Why a request was not answered with what it asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// What to do.
    pub hint: Option<String>,
    /// What else a client of the original looks for.
    pub more: Map<String, Value>,
}

impl Problem {
    /// Returns a problem with this status.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Problem { status, detail: detail.into(), hint: None, more: Map::new() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.into(), value);
        self
    }

    /// Returns what the status means.
    pub fn title(&self) -> &'static str {
        match self.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            409 => "Conflict",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            421 => "Misdirected Request",
            422 => "Unprocessable Content",
            426 => "Upgrade Required",
            429 => "Too Many Requests",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }

    /// Returns the document. `error` is what clients of the original print.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "success": false,
            "error": self.detail,
        });
        if let Some(hint) = &self.hint {
            document["hint"] = json!(hint);
        }
        for (key, value) in &self.more {
            document[key] = value.clone();
        }
        document
    }
}
