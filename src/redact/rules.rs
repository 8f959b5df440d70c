//! The rules for credentials that any service may use: keys, headers, URLs, assignments.
//!
//! Which forms there are was learned from the rule set of gitleaks (<https://github.com/gitleaks/gitleaks>,
//! MIT) and from the documentation of the services. The expressions are our own, made for short prose
//! rather than for code: of a few words of text, a wrong redaction takes away the meaning.

use super::value::{any, is_argument, is_basic, is_jumble, is_mixed, is_password, is_token};

/// What stands before a mark that is one only where no word goes on: the beginning, anything but a letter or
/// digit, an escape that somebody wrote out (`\n`, `%3D`). With an expression, that as the group behind it.
macro_rules! apart {
    () => {
        r"(?:^|[^A-Za-z0-9]|\\[nrt]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})"
    };
    ($pattern:literal) => {
        concat!(apart!(), "(", $pattern, ")")
    };
}
pub(super) use apart;

/// One form of credential.
pub(super) struct Rule {
    /// Its name in messages, settings and in the place of what it takes out.
    pub name: &'static str,
    /// One of these stands in every text that the rule matches, in whatever case; written in lower case.
    pub marks: &'static [&'static str],
    /// The expression. Its first group is what is taken out, or all of it when it has none.
    pub pattern: &'static str,
    /// Whether what would be taken out, in all that was matched, is a credential and no example or word.
    pub is_secret: fn(&str, &str) -> bool,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// In the order in which they are tried, after those of [single services](super::services).
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "private-key",
        marks: &["private key"],
        // A key in one line, or inside JSON, has spaces or `\n` where lines end. One whose end was cut off
        // is taken as far as it goes.
        pattern: concat!(
            r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----",
            r"(?:(?s:.{32,}?)-----END[ A-Z0-9]{0,50}-----|[A-Za-z0-9+/=\s\\]{32,})"
        ),
        is_secret: any,
    },
    Rule {
        name: "jwt",
        marks: &["eyj"],
        pattern: r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{8,}){0,2}",
        is_secret: any,
    },
    Rule {
        name: "url-password",
        marks: &["://"],
        pattern: r#"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>]{0,256}:([^\s/@"'<>]{3,})@"#,
        is_secret: |value, _| !super::value::is_placeholder(value),
    },
    Rule {
        name: "url-password",
        marks: &["://"],
        pattern: r"https?://([A-Za-z0-9_-]{20,})@",
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "authorization",
        marks: &["bearer"],
        pattern: concat!("(?i)", apart!(), r"bearer[\s:=]{1,3}([A-Za-z0-9._~+/=-]{16,})"),
        is_secret: |value, _| is_token(value) || is_mixed(value, value),
    },
    Rule {
        name: "authorization",
        marks: &["authorization"],
        pattern: r#"(?i)authorization["']?\s{0,2}[:=]\s{0,2}["']?basic\s{1,2}([A-Za-z0-9+/=]{8,})"#,
        is_secret: |value, _| is_basic(value),
    },
    Rule {
        name: "authorization",
        marks: &["authorization"],
        pattern: r#"(?i)authorization["']?\s{0,2}[:=]\s{0,2}["']?(?:(?:token|digest|apikey)\s{1,2})?([A-Za-z0-9._~+/=-]{16,})"#,
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "password",
        marks: &["password", "passwd", "passphrase", "passwort", "kennwort", "pwd"],
        pattern: r#"(?i)(?:password|passwd|passphrase|passwort|kennwort|pwd)["'\]]{0,2}\s{0,40}(?::=|=>|={1,2}|:)\s{0,40}["'`]?([^\s"'`]{6,})"#,
        is_secret: is_password,
    },
    Rule {
        name: "assigned-token",
        marks: &["secret", "token", "key", "credential"],
        pattern: concat!(
            r"(?i)(?:secret|token|credentials?|(?:api|access|account|auth|private|secret|signing|encryption|master)[_ -]?key(?:_base)?)",
            r#"["'\]]{0,2}\s{0,40}(?::=|=>|={1,2}|:)\s{0,40}["'`]?([A-Za-z0-9_.~+/=-]{16,})"#
        ),
        is_secret: |value, _| is_token(value),
    },
    // Where words stand as often as passwords: after `pass:`, an option, the name of a program.
    Rule {
        name: "password",
        marks: &["pass:", "pass=", "pass =", "pass\"", "pass'"],
        pattern: r#"(?i)(?:^|[^a-z])pass(?:["']?[:=]| =)\s?["'`]?([^\s"'`]{6,})"#,
        is_secret: is_jumble,
    },
    Rule {
        name: "password",
        marks: &["-pass", "-pwd", "-token", "-secret", "-api"],
        pattern: concat!(
            r"(?i)-(?:-[a-z]{1,15}){0,2}-(?:password|passwd|passphrase|pass|pwd|token|secret|api-?key)",
            r#"(?:\s{1,2}|=)["']?([^\s"'`]{6,})"#
        ),
        is_secret: is_argument,
    },
    Rule {
        name: "password",
        marks: &["sshpass", "mysql", "redis-cli", "curl"],
        pattern: concat!(
            r"(?i)(?:sshpass\s{1,2}-p\s?|mysql[a-z]{0,8}\s(?:[^|;\n]{0,60}\s)?-p",
            r#"|redis-cli\s(?:[^|;\n]{0,60}\s)?-a\s{1,2}|curl\s(?:[^|;\n]{0,60}\s)?(?:-u|--user)\s?["']?[^\s:"']{1,60}:)"#,
            r#"["']?([^\s"'`]{6,})"#
        ),
        is_secret: is_argument,
    },
    Rule {
        name: "password",
        marks: &["machine "],
        pattern: r#"(?i)machine \S{1,100}\s{1,4}login\s{1,4}\S{1,100}\s{1,4}password\s{1,4}(\S{6,})"#,
        is_secret: is_argument,
    },
    Rule {
        name: "authorization",
        marks: &["cookie:", "cookie\":", "cookie':"],
        pattern: r#"(?i)cookie["']?:\s?["']?[^\n"']{0,200}?(?:sess|sid|token|auth)[a-z_.-]{0,20}=([A-Za-z0-9%._~+/-]{16,})"#,
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "private-key",
        marks: &["client-key-data"],
        pattern: r#"client-key-data["']?:\s{0,2}["']?([A-Za-z0-9+/=]{40,})"#,
        is_secret: any,
    },
];
