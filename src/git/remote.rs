//! Remotes: their names, and where they are.

use gix::bstr::ByteSlice;

use super::{Git, GitError, RemoteName, Repo};

/// A URL that a store does not get as its remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Nothing, an option, or a control character.
    #[error("it is not a URL or a path")]
    NotOne,
    /// `ext::` and its like.
    #[error("it names a program to run; only paths, file, ssh, http and https URLs are taken")]
    Helper,
    /// `https://user:password@host/…`.
    #[error("it has a password in it, which git config would show to everybody who reads it")]
    Password,
}

/// Checks the URL of a remote.
///
/// # Errors
/// When git would run a program for it, or when it holds a password.
pub fn check_url(url: &str) -> Result<(), UrlError> {
    if url.trim().is_empty() || url.starts_with('-') || url.chars().any(char::is_control) {
        return Err(UrlError::NotOne);
    }
    // git takes `<word>::<anything>` for the call of a program.
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'));
    if url.split_once("::").is_some_and(|(helper, _)| word(helper)) {
        return Err(UrlError::Helper);
    }
    if let Some((scheme, rest)) = url.split_once("://") {
        if !["ssh", "git", "http", "https", "file", "git+ssh", "ssh+git"]
            .contains(&scheme.to_ascii_lowercase().as_str())
        {
            return Err(UrlError::Helper);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
            return Err(UrlError::Password);
        }
    }
    Ok(())
}

/// Returns `https://github.com/<owner>/<repository>` if that is where the URL leads.
pub fn github_page(url: &str) -> Option<String> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map(|(host, path)| (host.to_owned(), path.to_owned())),
        None => url.split_once(':').map(|(host, path)| (host.to_owned(), path.to_owned())),
    };
    let (host, path) = rest?;
    let host = host.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    let path = path.trim_matches('/').trim_end_matches(".git");
    let known = ["github.com", "www.github.com", "ssh.github.com"].contains(&host.as_str());
    (known && path.split('/').count() == 2).then(|| format!("https://github.com/{path}"))
}

impl Repo {
    /// Returns the names of all configured remotes that we can name.
    pub fn remotes(&self) -> Vec<RemoteName> {
        self.remote_names().into_iter().filter_map(|name| RemoteName::new(&name)).collect()
    }

    /// Returns the URL of a remote as configured; nothing when there is no such remote.
    pub fn remote_url(&self, remote: &RemoteName) -> Option<String> {
        self.config().string(format!("remote.{remote}.url").as_str()).map(|url| url.to_string())
    }

    /// Returns where a push to a remote goes, after `insteadOf` and `pushurl`.
    pub fn push_urls(&self, remote: &RemoteName) -> Vec<String> {
        let arguments = ["remote", "get-url", "--push", "--all", remote.as_str()];
        let said = Git::new(Some(self.common_dir()), arguments).output().unwrap_or_default();
        String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()
    }

    /// Returns whether a plain `git fetch` of the remote brings its sessions.
    pub fn fetches_sessions(&self, remote: &RemoteName) -> bool {
        let key = format!("remote.{remote}.fetch");
        let specs = self.config().plumbing().strings(key.as_str()).unwrap_or_default();
        specs.iter().any(|spec| spec.trim_start_with(|c| c == '+').starts_with(super::SESSIONS.as_bytes()))
    }

    /// Makes plain `git fetch` of the remote bring its branches and its sessions. Adds the remote when `url`
    /// says where it is.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn add_remote(&self, remote: &RemoteName, url: Option<&str>) -> Result<(), GitError> {
        let set = |option: &str, key: &str, value: &str| {
            let key = format!("remote.{remote}.{key}");
            let arguments = ["config", "--local", option, key.as_str(), value];
            Git::new(Some(self.common_dir()), arguments.into_iter().filter(|argument| !argument.is_empty())).output()
        };
        if let Some(url) = url {
            set("--add", "url", url)?;
            set("--add", "fetch", &format!("+refs/heads/*:refs/remotes/{remote}/*"))?;
        }
        if !self.fetches_sessions(remote) {
            set("--add", "fetch", &sessions_of(remote))?;
        }
        Ok(())
    }

    /// Takes away what [`Repo::add_remote`] does to a remote that was there.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn fetch_no_sessions(&self, remote: &RemoteName) -> Result<(), GitError> {
        self.unset(&["--fixed-value", "--unset-all", &format!("remote.{remote}.fetch"), &sessions_of(remote)])
    }

    /// Removes a remote with its tracking branches, as git does.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn remove_remote(&self, remote: &RemoteName) -> Result<(), GitError> {
        Git::new(Some(self.common_dir()), ["remote", "remove", remote.as_str()]).output().map(drop)
    }
}

/// Returns what makes a plain `git fetch` of a remote bring its sessions.
fn sessions_of(remote: &RemoteName) -> String {
    format!("+{}*:{}*", super::SESSIONS, super::Namespace::Sessions.tracking_prefix(remote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_git_would_misread_are_none() {
        for good in ["origin", "team/origin", "Büro", "a.b"] {
            assert!(RemoteName::new(good).is_some(), "{good}");
        }
        for bad in ["", "-x", "--upload-pack=x", "ext::sh -c x", "https://x/y", "a b", "a..b", "a=b", "x\u{1b}"] {
            assert_eq!(RemoteName::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn urls_are_checked() {
        for good in
            ["/srv/x.git", "../x", "file:///srv/x", "https://me@host/x", "ssh://me@host:22/x", "me@host:x", "C:/x"]
        {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", UrlError::NotOne),
            ("-x", UrlError::NotOne),
            ("ext::sh -c 'touch x'", UrlError::Helper),
            ("transport+x::y", UrlError::Helper),
            ("gopher://x/y", UrlError::Helper),
            ("https://me:secret@host/x", UrlError::Password),
            ("https://:token@host/x?y=@", UrlError::Password),
        ] {
            assert_eq!(check_url(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn github_is_recognised() {
        for url in [
            "https://github.com/me/todos",
            "https://me@GitHub.com/me/todos.git",
            "git@github.com:me/todos.git",
            "ssh://git@github.com:22/me/todos.git/",
        ] {
            assert_eq!(github_page(url).as_deref(), Some("https://github.com/me/todos"), "{url}");
        }
        for url in ["https://github.com.evil.example/me/todos", "/srv/github.com/x/y", "https://host/github.com/x"] {
            assert_eq!(github_page(url), None, "{url}");
        }
    }
}
