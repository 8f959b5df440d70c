//! The rules for credentials that any service may use: keys, headers, URLs, assignments.
//!
//! Which forms there are was learned from the rule set of gitleaks (<https://github.com/gitleaks/gitleaks>,
//! MIT) and from the documentation of the services. The expressions are our own, made for short prose
//! rather than for code: of a few words of text, a wrong redaction takes away the meaning.

use super::value::{any, is_basic, is_mixed, is_password, is_token};

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
        pattern: r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{8,}){0,2}",
        is_secret: any,
    },
    Rule {
        name: "url-password",
        marks: &["://"],
        pattern: r#"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>]{0,100}:([^\s/@"'<>]{3,})@"#,
        is_secret: |value, _| !super::value::is_placeholder(value),
    },
    Rule {
        name: "url-password",
        marks: &["://"],
        pattern: r"\bhttps?://([A-Za-z0-9_-]{20,})@",
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "authorization",
        marks: &["bearer"],
        pattern: r"(?i)\bbearer[\s:=]{1,3}([A-Za-z0-9._~+/=-]{16,})",
        is_secret: |value, _| is_token(value) || is_mixed(value, value),
    },
    Rule {
        name: "authorization",
        marks: &["authorization"],
        pattern: r#"(?i)\bauthorization["']?\s{0,2}[:=]\s{0,2}["']?basic\s{1,2}([A-Za-z0-9+/=]{8,})"#,
        is_secret: |value, _| is_basic(value),
    },
    Rule {
        name: "authorization",
        marks: &["authorization"],
        pattern: r#"(?i)\bauthorization["']?\s{0,2}[:=]\s{0,2}["']?(?:(?:token|digest|apikey)\s{1,2})?([A-Za-z0-9._~+/=-]{16,})"#,
        is_secret: |value, _| is_token(value),
    },
    Rule {
        name: "password",
        marks: &["password", "passwd", "passphrase", "pwd"],
        pattern: r#"(?i)(?:password|passwd|passphrase|pwd)["'\]]{0,2}\s{0,2}(?::=|=>|={1,2}|:)\s{0,2}["'`]?([^\s"'`]{6,})"#,
        is_secret: is_password,
    },
    Rule {
        name: "assigned-token",
        marks: &["secret", "token", "key", "credential"],
        pattern: concat!(
            r"(?i)(?:secret|token|credentials?|(?:api|access|account|auth|private|signing|encryption|master)[_ -]?key)",
            r#"["'\]]{0,2}\s{0,2}(?::=|=>|={1,2}|:)\s{0,2}["'`]?([A-Za-z0-9_.~+/=-]{16,})"#
        ),
        is_secret: |value, _| is_token(value),
    },
];
