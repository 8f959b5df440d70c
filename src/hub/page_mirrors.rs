//! The page of mirrors: how each is doing, and what its buttons do. No place is asked for the page.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::mirror_run::Became;
use super::page::show;
use super::state::Hub;
use crate::ops::MirrorStatus;
use crate::page::{self, AtMirror, Message, Mirror};
use crate::store::Store;
use crate::todo::Time;
use crate::wire::Problem;

/// `/ui/mirrors`.
pub(super) async fn mirrors(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| {
        asked.needs_write()?;
        let unread = |_| Problem::new(500, "the mirrors cannot be read").hint("`git chittysync mirror list` says why");
        let all = MirrorStatus::all(asked.store).map_err(unread)?;
        let one = |status| {
            let status = clean(status, asked.store);
            Mirror { running: asked.hub.mirroring.since(&status.mirror.name), ..of(status) }
        };
        Ok(page::mirrors(sight, &all.into_iter().map(one).collect::<Vec<_>>()))
    })
    .await
}

/// Returns what is known of one without credentials: what a place said can have anything in it.
pub(super) fn clean(mut status: MirrorStatus, store: &Store) -> MirrorStatus {
    let clean = |text: &mut String| *text = store.settings.redactor.text(text, &mut BTreeSet::new()).into_owned();
    status.runs.error.iter_mut().for_each(clean);
    status.runs.remedy.iter_mut().for_each(clean);
    status.parked.iter_mut().for_each(|(_, why)| clean(why));
    clean(&mut status.mirror.url);
    status
}

fn of(status: MirrorStatus) -> Mirror {
    let time = |text: &Option<String>| text.as_deref().and_then(Time::parse);
    let MirrorStatus { mirror, checkpoint, behind, since, parked, runs } = status;
    Mirror {
        name: mirror.name.clone(),
        kind: mirror.kind.as_str().to_owned(),
        place: mirror.place(),
        is_two_way: mirror.kind.is_two_way(),
        projects: mirror.projects,
        is_paused: mirror.paused,
        running: None,
        has_begun: checkpoint.is_some(),
        behind,
        since,
        last_success: time(&runs.last_success),
        last: time(&runs.last),
        next: time(&runs.next),
        failures: runs.failures,
        error: runs.error.map(|error| (error, runs.remedy)),
        parked,
    }
}

/// Does what a button of a mirror stands for, and says what became of it.
pub(super) async fn act(hub: &Arc<Hub>, what: AtMirror, name: String) -> Result<Message, Problem> {
    match what {
        AtMirror::Sync | AtMirror::Again => {
            let became = hub.run_mirror(name.clone(), what == AtMirror::Again, None).await?;
            Ok(told(&name, became))
        }
        AtMirror::Pause => hub.aside(move |hub| pause(hub, &name, true)).await,
        AtMirror::Resume => hub.aside(move |hub| pause(hub, &name, false)).await,
    }
}

fn told(name: &str, became: Became) -> Message {
    match became {
        Became::Running(_) => Message {
            text: format!("{name}: it is being brought up to date"),
            hints: vec!["This page tells when that is over.".to_owned()],
            ..Message::default()
        },
        Became::Ended(outcome) => {
            let told = outcome.told.clone();
            let is_refused = outcome.status != 200;
            Message { text: told.text, hints: told.left.into_iter().chain(told.hint).collect(), is_refused, undo: None }
        }
    }
}

fn pause(hub: &Hub, name: &str, paused: bool) -> Result<Message, Problem> {
    Ok(match hub.pause_mirror(name, paused)? {
        Ok(()) => {
            let text = if paused { "is left alone" } else { "is looked after" };
            Message { text: format!("The mirror {name} {text}"), ..Message::default() }
        }
        Err(failure) => {
            Message { text: failure.to_string(), hints: vec![failure.remedy(name)], is_refused: true, undo: None }
        }
    })
}
