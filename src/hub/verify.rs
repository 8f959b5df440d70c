//! What a signed token says, once it is clear who signed it. Signatures are checked by the same library as those of TLS.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey, Validation};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;
use signature::{Error, Verifier};

/// Only with a public key: whoever knows how to check such a signature cannot make one.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Returns what a token says that this key signed, for these or for anybody.
///
/// # Errors
/// When it is not good, and why.
pub(super) fn claims(
    token: &str,
    key: &Jwk,
    issuer: &str,
    audience: Option<&str>,
) -> std::result::Result<Value, String> {
    let algorithm = jsonwebtoken::decode_header(token).map_err(|err| err.to_string())?.alg;
    let key = usable(key, algorithm).ok_or("its key is not for this")?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    match audience {
        Some(audience) => validation.set_audience(&[audience]),
        None => validation.validate_aud = false,
    }
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    let said = jsonwebtoken::decode::<Value>(token, &key, &validation).map_err(|err| err.to_string())?;
    Ok(said.claims)
}

/// Returns a key to check a signature with, if it is one for that and for this way of signing.
fn usable(key: &Jwk, algorithm: Algorithm) -> Option<DecodingKey> {
    let common = &key.common;
    let is_for_signatures = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let may_verify = common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for_this = common.key_algorithm.is_none_or(|own| own.to_string() == format!("{algorithm:?}"));
    let found = DecodingKey::from_jwk(key).ok().filter(|found| found.family() == algorithm.family());
    found.filter(|_| is_taken(algorithm) && is_for_signatures && may_verify && is_for_this)
}

/// Returns whether tokens are taken that are signed so.
pub(super) fn is_taken(algorithm: Algorithm) -> bool {
    ALGORITHMS.contains(&algorithm)
}

/// What we sign ourselves, `super::keys` does.
static RING: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Has tokens checked by it.
pub(super) fn install() {
    // It may have been done before.
    let _ = RING.install_default();
}

fn signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    // A key of one kind is none of another kind, whatever a token says.
    match is_taken(*algorithm) && key.family() == algorithm.family() {
        true => Ok(Box::new(Check { algorithm: *algorithm, key: key.clone() })),
        false => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

struct Check {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let checked = match (self.algorithm, self.key.kind()) {
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(key)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(key)) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            _ => return Err(Error::new()),
        };
        checked.map_err(|_| Error::new())
    }
}
