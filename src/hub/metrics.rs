//! How the hub is doing: whether it can serve, and numbers for who watches it.

use std::sync::atomic::Ordering;

use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{VERSION, plain};
use super::state::Hub;
use crate::wire::Problem;

/// Returns whether the store can be read and written. Whoever asks has no token, so nobody is held up by it: the store's
/// lock is not taken.
pub(super) fn ready(hub: &Hub) -> Result<Value, Problem> {
    let no = |what: &str| {
        let problem = Problem::new(503, format!("the hub cannot serve: {what}"));
        problem.hint("its log on the hub's machine says why")
    };
    let store = hub.store().map_err(|_| no("its store cannot be opened"))?;
    hub.shown(&store).map_err(|_| no("its branch cannot be read"))?;
    tempfile::tempfile_in(store.repo.common_dir()).map_err(|_| no("its store cannot be written"))?;
    Ok(json!({ "status": "ready" }))
}

/// `GET /metrics`: numbers as Prometheus reads them. No words of a todo, no names.
pub(super) fn metrics(hub: &Hub) -> Result<Response, Problem> {
    let store = hub.store()?;
    let shown = hub.shown(&store)?;
    let counts = shown.everything.counts();
    let sessions = store.repo.sessions().map_err(|err| hub.trouble(&err.into()))?.len();
    let mut text = format!("# TYPE chittysync_hub_info gauge\nchittysync_hub_info{{version=\"{VERSION}\"}} 1\n");
    let mut put = |kind: &str, name: &str, rows: &[(&str, u64)]| {
        text.push_str(&format!("# TYPE chittysync_{name} {kind}\n"));
        for (label, value) in rows {
            text.push_str(&format!("chittysync_{name}{label} {value}\n"));
        }
    };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let of = [
        ("{status=\"pending\"}", number(counts.pending)),
        ("{status=\"in_progress\"}", number(counts.in_progress)),
        ("{status=\"completed\"}", number(counts.completed)),
        ("{status=\"dropped\"}", number(counts.dropped)),
    ];
    put("gauge", "todos", &of);
    put("gauge", "conflicts", &[("", number(counts.conflicts))]);
    put("gauge", "projects", &[("", number(shown.everything.groups().len()))]);
    put("gauge", "session_refs", &[("", number(sessions))]);
    put("gauge", "listeners", &[("", number(hub.follower.listeners()))]);
    let counted = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    put("counter", "requests_total", &[("", counted(&hub.counted.requests))]);
    put("counter", "refused_total", &[("", counted(&hub.counted.refused))]);
    put("counter", "pushes_total", &[("", counted(&hub.counted.pushes))]);
    Ok(plain(text))
}
