//! What the tokens of others allow here: those that an issuer signed, or answers for.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Principal, Scope};
use crate::todo::one_line;

/// What a scope of ours is called among those of other services.
const OURS: &str = "chittysync:";
/// No name of somebody and no label of a device is longer: what is cut could be two of them.
const LONGEST: usize = 80;

/// Returns who is meant by what an issuer says of somebody, or what of it is missing.
///
/// In `scope` (words) and `scopes` it says what is allowed with any service, so only `chittysync:write` and the like count
/// there; in `permissions` and `roles` also `write` alone. What nobody knows allows nothing. The device whose sessions it
/// speaks for is what `device` says, and without that whoever it was given to.
///
/// # Errors
/// When it allows nothing here, or nobody is named.
pub fn outsider(issuer: &str, claims: &Value) -> Result<Principal, &'static str> {
    let text = |names: &[&str]| names.iter().find_map(|name| claims[*name].as_str());
    let subject = text(&["sub", "chittyId", "chittyid", "tokenId"]).ok_or("it names nobody")?;
    let named = text(&["device"]);
    if [subject, named.unwrap_or_default()].iter().any(|text| text.chars().count() > LONGEST) {
        return Err("what it calls somebody, or a device, is too long");
    }
    let shown = one_line(subject).ok_or("it names nobody")?;
    let device = named.and_then(one_line).unwrap_or(shown);
    let of = |name: &str, is_bare: bool| words(&claims[name]).filter_map(move |word| scope(word, is_bare)).max();
    let scope = [of("scope", false), of("scopes", false), of("permissions", true), of("roles", true)].into_iter().max();
    let scope =
        scope.flatten().ok_or("it allows nothing here: chittysync:read, chittysync:write or chittysync:admin")?;
    let hash = Sha256::digest(format!("{issuer}\0{subject}"));
    let token = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Principal { token, device, scope })
}

/// Returns the words of a text, or of a list of texts.
fn words(value: &Value) -> impl Iterator<Item = &str> {
    let listed = value.as_array().into_iter().flatten();
    std::iter::once(value).chain(listed).filter_map(Value::as_str).flat_map(str::split_whitespace)
}

fn scope(word: &str, is_bare: bool) -> Option<Scope> {
    let name = word.strip_prefix(OURS).or(is_bare.then_some(word))?;
    Scope::ALL.into_iter().find(|scope| scope.as_str() == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_allowed() {
        for (claims, scope) in [
            (json!({"scope": "openid chittysync:read"}), Some(Scope::Read)),
            (json!({"scope": "chittysync:read chittysync:write"}), Some(Scope::Write)),
            (json!({"scope": ["chittysync:admin"]}), Some(Scope::Admin)),
            (json!({"scopes": ["profile", "chittysync:write"]}), Some(Scope::Write)),
            (json!({"permissions": ["read", "write"]}), Some(Scope::Write)),
            (json!({"roles": ["admin"], "scope": "chittysync:read"}), Some(Scope::Admin)),
            (json!({"scope": "write admin"}), None),
            (json!({"scope": "chittysync:"}), None),
            (json!({"scope": "chittysync:all"}), None),
            (json!({"scope": "otherchittysync:write"}), None),
            (json!({"permissions": ["w", "Write", "writer"]}), None),
            (json!({"permissions": {"write": true}}), None),
            (json!({"scope": true, "roles": 7}), None),
            (json!({}), None),
        ] {
            let mut claims = claims;
            claims["sub"] = json!("somebody");
            assert_eq!(outsider("x", &claims).ok().map(|who| who.scope), scope, "{claims}");
        }
    }

    #[test]
    fn who_is_meant() {
        let who = |claims: Value| outsider("https://auth.example", &claims);
        let mut claims = json!({"sub": "01-P-EO-0001-T-25-C-X", "roles": ["write"]});
        let one = who(claims.clone()).expect("somebody");
        assert_eq!(one.device, "01-P-EO-0001-T-25-C-X");
        assert_eq!(Principal::parse(&one.line()), Some(one.clone()), "git's hook is told of it on one line");
        claims["device"] = json!("my laptop\nsecond line");
        let two = who(claims.clone()).expect("somebody");
        assert_eq!(Principal::parse(&two.line()), Some(two.clone()));
        assert!(!two.device.contains('\n') && two.token == one.token, "{two:?}");
        assert_ne!(outsider("https://other.example", &claims).expect("somebody").token, one.token);
        for name in ["device", "sub"] {
            let mut claims = claims.clone();
            claims[name] = json!("d".repeat(LONGEST + 1));
            assert!(who(claims).is_err(), "{name}");
        }
        // Whatever is left out of what is shown, two are two.
        claims["sub"] = json!("01-P-EO-0001-T-25-C-X\u{200b}");
        assert_ne!(who(claims).expect("somebody").token, two.token);
        for nobody in [json!({}), json!({"sub": ""}), json!({"sub": " \n"}), json!({"sub": 7})] {
            let mut claims = nobody;
            claims["roles"] = json!(["write"]);
            assert!(who(claims.clone()).is_err(), "{claims}");
        }
    }
}
