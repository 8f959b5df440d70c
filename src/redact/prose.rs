//! The rules for credentials in sentences, where no sign stands between the name and the value: `the password is …`,
//! `log in as ana / …`, and for commands whose options say nothing by their names.
//!
//! A wrong redaction takes the meaning away from a sentence, so the less the words before a value say, the odder it
//! has to be: behind `password is` letters beside digits are enough, behind `password` alone they are not.

use super::rules::{Rule, apart};
use super::value::{any, is_argument, is_code, is_placeholder, is_token};

/// What passwords are called in sentences, and what of them is a mark.
macro_rules! password {
    () => {
        r"(?:passwords?|passwd|passphrase|passcode|passwort|kennwort|pwd|pw|mot de passe|contrase(?:ñ|n)a|senha)"
    };
}

const MARKS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "pwd",
    "pw ",
    "pw:",
    "mot de passe",
    "contrase",
    "senha",
];

/// What says that a value comes now. Up to five words may stand between the name and it.
macro_rules! is {
    () => {
        r"(?:\s[A-Za-z0-9._@-]{1,20}){0,5}?\s(?:is|was|are|now|to|ist|war|lautet|est|es|é)\s?:?"
    };
}

/// In the order in which they are tried, after all others.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "password",
        marks: MARKS,
        pattern: concat!("(?i)", apart!(), password!(), is!(), r#"\s["'`“]?([^\s"'`”“]{6,})"#),
        is_secret: |value, _| is_odd(value) || is_phrase(value),
    },
    Rule {
        name: "password",
        marks: MARKS,
        pattern: concat!("(?i)", apart!(), password!(), r#"(?:\sfrom)?:?\s["'`“]?([^\s"'`”“]{8,})"#),
        is_secret: |value, _| is_jumble(value),
    },
    // Somebody put it in quotation marks: it may have spaces.
    Rule {
        name: "password",
        marks: MARKS,
        pattern: concat!(
            "(?i)",
            apart!(),
            password!(),
            r#"(?:\s(?:is|was|ist|lautet))?\s?:?\s["'`“]([^"'`”“\n]{8,80})["'`”]"#
        ),
        is_secret: |value, _| match value.contains(' ') {
            true => is_sentence_with_digits(value),
            false => is_odd(value) || is_phrase(value),
        },
    },
    // A key of an object: nobody writes a sentence there.
    Rule {
        name: "password",
        marks: MARKS,
        pattern: r#"(?i)["'][a-z_.-]{0,30}(?:password|passwd|passphrase|passwort|pwd)["']\s?:\s?["']([^\s"']{6,})["']"#,
        is_secret: is_argument,
    },
    // Who may log in, and with what.
    Rule {
        name: "password",
        marks: &["login", "log in", "sign in", "cred", "basic auth", "account", "user", "pass "],
        pattern: concat!(
            r"(?i)(?:log ?in|sign ?in|creds?|credentials?|basic auth|account|user(?:name)?)",
            r#"(?::|\s(?:is|are|as|with|to)){0,2}\s{1,2}["'`]?[A-Za-z0-9._@+-]{1,60}["'`]?"#,
            r#"(?:\s?[/:]\s?|,?\s(?:and\s)?pass\s)["'`]?([^\s"'`]{8,})"#
        ),
        is_secret: |value, _| is_jumble(value),
    },
    Rule {
        name: "url-password",
        marks: &["@"],
        pattern: r#"(?:^|[\s"'`(])[A-Za-z0-9._-]{1,40}:([^\s:@/"'`]{6,})@[A-Za-z0-9][A-Za-z0-9.-]{2,}"#,
        is_secret: is_argument,
    },
    Rule {
        name: "assigned-token",
        marks: &["secret", "token", "key", "credential"],
        pattern: concat!(
            "(?i)",
            apart!(),
            r"(?:secret|token|credential|(?:api|access|auth|private|secret|client|license)[ _-]?(?:key|secret)|key)s?(?:",
            is!(),
            r#")?\s["'`“]?([A-Za-z0-9_.~+/=-]{16,})"#
        ),
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "password",
        marks: &["key"],
        pattern: concat!(
            "(?i)(?:wi-?fi|wlan|network|door|disk|luks|vpn)[ _-]key",
            is!(),
            r#"\s["'`“]?([^\s"'`”]{6,})"#
        ),
        is_secret: |value, _| is_odd(value) || is_phrase(value),
    },
    Rule {
        name: "assigned-token",
        marks: &["-key", "_key"],
        pattern: r#"(?i)(?:subscription|shared|functions|storage|deploy|license)[_-]key["']?\s{0,2}[:=]\s{0,2}["']?([A-Za-z0-9_.~+/=-]{16,})"#,
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "password",
        marks: &[">"],
        pattern: r"(?i)<[a-z._:-]{0,30}(?:password|passwd|secret|token|apikey)>([^<\s]{6,})<",
        is_secret: is_argument,
    },
    Rule {
        name: "password",
        marks: &["login", "ldap", "htpasswd", "zip", "7z", "sudo", "smbclient"],
        pattern: concat!(
            r"(?:(?:docker|podman|skopeo|buildah|helm|oc|az|registry) login\s(?:[^|;\n]{0,80}\s)?-p\s?",
            r"|ldap[a-z]{3,8}\s(?:[^|;\n]{0,80}\s)?-w\s{1,2}",
            r"|htpasswd\s(?:-[A-Za-z]{1,6}\s){1,3}(?:\S{1,60}\s){1,2}",
            r"|zip\s(?:[^|;\n]{0,60}\s)?-P\s{1,2}|7za?\s(?:[^|;\n]{0,60}\s)?-p",
            r"|smbclient\s(?:[^|;\n]{0,80}\s)?-U\s{1,2}[^\s%]{1,60}%)",
            r#"["']?([^\s"'`]{6,})"#
        ),
        is_secret: is_argument,
    },
    Rule {
        name: "password",
        marks: &["sudo"],
        pattern: r#"echo\s(?:-n\s)?["']?([^\s"'`|]{6,})["']?\s?\|\s?sudo\s(?:[^|;\n]{0,40}\s)?(?:-S|--stdin)"#,
        is_secret: is_argument,
    },
    Rule {
        name: "seed-phrase",
        marks: &["phrase", "mnemonic", "recovery words", "seed words"],
        pattern: concat!(
            r"(?i)(?:(?:seed|recovery|backup|wallet)\s(?:phrase|words)|mnemonic)",
            r#"(?:\s(?:is|are))?["']?\s?[:=]?\s["'`]?((?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})"#
        ),
        is_secret: any,
    },
];

