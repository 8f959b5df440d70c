//! How mirrors are doing, for the page that tells of each. No place is asked for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::page::show;
use super::state::Hub;
use crate::ops::MirrorStatus;
use crate::page::{self, Mirror};
use crate::store::Store;
use crate::todo::Time;
use crate::wire::Problem;

/// `/ui/mirrors`.
pub(super) async fn mirrors(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| {
        asked.needs_write()?;
        let unread = |_| Problem::new(500, "the mirrors cannot be read").hint("`git chittysync mirror list` says why");
        let all = MirrorStatus::all(asked.store).map_err(unread)?;
        Ok(page::mirrors(sight, &all.iter().map(|one| of(one, asked.store)).collect::<Vec<_>>()))
    })
    .await
}

/// Returns what is known of one. What a place said can have anything in it.
fn of(status: &MirrorStatus, store: &Store) -> Mirror {
    let clean = |text: &str| store.settings.redactor.text(text, &mut BTreeSet::new()).into_owned();
    let time = |text: &Option<String>| text.as_deref().and_then(Time::parse);
    let MirrorStatus { mirror, checkpoint, behind, since, parked, runs } = status;
    Mirror {
        name: mirror.name.clone(),
        kind: mirror.kind.as_str().to_owned(),
        place: mirror.place().as_deref().map(clean),
        is_two_way: mirror.kind.is_two_way(),
        projects: mirror.projects.clone(),
        is_paused: mirror.paused,
        has_begun: checkpoint.is_some(),
        behind: *behind,
        since: *since,
        last_success: time(&runs.last_success),
        last: time(&runs.last),
        next: time(&runs.next),
        failures: runs.failures,
        error: runs.error.as_deref().map(|error| (clean(error), runs.remedy.as_deref().map(clean))),
        parked: parked.iter().map(|(id, why)| (id.clone(), clean(why))).collect(),
    }
}
