//! What settings come to for one remote.

use super::reader::{Reader, SettingError, number};
use super::setting::key_for;
use super::table::{PLACE, REMOTE_MERGES, REMOTE_PLACE, REMOTE_PUSHES};
use crate::git::{Namespace, RemoteName, Values};

/// Returns where a remote keeps sessions, as settings say or as was found out before; nothing to find out.
///
/// # Errors
/// When it says something else.
pub fn namespace_on(values: &Values<'_>, remote: &RemoteName) -> Result<Option<Namespace>, SettingError> {
    let reader = Reader::of_remote(values, remote.as_str());
    reader.read_or(&REMOTE_PLACE, PLACE.default_value(), parse_namespace)
}

/// Returns the key and the value that say where a remote keeps sessions.
pub fn remembered_namespace(remote: &RemoteName, namespace: Namespace) -> (String, &'static str) {
    let value = match namespace {
        Namespace::Sessions => "sessions",
        Namespace::Heads => "heads",
    };
    (key_for(REMOTE_PLACE.key, Some(remote.as_str())), value)
}

/// Returns a namespace by its name; nothing inside for `auto`.
pub(super) fn parse_namespace(text: &str) -> Option<Option<Namespace>> {
    match text {
        "auto" => Some(None),
        "sessions" => Some(Some(Namespace::Sessions)),
        "heads" => Some(Some(Namespace::Heads)),
        _ => None,
    }
}

/// Who merges the sessions of a remote into its branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merger {
    /// The devices that push there.
    Devices,
    /// The remote itself, which is a hub.
    Hub,
}

/// Returns who merges on a remote.
///
/// # Errors
/// When it says something else.
pub fn merger_on(values: &Values<'_>, remote: &RemoteName) -> Result<Merger, SettingError> {
    let reader = Reader::of_remote(values, remote.as_str());
    reader.read_or(&REMOTE_MERGES, REMOTE_MERGES.default_value(), |text| match text {
        "devices" => Some(Merger::Devices),
        "hub" => Some(Merger::Hub),
        _ => None,
    })
}

/// Returns how many pushes a minute a remote at this URL gets; nothing for any number.
///
/// # Errors
/// When it says anything but a number above 0 or `unlimited`.
pub fn pushes_per_minute(
    values: &Values<'_>,
    remote: &RemoteName,
    url: Option<&str>,
) -> Result<Option<usize>, SettingError> {
    let is_github = url.and_then(host_of) == Some("github.com");
    let default = REMOTE_PUSHES.except.filter(|_| is_github).map(|(_, value)| value);
    let reader = Reader::of_remote(values, remote.as_str());
    reader.read_or(&REMOTE_PUSHES, default.or(REMOTE_PUSHES.default_value()), |text| number(&REMOTE_PUSHES, text))
}

/// Returns the host of a URL, or of a path as scp writes it.
fn host_of(url: &str) -> Option<&str> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next()?,
        None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?.0,
    };
    let host = rest.rsplit('@').next()?;
    Some(host.split(':').next().unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_in_every_form_of_a_url() {
        for url in [
            "https://github.com/a/b.git",
            "ssh://git@github.com:22/a/b",
            "git@github.com:a/b.git",
            "https://user:word@github.com/a",
            "git://github.com",
        ] {
            assert_eq!(host_of(url), Some("github.com"), "{url}");
        }
        for (url, host) in [
            ("https://example.com/github.com", Some("example.com")),
            ("https://github.com.example.com/a", Some("github.com.example.com")),
            ("/srv/github.com/a.git", None),
            ("../github.com:a/b", None),
            ("file:///srv/github.com", Some("")),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    const ALL: &str = "[chittysync]\nremotePrefix = sessions\n";
    const OLD: &str = "[chittysync \"hub\"]\nremotePrefix = heads\n";
    const ONE: &str = "[chittysync \"remote.hub\"]\nremotePrefix = heads\npushesPerMinute = 2\n";

    fn remote(name: &str) -> RemoteName {
        RemoteName::new(name).expect("a name")
    }

    #[test]
    fn what_is_said_of_one_remote_goes_before_what_is_said_of_all() {
        let namespace = |texts: &[&str], name: &str| {
            namespace_on(&Values::of_text(&texts.concat(), &[]), &remote(name)).expect("a namespace")
        };
        assert_eq!(namespace(&[], "hub"), None);
        assert_eq!(namespace(&[ALL], "hub"), Some(Namespace::Sessions));
        assert_eq!(namespace(&[ALL, ONE], "hub"), Some(Namespace::Heads));
        assert_eq!(namespace(&[ALL, ONE], "Hub"), Some(Namespace::Sessions));
        assert_eq!(namespace(&[OLD], "hub"), Some(Namespace::Heads), "as it was remembered before");
        assert_eq!(namespace(&[OLD, ALL], "hub"), Some(Namespace::Sessions), "which all then went before");
        assert_eq!(namespace(&[ONE], "remote.hub"), None, "the old key of this one is the key of another now");
        let bad = Values::of_text("[chittysync \"remote.a.b\"]\nremotePrefix = tags\n", &[]);
        let said = namespace_on(&bad, &remote("a.b")).expect_err("no namespace").to_string();
        assert_eq!(
            said,
            "the setting chittysync.remote.a.b.remotePrefix is 'tags', but must be auto, sessions or heads (it is set in config)"
        );
    }

    #[test]
    fn what_is_remembered_is_read() {
        for namespace in Namespace::ALL {
            let (key, value) = remembered_namespace(&remote("team/hub"), namespace);
            let values = Values::of_text("", &[(&key, value)]);
            assert_eq!(namespace_on(&values, &remote("team/hub")), Ok(Some(namespace)));
        }
    }

    #[test]
    fn pushes_are_counted_for_hosts_that_want_it() {
        let pushes = |text: &str, url| pushes_per_minute(&Values::of_text(text, &[]), &remote("hub"), url);
        assert_eq!(pushes("", Some("git@github.com:a/b")), Ok(Some(6)));
        assert_eq!((pushes("", Some("/srv/a.git")), pushes("", None)), (Ok(None), Ok(None)));
        assert_eq!(pushes(ONE, Some("git@github.com:a/b")), Ok(Some(2)));
        let unlimited = ONE.replace('2', "unlimited");
        assert_eq!(pushes(&unlimited, Some("git@github.com:a/b")), Ok(None));
        for bad in ["0", "-1", "none", "never"] {
            assert!(pushes(&ONE.replace('2', bad), None).is_err(), "{bad}");
        }
    }
}
