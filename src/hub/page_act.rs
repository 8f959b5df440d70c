//! `POST /ui/act`: what the buttons of the pages do. Who acted is sent back to where they were, and told what became of
//! it, or why not: in the words of the command line.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::page_answer::{go, refuse};
use super::page_do::{Refused, perform};
use super::page_mirrors;
use super::page_sign_in::{cookie, field, form};
use super::state::Hub;
use crate::access::{Principal, Scope, Secret};
use crate::log::{self, Level};
use crate::page::{Deed, Message};
use crate::wire::Problem;

pub(super) async fn act(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let (headers, fields) = match form(&hub, request).await {
        Ok(form) => form,
        Err(problem) => return refuse(&problem),
    };
    let deed = deed(&fields).map(|deed| deed.word()).unwrap_or_default();
    let response = take(&hub, &headers, fields).await.unwrap_or_else(|problem| refuse(&problem));
    note(&hub, &deed, response.status().as_u16());
    response
}

/// Writes down what was pressed, and how it ended: no name, and no word of anybody's. Whoever is not known could fill the log.
fn note(hub: &Hub, deed: &str, status: u16) {
    if status != 401 {
        log::append(
            &hub.common_dir,
            Level::Info,
            "hub",
            &format!("method=POST path=/ui/act do={deed} status={status}"),
        );
    }
}

async fn take(hub: &Arc<Hub>, headers: &HeaderMap, fields: Vec<(String, String)>) -> Result<Response, Problem> {
    let unknown = || Problem::new(401, "this browser is not known").hint("`git chittysync hub open` prints a link");
    let secret = cookie(hub, headers).ok_or_else(unknown)?;
    let mut back = back(field(&fields, "back")).to_owned();
    // Where what was to be done is shown anew, for a form that has such a page.
    let again = field(&fields, "again").to_owned();
    let (who, message) = match deed(&fields) {
        Some(Deed::Mirror(what, name)) => {
            let who = hub.aside(move |hub| allowed(hub, &secret, &fields)).await?;
            (who, (page_mirrors::act(hub, what, name).await?, None))
        }
        deed => {
            // Whoever decides on agents may be far away: nobody else waits for that.
            let is_of_agents = matches!(deed, Some(Deed::Pause | Deed::Resume | Deed::Reset(_)));
            // One act after the other, of pages and of the API: what an undo looked at is what it takes back. It is
            // waited for without a thread, as one that is waited for may need one.
            let saying = if is_of_agents { None } else { Some(Arc::clone(&hub.saying).lock_owned().await) };
            let acted = hub.aside(move |hub| {
                let _saying = saying;
                said(hub, &secret, &fields)
            });
            acted.await?
        }
    };
    if message.0.is_refused && !again.is_empty() {
        back = self::back(&again).to_owned();
    }
    // One that got other words is another one.
    if let Some(id) = message.1.as_ref().filter(|_| back.starts_with("/ui/todo/")) {
        back = format!("/ui/todo/{id}");
    }
    hub.follower.look();
    let mark = if back.contains('?') { '&' } else { '?' };
    let number = hub.pages.say(&who.token, message.0);
    let at = message.1.map(|id| format!("#r-{id}")).unwrap_or_default();
    Ok(go(&format!("{back}{mark}said={number}{at}")))
}

/// Returns what became of an act, and the todo that it was about.
type Told = (Message, Option<String>);

/// Returns who acts, if they may, and did so on one of our pages.
fn allowed(hub: &Hub, secret: &Secret, fields: &[(String, String)]) -> Result<Principal, Problem> {
    let who = hub.holder(secret, Scope::Write)?;
    let strange = || Problem::new(403, "this form is not one of ours, or too old").hint("Open the page again.");
    if secret.is_form_key(field(fields, "key")) { Ok(who) } else { Err(strange()) }
}

fn said(hub: &Hub, secret: &Secret, fields: &[(String, String)]) -> Result<(Principal, Told), Problem> {
    let who = allowed(hub, secret, fields)?;
    let deed = deed(fields).ok_or_else(|| Problem::new(422, "there is no such act"))?;
    let store = hub.store()?;
    match perform(&store, &deed, fields) {
        Ok((message, id)) => Ok((who, (message, id.map(|id| id.to_string())))),
        Err(Refused::No(message)) => Ok((who, (message, None))),
        Err(Refused::Ops(err)) => Err(hub.trouble(&err)),
    }
}

fn deed(fields: &[(String, String)]) -> Option<Deed> {
    Deed::parse(field(fields, "do"))
}

/// Returns the page to go back to: one of ours.
fn back(path: &str) -> &str {
    let rest = path.strip_prefix("/ui").unwrap_or("x");
    let is_ours = rest.is_empty() || rest.starts_with(['/', '?']);
    if is_ours && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') { path } else { "/ui" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        for ours in ["/ui", "/ui/todos?q=a%20b&page=2", "/ui?x=1", "/ui/todo/1ad170ea"] {
            assert_eq!(back(ours), ours);
        }
        for other in [
            "",
            "//evil.example",
            "https://evil.example/ui",
            "/uix",
            "/ui.evil",
            "/ui\r\nX: y",
            "/ui/\u{e9}",
            "/ui#a",
            "/api/todos",
        ] {
            assert_eq!(back(other), "/ui", "{other:?}");
        }
    }
}
