//! The token in a request's `Authorization`.

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
    let pair = String::from_utf8(base64(rest)?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

/// Returns what base 64 stands for; nothing when it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
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

    #[test]
    fn every_length() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob")] {
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }
}
