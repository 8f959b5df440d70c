//! How often a remote may be pushed to.

use super::config::command_line;
use super::{GitError, RemoteName, Repo};

/// How many pushes a minute github.com recommends for a repository at most.
const GITHUB_PUSHES: usize = 6;

/// How many pushes a minute a remote gets.
const PUSHES_PER_MINUTE: &str = "chittysync.remote.<name>.pushesPerMinute";

impl Repo {
    /// Returns how many pushes a minute a remote gets, as `chittysync.remote.<name>.pushesPerMinute` says (default: 6 for
    /// github.com, as it recommends, else any number); nothing for any number.
    ///
    /// # Errors
    /// [`GitError::Setting`] when it says anything but a number above 0 or `unlimited`.
    pub fn pushes_per_minute(&self, remote: &RemoteName) -> Result<Option<usize>, GitError> {
        let key = PUSHES_PER_MINUTE.replace("<name>", remote.as_str());
        let given = match command_line()?.get(&key.to_ascii_lowercase()).and_then(|values| values.last()) {
            Some(given) => Some(given.clone()),
            None => self.config().string(key.as_str()).map(|value| value.to_string()),
        };
        match given.as_deref() {
            None => Ok(self.remote_url(remote).filter(|url| host_of(url) == Some("github.com")).map(|_| GITHUB_PUSHES)),
            Some("unlimited") => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => Err(GitError::Setting { key, value: text.to_owned(), expected: "a number above 0, or unlimited" }),
            },
        }
    }
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
    use super::host_of;

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
}
