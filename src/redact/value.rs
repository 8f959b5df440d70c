//! Whether a value is a credential, or an example, a word, a piece of code.

use std::collections::BTreeMap;

/// The form alone tells.
pub(super) fn any(_: &str, _: &str) -> bool {
    true
}

/// Capital and small letters and digits: no name, no hash in hexadecimal.
pub(super) fn is_mixed(value: &str, _: &str) -> bool {
    let has = |class: fn(&u8) -> bool| value.as_bytes().iter().any(class);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// Letters and digits: no word.
pub(super) fn has_digit(value: &str, _: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
}

/// The name of a key at a cloud: the form alone tells of one kind, the others have words like it.
pub(super) fn is_key_id(value: &str, _: &str) -> bool {
    has_digit(value, value) || value.starts_with("AKIA") && entropy(value) >= 3.0
}

/// A long value of letters and digits that is not made of words.
pub(super) fn is_token(value: &str) -> bool {
    if is_placeholder(value) || is_code(value) || entropy(value) < 3.0 {
        return false;
    }
    // `my-service-v2-token` is words; a token has a long run in which letters and digits mix.
    value.split(|char: char| !char.is_ascii_alphanumeric()).any(|run| {
        run.len() >= 10
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

/// What somebody assigned to a password: no word and no name of a variable. After a colon, where prose goes
/// on as well (`Password: at least 8 characters`), it has to be odder than after an equals sign.
pub(super) fn is_password(value: &str, all: &str) -> bool {
    let before = all.strip_suffix(value).unwrap_or(all);
    let value = value.trim_end_matches([',', ';', ')', ']', '}', '.', '&']);
    let query = value.split('&').next().unwrap_or(value);
    if query.len() < 6 || is_placeholder(query) || is_code(query) {
        return false;
    }
    let has = |class: fn(&u8) -> bool| query.as_bytes().iter().any(class);
    let letter = has(u8::is_ascii_alphabetic);
    let symbol = has(|byte| b"!@#$%^&*?+~".contains(byte));
    let strict = !before.contains('=');
    if strict {
        return query.len() >= 8 && letter && has(u8::is_ascii_digit) && (symbol || is_mixed(query, query));
    }
    letter && (has(u8::is_ascii_digit) || symbol) || query.len() >= 8 && !letter && has(u8::is_ascii_digit)
}

/// What stands where a command has a password, and prose goes on: letters and digits in one run, which is not
/// the name of a method (`sha256`).
pub(super) fn is_argument(value: &str, _: &str) -> bool {
    const METHODS: [&str; 12] = [
        "sha256", "sha384", "sha512", "base64", "base32", "argon2", "argon2id", "oauth2", "pbkdf2", "aes128", "aes256",
        "ed25519",
    ];
    let value = value.trim_end_matches([',', ';', ')', ']', '}', '.', ':', '!', '?', '&']);
    let is_odd = |run: &str| {
        let mixed = has_digit(run, run) && run.bytes().any(|byte| byte.is_ascii_alphabetic());
        run.len() >= 6 && mixed && !METHODS.contains(&run.to_ascii_lowercase().as_str())
    };
    !is_placeholder(value) && !is_code(value) && value.split(['-', '_', '.', '/', ':', ',', '=', '@']).any(is_odd)
}

/// What follows `pass`, a word of its own: as above after an equals sign; after a colon with a symbol in it, or
/// with digits in more than one place.
pub(super) fn is_jumble(value: &str, all: &str) -> bool {
    if all.strip_suffix(value).unwrap_or(all).contains('=') {
        return is_argument(value, all);
    }
    let runs = value.split(|char: char| !char.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    let symbol = value.trim_end_matches(['!', '?']).contains(['!', '#', '$', '%', '^', '&', '*', '?', '~']);
    value.len() >= 8 && (runs > 1 || symbol) && is_argument(value, all)
}

/// What follows `Authorization: Basic`: any base64 that is no word.
pub(super) fn is_basic(value: &str) -> bool {
    value.ends_with('=') || has_digit(value, value) || is_mixed_case(value)
}

fn is_mixed_case(value: &str) -> bool {
    value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && value.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// An example, a variable, something that was blacked out already.
pub(super) fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 16] = [
        "password",
        "passwd",
        "passwort",
        "pass",
        "pwd",
        "secret",
        "token",
        "example",
        "changeme",
        "change-me",
        "your",
        "placeholder",
        "dummy",
        "xxxx",
        "postgres",
        "redacted",
    ];
    let lower = value.to_ascii_lowercase();
    let plain = lower.trim_matches(|char: char| !char.is_ascii_alphanumeric());
    value.starts_with(['$', '<', '{', '[', '%', '*', '(', '#'])
        || value.contains("${")
        || value.contains("{{")
        || value.contains("***")
        || value.contains("...")
        || value.contains('\u{2026}')
        || WORDS.contains(&plain.trim_end_matches(|char: char| char.is_ascii_digit() || "-_!".contains(char)))
        || ["your", "example", "changeme", "placeholder", "xxxx"].iter().any(|word| plain.starts_with(word))
        || plain.bytes().all(|byte| Some(&byte) == plain.as_bytes().first())
}

/// A call, a path, a chain of names: `process.env.DB_PASSWORD`, `get_secret(name)`, `src/auth/token.rs`.
pub(super) fn is_code(value: &str) -> bool {
    let name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-')
    };
    value.contains('(')
        || value.contains("::")
        || value.starts_with(['/', '.', '~', '@'])
        || (value.contains(['.', '/', '[']) && value.split(['.', '/', '[', ']', ':']).take(2).all(name))
        || value.split_once('_').is_some_and(|_| value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
}

/// Returns how many bits one character tells, if the next is guessed by how often each stands in the value.
fn entropy(value: &str) -> f32 {
    let mut counts: BTreeMap<u8, f32> = BTreeMap::new();
    for byte in value.bytes() {
        *counts.entry(byte).or_default() += 1.0;
    }
    let all: f32 = counts.values().sum();
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}

/// Returns whether a key of an object names a password or a token, and which rule says so.
pub(super) fn rule_of_key(key: &str, value: &str) -> Option<&'static str> {
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| key.ends_with(word));
    if ends(&["password", "passwd", "passphrase", "passwort", "kennwort", "pwd"]) {
        // As after an equals sign: nobody writes prose under such a key.
        return is_password(value, &format!("={value}")).then_some("password");
    }
    let token = ends(&[
        "secret",
        "token",
        "apikey",
        "accesskey",
        "authkey",
        "privatekey",
        "secretkey",
        "secretkeybase",
        "credential",
    ]);
    (token && value.len() >= 16 && !value.contains(char::is_whitespace) && is_token(value)).then_some("assigned-token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_names_and_examples_are_no_passwords() {
        for value in [
            "required",
            "$DB_PASS",
            "${DB_PASS}",
            "<password>",
            "process.env.DB_PASSWORD1",
            "get_secret(\"x1\")",
            "********",
            "changeme1",
            "password123",
            "DB_PASSWORD",
            "os.environ[\"DB1\"]",
            "null",
            "/run/secrets/db1",
        ] {
            assert!(!is_password(value, &format!("password={value}")), "{value}");
        }
        for value in ["min-8-characters", "bcrypt2", "argon2id", "8-characters"] {
            assert!(!is_password(value, &format!("Password: {value}")), "{value}");
        }
    }

    #[test]
    fn passwords_are() {
        for value in ["hunter2", "Tr0ub4dor&3", "s3cr3t!x", "abc!def", "123456789"] {
            assert!(is_password(value, &format!("password={value}")), "{value}");
        }
        assert!(is_password("Tr0ub4dor!3", "Password: Tr0ub4dor!3"));
    }

    #[test]
    fn tokens_are_no_words() {
        for value in
            ["my-service-v2-token", "src/auth/refresh_token_v2.rs", "aaaaaaaaaaaaaaaaaaaa1", "your-token-1234567890ab"]
        {
            assert!(!is_token(value), "{value}");
        }
        assert!(is_token("9f86d081884c7d659a2feaa0c55ad015"));
        assert!(is_token("q7Jx2mPz9LwTn4Rk"));
    }
}
