//! The hub's own tokens: `cst_<id>_<secret>`. Only a hash of the secret is kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Principal, Scope};
use crate::todo::Time;

/// What a token begins with, so that it can be found in text that should not have it.
const PREFIX: &str = "cst_";

/// How many bytes of chance make the id, and the secret.
const ID_BYTES: usize = 4;
const SECRET_BYTES: usize = 32;

/// How many digits the key of a form has.
const FORM_KEY: usize = 32;

/// A token as its owner has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    id: String,
    secret: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.id)
    }
}

impl Secret {
    /// How many bytes of chance make one.
    pub const BYTES: usize = ID_BYTES + SECRET_BYTES;

    /// Returns the token that this much chance makes.
    pub fn of(chance: &[u8; Secret::BYTES]) -> Self {
        let (id, secret) = chance.split_at(ID_BYTES);
        Secret { id: hex(id), secret: hex(secret) }
    }

    /// Reads a token; nothing when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex = |part: &str, bytes: usize| {
            part.len() == 2 * bytes && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let fits = is_hex(id, ID_BYTES) && is_hex(secret, SECRET_BYTES);
        fits.then(|| Secret { id: id.into(), secret: secret.into() })
    }

    /// Returns the part that names it, and opens nothing.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns all of it, for whoever it is made for.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }

    /// Returns what the forms of somebody's pages carry who has this token. It does not lead back to the token, and no
    /// other site knows it.
    pub fn form_key(&self) -> String {
        let mut key = hex(&Sha256::digest(format!("form {}", self.secret)));
        key.truncate(FORM_KEY);
        key
    }

    /// Returns whether a form carries the right key.
    pub fn is_form_key(&self, given: &str) -> bool {
        is_same(&self.form_key(), given)
    }

    /// Returns what is kept of it.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.secret.as_bytes()))
    }
}

/// What is kept of a token that the hub signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFor {
    /// Who it was given to.
    pub subject: String,
    /// Whose hub takes it.
    pub audience: String,
    /// The token by which it was asked for.
    pub by: String,
}

/// What the hub keeps of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The part that names it.
    pub id: String,
    /// The SHA-256 of its secret.
    pub hash: String,
    /// The device whose sessions it speaks for.
    pub device: String,
    /// How much it allows, in a word.
    pub scope: String,
    /// Whether a browser got it, by a link that opens the pages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub browser: bool,
    /// Of one that was signed: nothing secret is kept of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedFor>,
    /// When it was made, in RFC 3339.
    pub created: String,
    /// When it stops being good; never when nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// When it was revoked, in RFC 3339. `None` if it is still good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
}

impl Record {
    /// Returns why it is not good at this time; nothing when it is.
    pub fn flaw(&self, now: Time) -> Option<TokenError> {
        if self.revoked.is_some() {
            return Some(TokenError::Revoked);
        }
        self.is_over(now).then_some(TokenError::Expired)
    }

    /// Returns whether its time is over. A time that cannot be read is: it was meant to be one.
    pub fn is_over(&self, now: Time) -> bool {
        self.expires.as_ref().is_some_and(|text| Time::parse(text).is_none_or(|time| time <= now))
    }
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none like it, or its secret is another one.
    #[error("this token is not known here")]
    Unknown,
    /// Its time is over.
    #[error("this token has expired")]
    Expired,
    /// It was taken back.
    #[error("this token was revoked")]
    Revoked,
}

/// Returns who has this token.
///
/// # Errors
/// When it is not good. Of one whose secret is wrong, nothing else is told.
pub fn find(records: &[Record], text: &str, now: Time) -> Result<Principal, TokenError> {
    let given = Secret::parse(text).ok_or(TokenError::Unknown)?;
    let hash = given.hash();
    let record = records.iter().find(|record| record.id == given.id && is_same(&record.hash, &hash));
    let record = record.ok_or(TokenError::Unknown)?;
    if let Some(flaw) = record.flaw(now) {
        return Err(flaw);
    }
    let scope = Scope::parse(&record.scope).ok_or(TokenError::Unknown)?;
    Ok(Principal { token: record.id.clone(), device: record.device.clone(), scope })
}

/// Compares without telling by the time it takes how much is the same.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(secret: &Secret, expires: Option<&str>, revoked: Option<&str>) -> Record {
        Record {
            id: secret.id().into(),
            hash: secret.hash(),
            device: "laptop".into(),
            scope: "write".into(),
            browser: false,
            signed: None,
            created: "2026-11-20T12:00:00.000Z".into(),
            expires: expires.map(Into::into),
            revoked: revoked.map(Into::into),
        }
    }

    #[test]
    fn good_wrong_expired_and_revoked() {
        let now = Time::parse("2026-11-20T12:00:00.000Z").expect("a time");
        let (one, other) = (Secret::of(&[1; Secret::BYTES]), Secret::of(&[2; Secret::BYTES]));
        let records = [record(&one, Some("2026-11-20T12:00:00.001Z"), None)];
        assert_eq!(find(&records, &one.reveal(), now).map(|who| who.device), Ok("laptop".to_owned()));
        assert_eq!(find(&records, &other.reveal(), now), Err(TokenError::Unknown));
        let mixed = format!("cst_{}_{}", one.id(), &other.reveal()[13..]);
        assert_eq!(find(&records, &mixed, now), Err(TokenError::Unknown), "another one's secret");
        for over in ["2026-11-20T12:00:00.000Z", "soon"] {
            assert_eq!(find(&[record(&one, Some(over), None)], &one.reveal(), now), Err(TokenError::Expired), "{over}");
        }
        let revoked = [record(&one, None, Some("2026-11-19T12:00:00.000Z"))];
        assert_eq!(find(&revoked, &one.reveal(), now), Err(TokenError::Revoked));
        assert_eq!(find(&[], "cst_", now), Err(TokenError::Unknown));
    }

    #[test]
    fn the_key_of_a_form_is_its_owners_and_tells_nothing() {
        let (one, other) = (Secret::of(&[1; Secret::BYTES]), Secret::of(&[2; Secret::BYTES]));
        let key = one.form_key();
        assert!(one.is_form_key(&key) && !other.is_form_key(&key) && !one.is_form_key(""), "{key}");
        assert!(!one.reveal().contains(&key) && !one.hash().contains(&key), "{key}");
    }

    #[test]
    fn only_the_form_that_we_give() {
        let text = Secret::of(&[0xab; Secret::BYTES]).reveal();
        assert_eq!(Secret::parse(&text).map(|secret| secret.reveal()), Some(text.clone()));
        for bad in [text.to_uppercase(), text[..text.len() - 1].to_owned(), format!("{text}0"), text[4..].to_owned()] {
            assert_eq!(Secret::parse(&bad), None, "{bad}");
        }
        let shown = format!("{:?}", Secret::of(&[0xab; Secret::BYTES]));
        assert!(!shown.contains(&text[13..]), "{shown}");
    }
}
