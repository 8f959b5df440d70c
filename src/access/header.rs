//! The token in a request's `Authorization`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Returns the token that a header presents: `Bearer <token>`, or as git does `Basic`, where the password is the token
/// and the name is anything.
pub fn presented(header: &str) -> Option<String> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes() {
        assert_eq!(presented("Bearer cst_x").as_deref(), Some("cst_x"));
        assert_eq!(presented("basic bWU6Y3N0X3g=").as_deref(), Some("cst_x"));
        assert_eq!(presented("Basic OmE6Yg==").as_deref(), Some("a:b"), "no name, and a colon in the password");
        for bad in ["", "Bearer", "Digest x", "Basic bWU", "Basic ****", "Basic /////w=="] {
            assert_eq!(presented(bad), None, "{bad}");
        }
    }
}
