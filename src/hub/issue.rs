//! Tokens that the hub signs, which it and other hubs believe by its public keys: making one, saying whether one is good,
//! taking one back.

use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::asked::Asked;
use super::introspect::now_millis;
use super::issuer::Issuer;
use super::state::Hub;
use super::{keys, tokens};
use crate::access::{self, Issued, Scope, Secret, permissions};
use crate::cli::present;
use crate::git::StoreLock;
use crate::wire::{Given, Op, Problem};

/// Returns the public keys of what is signed here.
pub(super) fn public(hub: &Hub) -> Result<Value, Problem> {
    let listed = || keys::read(&hub.common_dir)?.iter().map(keys::Key::public).collect::<Result<Vec<_>, _>>();
    let listed = hub.outside.issuer.is_some().then(listed).transpose().map_err(|reason| hub.failed(&reason))?;
    Ok(json!({ "keys": listed.unwrap_or_default() }))
}

/// Answers what is asked about tokens.
pub(super) fn answer(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let none = || {
        let problem = Problem::new(404, "this hub signs no tokens");
        problem
            .hint("`git config --global chittysync.hubAddress https://…` on its machine says under which name it does")
    };
    let issuer = hub.outside.issuer.as_ref().ok_or_else(none)?;
    match asked.operation.op {
        Op::Issue => issue(hub, issuer, asked),
        Op::Verify => say(hub, issuer, asked),
        _ => end(hub, asked),
    }
}

/// `POST /api/auth/token`.
fn issue(hub: &Hub, issuer: &Issuer, asked: &Asked) -> Result<Response, Problem> {
    let who = asked.who.as_ref().ok_or_else(|| Problem::new(401, "nobody is known to ask"))?;
    let shown = asked.headers.get(AUTHORIZATION).and_then(|value| access::presented(value.to_str().ok()?));
    if shown.is_none_or(|shown| Secret::parse(&shown).is_none()) {
        // One could otherwise live for ever by its children, and nobody could take it back.
        return Err(Problem::new(403, "a token that was signed signs no others")
            .hint("ask with one of `git chittysync hub token add --scope admin`"));
    }
    let given = Value::Object(Given::parse(&asked.body)?.0);
    let issued = Issued::asked(&issuer.address, who, &given).map_err(|reason| Problem::new(422, reason))?;
    let (now, fsync) = (present(), hub.store()?.settings.fsync);
    let trouble = |reason: String| hub.failed(&reason);
    let _lock = StoreLock::acquire(&hub.common_dir).map_err(|err| hub.trouble(&err.into()))?;
    let mut all = tokens::read(&hub.common_dir).map_err(trouble)?;
    all.retain(|record| record.signed.is_none() || !record.is_over(now));
    if all.iter().filter(|record| record.signed.is_some()).count() >= hub.limits.keys.signed {
        return Err(Problem::new(409, format!("{} signed tokens are good at this moment", hub.limits.keys.signed))
            .hint("ask for shorter ones, or take some back: DELETE /api/auth/session/<sessionId>"));
    }
    let key = keys::current(&hub.common_dir, now, hub.limits.keys.age, fsync).map_err(trouble)?;
    let id = tokens::id().map_err(trouble)?;
    let token = key.sign(&issued.claims(&issuer.address, &id, now_millis() / 1000)).map_err(trouble)?;
    all.push(issued.record(&id, now));
    tokens::write(&hub.common_dir, all, fsync).map_err(|err| trouble(err.to_string()))?;
    let document = json!({
        "success": true,
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": issued.seconds,
        "scope": format!("chittysync:{}", issued.who.scope.as_str()),
        "sessionId": id,
    });
    Ok(answer::json(201, &document))
}

/// `POST /api/auth/verify`: of a token that is not good nothing else is told.
fn say(hub: &Hub, issuer: &Issuer, asked: &Asked) -> Result<Response, Problem> {
    let token = Given::parse(&asked.body)?.needed(&["token"])?;
    let known = match Secret::parse(&token) {
        Some(_) => {
            let all = tokens::read(&hub.common_dir).map_err(|reason| hub.failed(&reason))?;
            let who = access::find(&all, &token, present()).ok();
            who.and_then(|who| all.into_iter().find(|record| record.id == who.token))
        }
        None => match issuer.record(&token, None) {
            Some(Err(problem)) if problem.status != 401 => return Err(problem),
            found => found.and_then(Result::ok),
        },
    };
    let Some(record) = known else { return Ok(answer::json(200, &json!({ "valid": false }))) };
    let subject = record.signed.as_ref().map_or(&record.device, |signed| &signed.subject);
    let document = json!({
        "valid": true,
        "chittyId": subject,
        "device": record.device,
        "permissions": Scope::parse(&record.scope).map(permissions).unwrap_or_default(),
        "audience": record.signed.as_ref().map(|signed| &signed.audience),
        "expires": record.expires,
    });
    Ok(answer::json(200, &document))
}

/// `DELETE /api/auth/session/<id>`.
fn end(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let (id, fsync) = (&asked.names[0], hub.store()?.settings.fsync);
    let _lock = StoreLock::acquire(&hub.common_dir).map_err(|err| hub.trouble(&err.into()))?;
    let mut all = tokens::read(&hub.common_dir).map_err(|reason| hub.failed(&reason))?;
    if !all.iter().any(|record| record.signed.is_some() && record.id == *id) {
        return Err(Problem::new(404, "there is no signed token of this id")
            .hint("tokens of devices are taken back on the hub's machine: `git chittysync hub token revoke <id>`"));
    }
    tokens::take_back(&mut all, id, present());
    tokens::write(&hub.common_dir, all, fsync).map_err(|err| hub.failed(&err.to_string()))?;
    Ok(answer::json(200, &json!({ "success": true, "revoked": true, "sessionId": id })))
}
