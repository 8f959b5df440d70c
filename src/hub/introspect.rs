//! Tokens that somebody else answers for: it is asked whether one is good, and believed for a minute. When it cannot be
//! asked, no such token is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::ask::{self, LONGEST_WAIT};
use crate::access::{Principal, outsider};
use crate::todo::Time;
use crate::wire::Problem;

/// How long it is believed that a token is good, and that it is not.
const GOOD: Duration = Duration::from_secs(60);
const BAD: Duration = Duration::from_secs(10);
/// So many answers are remembered, and asked for at once.
const REMEMBERED: usize = 1_000;
const AT_ONCE: usize = 4;
/// No token is shorter or longer.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=512;

type Answer = Result<Principal, Problem>;
/// Of a token only a hash is kept.
type Remembered = HashMap<[u8; 32], (Answer, Instant)>;

/// Whoever answers for tokens.
pub(super) struct Introspection {
    url: String,
    remembered: Mutex<Remembered>,
    /// So many answers are remembered.
    most: usize,
    asking: Arc<Semaphore>,
}

impl Introspection {
    pub(super) fn new(url: String) -> Self {
        Introspection { url, remembered: Mutex::default(), most: REMEMBERED, asking: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Returns who has this token.
    pub(super) async fn principal(&self, token: &str) -> Answer {
        let is_one = LENGTHS.contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_one {
            return Err(Problem::new(401, "this token is not known here"));
        }
        let key: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.remembered(&key) {
            return known;
        }
        let away =
            || Problem::new(503, "whoever answers for this token cannot be asked now").hint("try again in a moment");
        let asked = async {
            let place = Arc::clone(&self.asking).acquire_owned().await.map_err(|_| away())?;
            // Somebody may have asked meanwhile.
            if let Some(known) = self.remembered(&key) {
                return known;
            }
            let (url, document) = (self.url.clone(), json!({ "token": token }));
            let asked = tokio::task::spawn_blocking(move || {
                let _place = place;
                ask::post(&url, &document)
            });
            let said = asked.await.map_err(|_| away())?.map_err(|_| away())?;
            let (answer, time) = believed(&self.url, &said);
            self.remember(key, answer.clone(), time);
            answer
        };
        tokio::time::timeout(LONGEST_WAIT, asked).await.unwrap_or_else(|_| Err(away()))
    }

    fn remembered(&self, key: &[u8; 32]) -> Option<Answer> {
        let all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).filter(|(_, until)| Instant::now() < *until).map(|(answer, _)| answer.clone())
    }

    fn remember(&self, key: [u8; 32], answer: Answer, time: Duration) {
        let mut all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if all.len() >= self.most {
            all.retain(|_, (_, until)| now < *until);
        }
        if all.len() < self.most {
            all.insert(key, (answer, now + time));
        }
    }
}

/// Returns what an answer says of a token, and how long that is believed.
fn believed(url: &str, said: &Value) -> (Answer, Duration) {
    let no = |status: u16, reason: &str| (Err(Problem::new(status, format!("this token is not good: {reason}"))), BAD);
    if said["valid"] != json!(true) {
        return no(401, "whoever made it says so");
    }
    let until = match &said["expiresAt"] {
        Value::Null => None,
        Value::String(text) => match Time::parse(text) {
            Some(time) => Some(time.millis()),
            None => return no(401, "it is not clear how long"),
        },
        // Milliseconds; a number of seconds is long over.
        number => match number.as_i64() {
            Some(millis) => Some(millis),
            None => return no(401, "it is not clear how long"),
        },
    };
    let left = until.map(|until| until.saturating_sub(now_millis()));
    if left.is_some_and(|left| left <= 0) {
        return no(401, "it has expired");
    }
    let left = left.and_then(|left| u64::try_from(left).ok()).map_or(GOOD, Duration::from_millis);
    match outsider(url, said) {
        Ok(who) => (Ok(who), GOOD.min(left)),
        Err(reason) => no(403, reason),
    }
}

/// Whoever answers for tokens goes by the clock, whatever ours is set to.
pub(super) fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever makes up tokens fills it for a moment, and drives out nothing that is believed.
    #[test]
    fn so_many_are_remembered() {
        let asks = Introspection { most: 2, ..Introspection::new("https://auth.example".into()) };
        let bad = || Err(Problem::new(401, "this token is not known here"));
        let all = |asks: &Introspection| (1..=4).map(|key| asks.remembered(&[key; 32]).is_some()).collect::<Vec<_>>();
        asks.remember([1; 32], bad(), GOOD);
        asks.remember([2; 32], bad(), Duration::ZERO);
        assert_eq!(all(&asks), [true, false, false, false], "one that is over");
        asks.remember([3; 32], bad(), GOOD);
        asks.remember([4; 32], bad(), GOOD);
        assert_eq!(all(&asks), [true, false, true, false], "it took the place of one that is over");
    }

    #[test]
    fn what_is_believed() {
        let later = now_millis() + 5_000;
        for (said, status) in [
            (json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"]}), 200),
            (json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": later}), 200),
            (
                json!({"valid": true, "chittyId": "x", "scope": ["chittysync:read"], "expiresAt": "2999-01-01T00:00:00Z"}),
                200,
            ),
            (
                json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": "2020-01-01T00:00:00Z"}),
                401,
            ),
            (json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": 1}), 401),
            (json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": "soon"}), 401),
            (json!({"valid": true, "chittyId": "x", "scope": ["chittysync:write"], "expiresAt": {}}), 401),
            (json!({"valid": true, "chittyId": "x", "scope": ["mail:read"]}), 403),
            (json!({"valid": true, "scope": ["chittysync:write"]}), 403),
            (json!({"valid": false, "chittyId": "x", "scope": ["chittysync:write"]}), 401),
            (json!({"valid": "true", "chittyId": "x", "scope": ["chittysync:write"]}), 401),
            (json!({"active": true, "sub": "x", "scope": "chittysync:write"}), 401),
            (json!([]), 401),
            (json!(null), 401),
        ] {
            let (answer, time) = believed("https://auth.example", &said);
            assert_eq!(answer.as_ref().map_or_else(|problem| problem.status, |_| 200), status, "{said}");
            assert!(time <= if said["expiresAt"] == json!(later) { Duration::from_secs(5) } else { GOOD }, "{said}");
        }
    }
}
