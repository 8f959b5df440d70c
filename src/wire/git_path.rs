//! Which of git's own requests a path is. Nothing else below it is answered: no file of the repository can be asked for.

/// One of git's two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// `git fetch` and `git clone`.
    Upload,
    /// `git push`.
    Receive,
}

impl Service {
    /// Returns what git calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Upload => "git-upload-pack",
            Service::Receive => "git-receive-pack",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Service::Upload, Service::Receive].into_iter().find(|service| service.as_str() == word)
    }
}

/// A request of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitPath {
    /// What refs there are.
    Refs(Service),
    /// The exchange itself.
    Exchange(Service),
}

impl GitPath {
    /// What stands before the requests of the store: `/git/todos.git` is its URL.
    pub const STORE: &'static str = "/git/todos.git";

    /// Returns the request that this method, path and query are; nothing when they are none.
    pub fn parse(method: &str, path: &str, query: Option<&str>) -> Option<Self> {
        let rest = path.strip_prefix(GitPath::STORE)?;
        match (method, rest) {
            ("GET", "/info/refs") => Some(GitPath::Refs(Service::parse(query?.strip_prefix("service=")?)?)),
            ("POST", _) if query.is_none() => Some(GitPath::Exchange(Service::parse(rest.strip_prefix('/')?)?)),
            _ => None,
        }
    }

    /// Returns the service.
    pub fn service(self) -> Service {
        match self {
            GitPath::Refs(service) | GitPath::Exchange(service) => service,
        }
    }

    /// Returns the path below the repository, as git is told it.
    pub fn info(self) -> String {
        match self {
            GitPath::Refs(_) => "/info/refs".into(),
            GitPath::Exchange(service) => format!("/{}", service.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_requests_and_no_more() {
        let refs = |service: &str| Some(format!("service=git-{service}-pack"));
        for (method, path, query, expected) in [
            ("GET", "/info/refs", refs("upload"), Some(GitPath::Refs(Service::Upload))),
            ("GET", "/info/refs", refs("receive"), Some(GitPath::Refs(Service::Receive))),
            ("POST", "/git-upload-pack", None, Some(GitPath::Exchange(Service::Upload))),
            ("POST", "/git-receive-pack", None, Some(GitPath::Exchange(Service::Receive))),
        ] {
            let path = format!("{}{path}", GitPath::STORE);
            assert_eq!(GitPath::parse(method, &path, query.as_deref()), expected, "{method} {path}");
        }
    }

    #[test]
    fn hostile_paths_are_nothing() {
        for (method, path, query) in [
            ("GET", "/git/todos.git/HEAD", None),
            ("GET", "/git/todos.git/config", None),
            ("GET", "/git/todos.git/objects/info/packs", None),
            ("GET", "/git/todos.git/chittysync/tokens", None),
            ("GET", "/git/todos.git/info/refs", None),
            ("GET", "/git/todos.git/info/refs", Some("service=git-upload-archive")),
            ("GET", "/git/todos.git/info/refs", Some("service=git-upload-pack&x=y")),
            ("GET", "/git/todos.git/../other.git/info/refs", Some("service=git-upload-pack")),
            ("GET", "/git/todos.git/%2e%2e/info/refs", Some("service=git-upload-pack")),
            ("GET", "/git/todos.git//info/refs", Some("service=git-upload-pack")),
            ("GET", "/git/todos.gitinfo/refs", Some("service=git-upload-pack")),
            ("GET", "/git/other.git/info/refs", Some("service=git-upload-pack")),
            ("POST", "/git/todos.git/info/refs", Some("service=git-upload-pack")),
            ("POST", "/git/todos.git/git-upload-pack", Some("x")),
            ("POST", "/git/todos.git/git-upload-archive", None),
            ("POST", "/git/todos.gitgit-upload-pack", None),
            ("PUT", "/git/todos.git/git-receive-pack", None),
            ("GET", "/git/todos.git/git-receive-pack", None),
        ] {
            assert_eq!(GitPath::parse(method, path, query), None, "{method} {path} {query:?}");
        }
    }
}
