//! Tokens that an issuer signed (JWT). Its public keys are fetched when one is needed that is not there, seldom, and
//! otherwise in the background: no request waits for them but the first.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::ask::{self, LONGEST_WAIT};
use super::verify;
use crate::access::{Principal, outsider};
use crate::settings::Keys;
use crate::wire::Problem;

/// Only with a public key: whoever knows how to check such a signature cannot make one.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
/// Older keys are asked for again; those that are there are good meanwhile.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// Keys that nobody could ask for again are not believed for longer: one may have been stolen.
const OLDEST: Duration = Duration::from_secs(24 * 60 * 60);
/// Whoever sends keys that do not exist has us ask no more often.
const AGAIN: Duration = Duration::from_secs(30);
/// No issuer has more keys, and no token is longer.
const MOST_KEYS: usize = 100;
const LONGEST: usize = 16 << 10;

/// An issuer.
pub(super) struct Signed {
    keys: Keys,
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
    pub(super) fn new(keys: Keys) -> Self {
        verify::install();
        Signed { keys, known: Arc::default(), asking: Arc::default() }
    }

    /// Returns who has this token.
    pub(super) async fn principal(&self, token: &str) -> Result<Principal, Problem> {
        let no = |reason: &str| Problem::new(401, format!("this token is not good: {reason}"));
        if token.len() > LONGEST {
            return Err(no("it is too long"));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| no("it cannot be read"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(no("it is not signed with RS256, ES256 or EdDSA"));
        }
        let id = header.kid.ok_or_else(|| no("it names no key"))?;
        let key = self.key(&id).await.ok_or_else(|| no("its issuer has no such key, or cannot be asked"))?;
        let key = usable(&key, header.alg).ok_or_else(|| no("its key is not for this"))?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.keys.issuer]);
        validation.set_audience(&[&self.keys.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).map_err(|err| no(&err.to_string()))?;
        outsider(&self.keys.issuer, &claims.claims)
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
        let asked = tokio::spawn(ask_again(self.keys.url.clone(), Arc::clone(&self.known), Arc::clone(&self.asking)));
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
        let found = found.filter(|_| age.is_some_and(|age| age < OLDEST));
        let may_ask = known.asked.is_none_or(|asked| asked.elapsed() >= AGAIN);
        (found.cloned(), age.is_none_or(|age| age >= FRESH), may_ask)
    }
}

/// Asks for the keys. Of several who want them at once, one asks and all wait.
async fn ask_again(url: String, known: Arc<Mutex<Known>>, asking: Arc<tokio::sync::Mutex<()>>) {
    let _asking = asking.lock().await;
    {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.asked.is_some_and(|asked| asked.elapsed() < AGAIN) {
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

/// Returns a key to check a signature with, if it is one for that and for this way of signing.
fn usable(key: &Jwk, algorithm: Algorithm) -> Option<DecodingKey> {
    let common = &key.common;
    let is_for_signatures = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let may_verify = common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for_this = common.key_algorithm.is_none_or(|own| own.to_string() == format!("{algorithm:?}"));
    let found = DecodingKey::from_jwk(key).ok().filter(|found| found.family() == algorithm.family());
    found.filter(|_| is_for_signatures && may_verify && is_for_this)
}