/// What stands at the end of a value as a sentence goes on.
const ENDS: [char; 10] = [',', ';', ')', ']', '}', '.', ':', '?', '”', '’'];

/// Names of methods and standards, which have digits beside letters or hyphens as well.
const METHODS: [&str; 16] = [
    "aes", "sha", "rsa", "rfc", "iso", "utf", "base", "md", "bcrypt", "scrypt", "pbkdf", "argon", "tls", "oauth",
    "http", "ed",
];

/// Letters beside digits in one run, behind words that say that this is it.
fn is_odd(value: &str) -> bool {
    let value = value.trim_end_matches(ENDS);
    // `1Password`, `2factor`
    let name = value.trim_start_matches(|char: char| char.is_ascii_digit());
    let is_name = name.len() < value.len() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    !is_name && !is_of_a_method(value) && (is_argument(value, value) || is_jumble(value))
}

/// What nobody writes but as a password: letters, digits, and a sign, digits in two places, or capitals and a year.
fn is_jumble(value: &str) -> bool {
    let value = value.trim_end_matches(ENDS);
    let has = |class: fn(&u8) -> bool| value.as_bytes().iter().any(class);
    if value.len() < 8 || is_placeholder(value) || is_code(value) || is_of_a_method(value) {
        return false;
    }
    let runs: Vec<&str> = value.split(|char: char| !char.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let cased = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let signed = value.contains(['!', '#', '$', '%', '^', '&', '*', '?', '~']);
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    has(u8::is_ascii_alphabetic)
        && !runs.is_empty()
        && (signed || cased && (runs.len() > 1 && plain || runs.iter().any(|run| run.len() >= 3)))
}

/// Words and a number between hyphens, as generators make them.
fn is_phrase(value: &str) -> bool {
    let value = value.trim_end_matches(ENDS);
    let parts: Vec<&str> = value.split(['-', '_']).collect();
    let is_word = |part: &&&str| part.len() >= 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() >= 3
        && parts.iter().filter(is_word).count() >= 2
        && parts.iter().any(is_number)
        && value.starts_with(|char: char| char.is_ascii_alphabetic())
        && !is_of_a_method(value)
        && !is_placeholder(value)
}

/// Words and a number, in quotation marks, that are no rule for passwords.
fn is_sentence_with_digits(value: &str) -> bool {
    const RULE: [&str; 8] = ["must", "least", "most", "characters", "chars", "digits", "than", "letters"];
    if value.split(' ').any(|word| RULE.contains(&word.to_ascii_lowercase().as_str())) {
        return false;
    }
    let words = value.split(' ').filter(|word| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    words.count() >= 3
        && value.split(' ').any(number)
        && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_alphanumeric())
}

fn is_of_a_method(value: &str) -> bool {
    let parts = value.split(|char: char| !char.is_ascii_alphabetic());
    parts.filter(|part| !part.is_empty()).any(|part| METHODS.contains(&part.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use crate::redact::{Found, Redactor};

    fn redacted(text: &str) -> String {
        Redactor::default().text(text, &mut Found::new()).into_owned()
    }

    /// What people tell agents: before, the credential, after.
    const TOLD: [(&str, &str, &str); 60] = [
        ("the password is ", "hunter2", ""),
        ("The password is: ", "hunter2", "."),
        ("the password for the staging box is ", "Tr0ub4dor&3", ", change it"),
        ("root password was ", "abc123def", " before"),
        ("password is ", "correct-horse-9-battery", ""),
        ("Password ", "Winter2026!", " still works"),
        ("log in as ana with password ", "Summer-2026x", ""),
        ("das Passwort lautet ", "Sommer2026!", ""),
        ("Kennwort ist ", "Xy7!pqRs", " auf dem Testserver"),
        ("le mot de passe est ", "Azerty123!", ""),
        ("la contraseña es ", "Hola.2026x", ""),
        ("a senha é ", "Brasil2026!", ""),
        ("use the pw ", "Zx81!spectrum", " for the VPN"),
        ("root pw is now ", "Kx7#pLmQ", ""),
        ("pwd was ", "qwe987rty", ""),
        ("set root password to ", "Qwe!9876rty", ""),
        ("changed the password from ", "OldPass#12", ""),
        ("password \"", "violet anchor 91 maple", "\" opens it"),
        ("password: `", "Tr0ub4dor&3", "`"),
        ("pw: ", "Tr0ub4dor&3", ""),
        ("the passphrase of the deploy key is '", "maple-44-harbor", "'"),
        ("passcode is ", "a1b2c3d4", ""),
        ("the wifi key is ", "blueberry-77-lake", ""),
        ("login with admin / ", "S3cure!Pass99", ""),
        ("log in as root / ", "9vTq2LmX", " on db-3"),
        ("creds: deploy:", "kX9#mQ2v", ""),
        ("credentials are root / ", "9vTq2LmX", ""),
        ("basic auth: ana:", "Tr0ub4dor3", ""),
        ("smtp user ana@x.example pass ", "Tr0ub4dor&3", ""),
        ("copy it with scp ana:", "s3cr3tpw9", "@host.example"),
        ("my api key is ", "8f14e45fceea167a5a36dedd4bea2543", ""),
        ("API key ", "q7Jx2mPz9LwTn4RkD3sV", " for the weather service"),
        ("the token is ", "9f86d081884c7d659a2feaa0c55ad015", ""),
        ("use token ", "q7Jx2mPz9LwTn4RkD3sV", " when calling staging"),
        ("the client secret of the test app is ", "kJ8sPq2LmZx9Wv3Tb7Rn", ""),
        ("2FA secret ", "JBSWY3DPEHPK3PXP", " for the bot"),
        ("X-Api-Key: ", "q7Jx2mPz9LwTn4RkD3sV", ""),
        ("send x-auth-token ", "q7Jx2mPz9LwTn4RkD3sV", ""),
        ("Ocp-Apim-Subscription-Key: ", "8f14e45fceea167a5a36dedd4bea2543", ""),
        ("curl -H 'Authorization: Token ", "q7Jx2mPz9LwTn4RkD3sV", "' https://host.example"),
        ("amqp://guest:", "gu3stpw", "@mq:5672"),
        ("redis://:", "s3cr3tpw", "@cache:6379"),
        ("jdbc:postgresql://db/shop?user=shop&password=", "s3cr3tpw", ""),
        ("Server=db;User Id=sa;Password=", "P@ssw0rdX1", ";Encrypt=no"),
        ("PGPASSWORD=", "s3cr3tpw", " psql -h db"),
        ("mysql -uroot -p", "s3cr3tpw", " shop"),
        ("docker login -u ana -p ", "s3cr3tpw9", " registry.example"),
        ("az login --service-principal -u app -p ", "kJ8sPq2LmZx9Wv3", ""),
        ("echo ", "s3cr3tpw9", " | sudo -S apt update"),
        ("kubectl create secret generic db --from-literal=password=", "s3cr3tpw9", ""),
        ("htpasswd -b .htpasswd ana ", "s3cr3tpw9", ""),
        ("openssl enc -d -pass pass:", "s3cr3tpw9", " -in x"),
        ("zip -P ", "s3cr3tpw9", " out.zip a"),
        ("7z a -p", "s3cr3tpw9", " out.7z a"),
        ("ldapsearch -D cn=admin -w ", "s3cr3tpw9", " -b dc=x"),
        ("smbclient //nas/share -U ana%", "s3cr3tpw9", ""),
        ("gpg --batch --passphrase ", "s3cr3tpw9", " -d x"),
        ("settings.xml: <password>", "Tr0ub4dor3", "</password>"),
        ("config has {\"password\":\"", "hunter2x", "\"} in it"),
        ("seed phrase: ", "witch collapse practice feed shame open despair creek road again ice least", ""),
    ];

    /// What has the same words, and is no credential.
    const SAID: [&str; 44] = [
        "the password is required",
        "the password is stored as sha256",
        "password is base64-encoded before it is sent",
        "make sure the password is AES-256-encrypted",
        "the password is hashed with argon2id and salted",
        "password must have at least 12 characters, a digit and a symbol",
        "password to be rotated by 2026-12-01",
        "change password to a passkey",
        "password reset flow v2 in src/auth/reset2.rs",
        "move password hashing to OAuth2Provider",
        "password field is type=password on step2form",
        "the pw manager is 1Password",
        "passwords are checked against haveibeenpwned v3",
        "das Passwort ist falsch",
        "das Passwort ist mindestens 8-stellig",
        "le mot de passe est obligatoire",
        "passphrase \"prompt\" is shown twice",
        "password \"must be at least 12 characters\" as the message",
        "login page / settings page redesign",
        "login: redirect to /dashboard2026",
        "log in as admin and open /users/2",
        "user story: checkout/payment2",
        "account settings/profile in the sidebar",
        "credentials: none",
        "username/password form in Login2Page",
        "token is missing in the header",
        "the token is valid for 3600 seconds",
        "token refresh in 9 places",
        "key is user_id:session_id",
        "api key rotation every 90 days",
        "the secret is in the vault under apps/shop/db-password",
        "the key is sorted by created_at descending",
        "primary key is order_line_item_identifier",
        "use key com.example.application.settings.window",
        "mail ana@example.com and bob@example.com",
        "images are tagged registry.example/app:v1.2.3@sha256 digests",
        "git@host.example:acme/api.git is the origin",
        "npm install left-pad:latest@registry.example",
        "docker login -p is deprecated, use --password-stdin",
        "zip -P asks nothing, 7z a -pfoo does",
        "echo done | sudo tee /etc/motd",
        "ldapsearch -w needs a value",
        "<password>changeme</password> in the sample settings",
        "seed phrase: show it once, and never store it",
    ];

    #[test]
    fn what_people_tell_is_found() {
        let missed: Vec<String> = TOLD
            .iter()
            .map(|(before, secret, after)| (redacted(&format!("{before}{secret}{after}")), secret))
            .filter(|(text, secret)| text.contains(*secret))
            .map(|(text, _)| text)
            .collect();
        assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), TOLD.len());
    }

    /// Not more than the credential is taken: the sentence around it stays.
    #[test]
    fn the_sentence_stays() {
        for (before, secret, after) in TOLD {
            let text = redacted(&format!("{before}{secret}{after}"));
            assert!(text.starts_with(before), "{text}");
            assert_eq!(redacted(&text), text);
        }
    }

    #[test]
    fn what_has_the_same_words_stays() {
        let wrong: Vec<String> =
            SAID.iter().map(|text| redacted(text)).filter(|text| text.contains("[redacted")).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
