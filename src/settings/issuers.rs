//! Whose tokens a hub takes besides its own, and under which name it signs some itself.

use super::reader::{Reader, SettingError};
use super::setting::Setting;
use super::table::{HUB_ADDRESS, HUB_AUDIENCE, HUB_INTROSPECTION, HUB_ISSUER, HUB_KEYS};
use crate::git::Values;

/// What is set. What each means is in [`super::table`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issuers {
    /// Whose signed tokens are taken.
    pub signed: Option<Keys>,
    /// [`HUB_INTROSPECTION`].
    pub introspection: Option<String>,
    /// [`HUB_ADDRESS`], without a `/` at its end.
    pub own: Option<String>,
}

/// Somebody who signs tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// [`HUB_ISSUER`].
    pub issuer: String,
    /// [`HUB_AUDIENCE`].
    pub audience: String,
    /// [`HUB_KEYS`].
    pub url: String,
}

impl Issuers {
    /// Reads what is set. A project's repository says nothing of it: its settings can have come from anybody, and would say
    /// who is let in.
    ///
    /// # Errors
    /// For an address that is not safe, and where only a part is set.
    pub fn read(values: &Values<'_>, is_project: bool) -> Result<Self, SettingError> {
        if is_project {
            return Ok(Issuers::default());
        }
        let reader = Reader::new(values);
        let text = |setting: &Setting| reader.text(setting).filter(|text| !text.is_empty());
        let introspection = reader.given_as(&HUB_INTROSPECTION, address)?;
        let own = reader.given_as(&HUB_ADDRESS, address)?.map(|own| own.trim_end_matches('/').to_owned());
        let (issuer, audience, url) = (text(&HUB_ISSUER), text(&HUB_AUDIENCE), reader.given_as(&HUB_KEYS, address)?);
        if issuer.is_none() && audience.is_none() && url.is_none() {
            return Ok(Issuers { signed: None, introspection, own });
        }
        // Without one of them, anybody's tokens would do, or tokens for anybody.
        let missing = |setting: &Setting| SettingError {
            key: setting.key.to_owned(),
            value: String::new(),
            expected: format!("set where {}, {} or {} is", HUB_ISSUER.key, HUB_AUDIENCE.key, HUB_KEYS.key),
            at: None,
        };
        let keys = Keys {
            issuer: issuer.ok_or_else(|| missing(&HUB_ISSUER))?,
            audience: audience.ok_or_else(|| missing(&HUB_AUDIENCE))?,
            url: url.ok_or_else(|| missing(&HUB_KEYS))?,
        };
        Ok(Issuers { signed: Some(keys), introspection, own })
    }
}

/// Reads an address: over TLS, or on this machine.
fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let host = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    let is_safe = match text.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => {
            let host = host(rest);
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
            ["localhost", "127.0.0.1", "[::1]"].contains(&name)
        }
        _ => false,
    };
    (is_safe && !host(text.split_once("://")?.1).contains('@')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_project: bool) -> Result<Issuers, SettingError> {
        Issuers::read(&Values::of_text(&format!("[chittysync]\n{text}"), &[]), is_project)
    }

    const ALL: &str = "hubIssuer = https://auth.example\nhubAudience = us\nhubKeys = https://auth.example/jwks.json\n";

    #[test]
    fn all_of_it_or_nothing() {
        assert_eq!(read("", false), Ok(Issuers::default()));
        let keys = read(ALL, false).expect("settings").signed.expect("an issuer");
        assert_eq!((keys.issuer.as_str(), keys.audience.as_str()), ("https://auth.example", "us"));
        assert_eq!(read(ALL, true), Ok(Issuers::default()), "a project's repository lets nobody in");
        for left_out in ["hubIssuer", "hubAudience", "hubKeys"] {
            let rest: String =
                ALL.lines().filter(|line| !line.starts_with(left_out)).map(|line| format!("{line}\n")).collect();
            let err = read(&rest, false).expect_err("a part is missing");
            assert_eq!(err.key, format!("chittysync.{left_out}"));
            let empty = format!("{rest}{left_out} =\n");
            assert!(read(&empty, false).is_err(), "{empty}");
        }
    }

    #[test]
    fn a_hub_has_one_name() {
        let own = |text: &str, is_project| read(text, is_project).expect("settings").own;
        assert_eq!(own("hubAddress = https://todos.example/", false).as_deref(), Some("https://todos.example"));
        assert_eq!(own("hubAddress = https://todos.example", true), None, "nor does a project's repository sign");
    }

    #[test]
    fn nobody_on_the_way_can_say_who_is_let_in() {
        for (url, is_safe) in [
            ("https://auth.example/v1/tokens/validate", true),
            ("http://127.0.0.1:9000/x", true),
            ("http://localhost/x", true),
            ("http://[::1]:80/x", true),
            ("http://auth.example/x", false),
            ("http://localhost.evil.example/x", false),
            ("http://127.0.0.1@evil.example/x", false),
            ("https://user:word@auth.example/x", false),
            ("https:///x", false),
            ("file:///etc/passwd", false),
            ("auth.example", false),
        ] {
            assert_eq!(read(&format!("hubIntrospection = {url}"), false).is_ok(), is_safe, "{url}");
            assert_eq!(read(&format!("hubAddress = {url}"), false).is_ok(), is_safe, "{url}");
        }
    }
}
