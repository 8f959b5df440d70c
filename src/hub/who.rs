//! Who asks: by a token of our own, or by one of somebody whose word counts here.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::state::Hub;
use super::tokens;
use crate::access::{self, Principal, Scope, Secret};
use crate::cli::present;
use crate::wire::Problem;

const HINT: &str = "`git chittysync hub token add` on the hub's machine makes a token";

impl Hub {
    /// Returns who asks.
    pub(super) async fn principal(self: &Arc<Self>, headers: &HeaderMap, scope: Scope) -> Result<Principal, Problem> {
        let given = headers.get(AUTHORIZATION).and_then(|value| access::presented(value.to_str().ok()?));
        let given = given.ok_or_else(|| Problem::new(401, "who asks has to present a token").hint(HINT))?;
        let who = match Secret::parse(&given) {
            Some(_) => self.found(&given)?,
            None => self.outside.principal(&given).await?,
        };
        allowed(who, scope)
    }

    /// Returns who has this token of ours.
    pub(super) fn holder(&self, secret: &Secret, scope: Scope) -> Result<Principal, Problem> {
        allowed(self.found(&secret.reveal())?, scope)
    }

    fn found(&self, given: &str) -> Result<Principal, Problem> {
        let known = tokens::read(&self.common_dir).map_err(|reason| self.failed(&reason))?;
        access::find(&known, given, present()).map_err(|err| Problem::new(401, err.to_string()).hint(HINT))
    }
}

fn allowed(who: Principal, scope: Scope) -> Result<Principal, Problem> {
    if who.may(scope) {
        return Ok(who);
    }
    let (has, needs) = (who.scope.as_str(), scope.as_str());
    Err(Problem::new(403, format!("this token is for '{has}', and this needs '{needs}'")).hint(HINT))
}
