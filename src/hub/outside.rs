//! Tokens of others: signed by an issuer, or such as somebody else answers for. Both are asked of settings when the hub
//! starts; without any, no token is known but our own.

use std::path::Path;

use super::limits::KeyLimits;
use crate::access::{Principal, TokenError};
use crate::settings::Issuers;
use crate::wire::Problem;

#[cfg(feature = "web")]
use super::{introspect::Introspection, issuer::Issuer, signed::Signed};

/// Whose tokens are taken.
#[derive(Default)]
pub(super) struct Outside {
    #[cfg(feature = "web")]
    signed: Option<Signed>,
    #[cfg(feature = "web")]
    introspection: Option<Introspection>,
    /// Who signs here: this hub itself.
    #[cfg(feature = "web")]
    pub issuer: Option<Issuer>,
}

impl Outside {
    /// Returns those of the settings, or why this program cannot ask them.
    #[cfg(feature = "web")]
    pub(super) fn new(issuers: Issuers, common_dir: &Path, limits: KeyLimits) -> Result<Self, &'static str> {
        let Issuers { signed, introspection, own } = issuers;
        Ok(Outside {
            signed: signed.map(|keys| Signed::new(keys, limits)),
            introspection: introspection.map(Introspection::new),
            issuer: own.map(|own| Issuer::new(own, common_dir)),
        })
    }

    #[cfg(not(feature = "web"))]
    pub(super) fn new(issuers: Issuers, _: &Path, _: KeyLimits) -> Result<Self, &'static str> {
        match issuers == Issuers::default() {
            true => Ok(Outside::default()),
            false => Err("this program was built without what asks issuers of tokens"),
        }
    }

    /// Returns who has this token, which is none of ours.
    #[cfg(feature = "web")]
    pub(super) async fn principal(&self, token: &str) -> Result<Principal, Problem> {
        if let Some(known) = self.issuer.as_ref().and_then(|issuer| issuer.principal(token)) {
            return known;
        }
        // Three parts between points are a signed token, or mean to be one: nobody else is asked about such.
        match (token.split('.').count(), &self.signed, &self.introspection) {
            (3, Some(signed), _) => signed.principal(token).await,
            (1, _, Some(introspection)) => introspection.principal(token).await,
            _ => Err(unknown()),
        }
    }

    #[cfg(not(feature = "web"))]
    pub(super) async fn principal(&self, _token: &str) -> Result<Principal, Problem> {
        Err(unknown())
    }
}

fn unknown() -> Problem {
    Problem::new(401, TokenError::Unknown.to_string())
        .hint("`git chittysync hub token add` on the hub's machine makes a token")
}
