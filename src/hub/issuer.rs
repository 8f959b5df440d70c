//! Whether a token is one that this hub signed, and still is good.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::failed::failed;
use super::{keys, tokens, verify};
use crate::access::{Principal, Record, Scope, TokenError};
use crate::cli::present;
use crate::wire::Problem;

/// Whoever signs: this hub, by the name that it has outside.
pub(super) struct Issuer {
    pub address: String,
    common_dir: PathBuf,
}

impl Issuer {
    pub(super) fn new(address: String, common_dir: &Path) -> Self {
        verify::install();
        Issuer { address, common_dir: common_dir.to_owned() }
    }

    /// Returns who has this token; nothing when it names none of our keys, and so is somebody else's.
    pub(super) fn principal(&self, token: &str) -> Option<Result<Principal, Problem>> {
        let found = self.record(token, Some(&self.address))?;
        Some(found.and_then(|record| {
            let scope = Scope::parse(&record.scope).ok_or_else(|| not_good(&TokenError::Unknown.to_string()))?;
            Ok(Principal { token: record.id, device: record.device, scope })
        }))
    }

    /// Returns what is kept of a token that we signed: for these, or for anybody. Nothing when it names none of our keys.
    pub(super) fn record(&self, token: &str, audience: Option<&str>) -> Option<Result<Record, Problem>> {
        let id = jsonwebtoken::decode_header(token).ok()?.kid?;
        let trouble = |reason: String| failed(&self.common_dir, &reason);
        let known = match keys::read(&self.common_dir) {
            Ok(known) => known,
            Err(reason) => return Some(Err(trouble(reason))),
        };
        let key = known.iter().find(|key| key.id == id)?;
        let look = || {
            let public =
                serde_json::from_value(key.public().map_err(trouble)?).map_err(|err| trouble(err.to_string()))?;
            let claims = verify::claims(token, &public, &self.address, audience).map_err(|reason| not_good(&reason))?;
            let all = tokens::read(&self.common_dir).map_err(trouble)?;
            let record = all.into_iter().find(|record| record.signed.is_some() && claims["jti"] == json!(record.id));
            let record = record.ok_or_else(|| not_good(&TokenError::Unknown.to_string()))?;
            match record.flaw(present()) {
                Some(flaw) => Err(not_good(&flaw.to_string())),
                None => Ok(record),
            }
        };
        Some(look())
    }
}

fn not_good(reason: &str) -> Problem {
    Problem::new(401, format!("this token is not good: {reason}"))
}
