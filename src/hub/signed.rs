//! Tokens that an issuer signed (JWT). Its public keys are fetched when one is needed that is not there, seldom, and
//! otherwise in the background: no request waits for them but the first.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::Jwk;

use super::ask::{self, LONGEST_WAIT};
use super::limits::KeyLimits;
use super::verify;
use crate::access::{Principal, outsider};
use crate::settings::Keys;
use crate::wire::Problem;

/// No issuer has more keys, and no token is longer.
const MOST_KEYS: usize = 100;
const LONGEST: usize = 16 << 10;

/// An issuer.
pub(super) struct Signed {
    keys: Keys,
    limits: KeyLimits,
    known: Arc<Mutex<Known>>,
    /// Held by whoever asks for keys.
    asking: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: Vec<Jwk>,
    /// When they came.
    at: Option<Instant>,
    /// When they were last asked for.
    asked: Option<Instant>,
}

impl Signed {
    pub(super) fn new(keys: Keys, limits: KeyLimits) -> Self {
        verify::install();
        Signed { keys, limits, known: Arc::default(), asking: Arc::default() }
    }

    /// Returns who has this token.
    pub(super) async fn principal(&self, token: &str) -> Result<Principal, Problem> {
        let no = |reason: &str| Problem::new(401, format!("this token is not good: {reason}"));
        if token.len() > LONGEST {
            return Err(no("it is too long"));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| no("it cannot be read"))?;
        if !verify::is_taken(header.alg) {
            return Err(no("it is not signed with RS256, ES256 or EdDSA"));
        }
        let id = header.kid.ok_or_else(|| no("it names no key"))?;
        let key = self.key(&id).await.ok_or_else(|| no("its issuer has no such key, or cannot be asked"))?;
        let claims = verify::claims(token, &key, &self.keys.issuer, Some(&self.keys.audience));
        outsider(&self.keys.issuer, &claims.map_err(|reason| no(&reason))?)
            .map_err(|reason| Problem::new(403, format!("this token is not for us: {reason}")))
    }

    /// Returns a key of the issuer.
    async fn key(&self, id: &str) -> Option<Jwk> {
        let (found, is_due, may_ask) = self.look(id);
        if found.is_some() && !(is_due && may_ask) {
            return found;
        }
        if !may_ask {
            return None;
        }
        let asked = tokio::spawn(ask_again(
            self.keys.url.clone(),
            self.limits.again,
            Arc::clone(&self.known),
            Arc::clone(&self.asking),
        ));
        if found.is_some() {
            return found;
        }
        let _ = tokio::time::timeout(LONGEST_WAIT, asked).await;
        self.look(id).0
    }

    /// Returns a key that is known, whether it is time to ask for keys again, and whether that may be done now.
    fn look(&self, id: &str) -> (Option<Jwk>, bool, bool) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let age = known.at.map(|at| at.elapsed());
        let found = known.keys.iter().find(|key| key.common.key_id.as_deref() == Some(id));
        let found = found.filter(|_| age.is_some_and(|age| age < self.limits.oldest));
        let may_ask = known.asked.is_none_or(|asked| asked.elapsed() >= self.limits.again);
        (found.cloned(), age.is_none_or(|age| age >= self.limits.fresh), may_ask)
    }
}

/// Asks for the keys. Of several who want them at once, one asks and all wait.
async fn ask_again(url: String, again: Duration, known: Arc<Mutex<Known>>, asking: Arc<tokio::sync::Mutex<()>>) {
    let _asking = asking.lock().await;
    {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.asked.is_some_and(|asked| asked.elapsed() < again) {
            return;
        }
        known.asked = Some(Instant::now());
    }
    let answer = tokio::task::spawn_blocking(move || ask::get(&url)).await;
    let Ok(Ok(document)) = answer else { return };
    let Some(listed) = document["keys"].as_array() else { return };
    // One of a kind that is not known stands in the way of no other.
    let keys = listed.iter().take(MOST_KEYS).filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    (known.keys, known.at) = (keys, Some(Instant::now()));
}
