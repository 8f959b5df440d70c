//! Tokens that a hub signs, for itself and for others: who asks for one, and what it then says.

use serde_json::{Map, Value, json};

use super::{Principal, Record, Scope, SignedFor, outsider};
use crate::todo::{Time, one_line};

/// How long one is good, in seconds: unless something else is asked for, and at most. Nobody elsewhere hears of one that
/// is taken back, so none is good for long.
const USUAL: i64 = 60 * 60;
const LONGEST: i64 = 24 * 60 * 60;
/// Whom a token is for is no longer.
const LONGEST_AUDIENCE: usize = 200;

/// A token that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// What it allows, and for which device.
    pub who: Principal,
    /// What is kept of it.
    pub signed: SignedFor,
    /// For how many seconds it is good.
    pub seconds: i64,
}

impl Issued {
    /// How long a token is good at most, in milliseconds: for so long a key is needed with which none is signed any more.
    pub const LONGEST: i64 = 1000 * LONGEST;

    /// Reads what was asked for. What the token allows is found in it by the same function by which other hubs do; nobody
    /// gets one that allows more than their own.
    ///
    /// # Errors
    /// When it would name nobody, allow nothing or too much, or be good for too long.
    pub fn asked(issuer: &str, by: &Principal, given: &Value) -> Result<Self, String> {
        let mut claims = Map::new();
        for (name, others) in
            [("sub", "chittyId"), ("device", "device"), ("scope", "scope"), ("permissions", "permissions")]
        {
            let value = [name, others].iter().map(|key| &given[*key]).find(|value| !value.is_null());
            claims.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        let claims = Value::Object(claims);
        let who = outsider(issuer, &claims)?;
        if !by.may(who.scope) {
            return Err(format!("a token for '{}' makes none for '{}'", by.scope.as_str(), who.scope.as_str()));
        }
        let seconds = match &given["expiresIn"] {
            Value::Null => USUAL,
            seconds => seconds
                .as_i64()
                .filter(|seconds| (1..=LONGEST).contains(seconds))
                .ok_or_else(|| format!("'expiresIn' is a number of seconds, and no more than {LONGEST}"))?,
        };
        let audience = match &given["audience"] {
            Value::Null => Some(issuer.to_owned()),
            text => text.as_str().and_then(one_line).filter(|text| text.chars().count() <= LONGEST_AUDIENCE),
        };
        let audience = audience.ok_or("'audience' is a text: what the other hub has as chittysync.hubAudience")?;
        let subject = claims["sub"].as_str().and_then(one_line).ok_or("it names nobody")?;
        Ok(Issued { who, signed: SignedFor { subject, audience, by: by.token.clone() }, seconds })
    }

    /// Returns what is kept of it under this id.
    pub fn record(&self, id: &str, now: Time) -> Record {
        Record {
            id: id.to_owned(),
            // No secret has this hash.
            hash: String::new(),
            device: self.who.device.clone(),
            scope: self.who.scope.as_str().to_owned(),
            browser: false,
            signed: Some(self.signed.clone()),
            created: now.to_string(),
            expires: Some(Time::from_millis(now.millis() + 1000 * self.seconds).to_string()),
            revoked: None,
        }
    }

    /// Returns what it says, made at this second.
    pub fn claims(&self, issuer: &str, id: &str, now: i64) -> Value {
        json!({
            "iss": issuer,
            "sub": self.signed.subject,
            "aud": self.signed.audience,
            "device": self.who.device,
            "scope": format!("chittysync:{}", self.who.scope.as_str()),
            "jti": id,
            "iat": now,
            "exp": now + self.seconds,
        })
    }
}

/// Returns the words of the original for what a scope allows.
pub fn permissions(scope: Scope) -> Vec<&'static str> {
    Scope::ALL.into_iter().filter(|one| *one <= scope).map(Scope::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://todos.example";

    fn asked(scope: Scope, given: &Value) -> Result<Issued, String> {
        Issued::asked(HERE, &Principal { token: "0a".into(), device: "laptop".into(), scope }, given)
    }

    #[test]
    fn what_is_asked_for_is_what_another_hub_finds() {
        let given = json!({"chittyId": "01-P-EO-0001-T-25-C-X", "permissions": ["read", "write"], "device": "phone"});
        let issued = asked(Scope::Admin, &given).expect("good");
        let claims = issued.claims(HERE, "00ff", 100);
        assert_eq!((&claims["iat"], &claims["exp"], &claims["aud"]), (&json!(100), &json!(3_700), &json!(HERE)));
        assert_eq!(outsider(HERE, &claims), Ok(issued.who.clone()));
        assert_eq!((issued.who.device.as_str(), issued.who.scope), ("phone", Scope::Write));
        let other = json!({"sub": "x", "scope": "chittysync:read", "expiresIn": 86_400, "audience": "others"});
        let issued = asked(Scope::Read, &other).expect("good");
        assert_eq!((issued.seconds, issued.signed.audience.as_str()), (86_400, "others"));
        assert_eq!(permissions(issued.who.scope), ["read"]);
    }

    #[test]
    fn what_is_not_given() {
        let good = json!({"sub": "x", "scope": "chittysync:write"});
        assert!(asked(Scope::Write, &good).is_ok());
        for (key, value) in [
            ("sub", json!(null)),
            ("sub", json!("\n")),
            ("scope", json!("write")),
            ("scope", json!("chittysync:admin")),
            ("permissions", json!(["admin"])),
            ("expiresIn", json!(0)),
            ("expiresIn", json!(86_401)),
            ("expiresIn", json!(-1)),
            ("expiresIn", json!("1h")),
            ("audience", json!("")),
            ("audience", json!(["a", "b"])),
            ("device", json!("d".repeat(81))),
        ] {
            let mut given = good.clone();
            given[key] = value;
            assert!(asked(Scope::Write, &given).is_err(), "{given}");
        }
    }
}
