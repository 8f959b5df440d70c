//! Remotes that a repository brings along: git would run their hooks here, on this machine.

use std::fs;
use std::path::Path;

use super::{RemoteName, Repo};

impl Repo {
    /// Returns why nothing is to be pushed to a remote: it is a repository that came with this one. Whoever pushes to a
    /// repository on the same machine runs its hooks, and what its settings name.
    pub(super) fn brings_along(&self, remote: &RemoteName) -> Option<&'static str> {
        let own = fs::canonicalize(self.work_dir().unwrap_or(self.common_dir())).ok()?;
        self.push_urls(remote).iter().find_map(|url| {
            let path = Path::new(local_path(url)?);
            if path.is_relative() {
                return Some("its path is relative, so it may have come with this repository, and its hooks would run; give it its whole path with `git remote set-url`");
            }
            let path = fs::canonicalize(path).ok()?;
            path.starts_with(&own).then_some("it is inside this repository, and its hooks would run; keep it elsewhere")
        })
    }
}

/// Returns the path of a URL that leads to a repository on this machine.
fn local_path(url: &str) -> Option<&str> {
    if let Some(path) = url.strip_prefix("file://") {
        return Some(path);
    }
    let colon = url.find(':');
    let is_path = colon.is_none_or(|colon| url[..colon].contains('/') || Path::new(url).is_absolute());
    is_path.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn paths_are_told_from_urls() {
        for (url, path) in
            [("/srv/x", "/srv/x"), ("../x", "../x"), ("x", "x"), ("./a:b", "./a:b"), ("file:///srv/x", "/srv/x")]
        {
            assert_eq!(local_path(url), Some(path), "{url}");
        }
        for url in ["https://host/x", "ssh://host/x", "host:x", "me@host:/x"] {
            assert_eq!(local_path(url), None, "{url}");
        }
    }
}
