//! The name of a repository, by the URL of its `origin`. Two machines must find the same one.
//!
//! It is the whole path of the URL, owner and groups included: two repositories called alike are two projects. Host,
//! port, user, scheme and `.git` play no part, so that one machine may fetch by ssh and another by https.

use percent_encoding::percent_decode_str;

/// Returns the name of the repository with this URL; nothing when it has none.
///
/// Of a path on this machine, only the last part counts: another machine has the same repository at another place, and
/// the directories above it say nothing about whose it is.
pub fn repository_name(url: &str) -> Option<String> {
    let url = without_helper(url.trim());
    let (host, path) = match parse(url) {
        Origin::Local(path) => return last_part(path),
        Origin::Url(host, path) => (host, percent_decode_str(path).decode_utf8_lossy().into_owned()),
        Origin::Short(host, path) => (host, path.to_owned()),
    };
    let mut parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | ".." | "~")).collect();
    let last = parts.pop()?;
    parts.extend(Some(last.strip_suffix(".git").unwrap_or(last)).filter(|last| !last.is_empty()));
    let is_host = |name: &str| host.eq_ignore_ascii_case(name);
    // What some hosts put into one of their URLs, and not into the other.
    if is_host("ssh.dev.azure.com") || is_host("vs-ssh.visualstudio.com") {
        parts.retain(|part| *part != "v3");
    } else if let Some(at) = parts.iter().position(|part| *part == "_git").filter(|at| *at > 0) {
        // A project's main repository has its name, which the URL leaves out.
        match parts.get(at + 1).copied().filter(|_| at == 1) {
            Some(name) if is_host("dev.azure.com") => parts[at] = name,
            _ => drop(parts.remove(at)),
        }
    } else if url.starts_with("http") && parts.len() > 2 && parts[0] == "scm" {
        parts.remove(0);
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Returns whether this is a whole URL. Of a shorthand (`work:api`), which only the machine's own `insteadOf`
/// explains, what git makes of it counts; a whole URL counts as it stands, since a mirror that one machine fetches from
/// instead says nothing about the repository.
pub fn is_whole(url: &str) -> bool {
    match parse(without_helper(url.trim())) {
        Origin::Local(_) => false,
        Origin::Url(..) => true,
        // `git@host:` and `host.example:` name a host.
        Origin::Short(host, _) => url.contains('@') || host.contains('.'),
    }
}

/// Returns the last part of a path, without `.git`.
pub fn last_part(path: &str) -> Option<String> {
    let parts = path.rsplit(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".." | ".git"));
    let last = parts.map(|part| part.strip_suffix(".git").unwrap_or(part)).next()?;
    Some(last.to_owned())
}

enum Origin<'a> {
    /// A path on this machine.
    Local(&'a str),
    /// `scheme://user@host:port/path`.
    Url(&'a str, &'a str),
    /// `user@host:path`.
    Short(&'a str, &'a str),
}

fn parse(url: &str) -> Origin<'_> {
    if let Some((scheme, rest)) = url.split_once("://") {
        if scheme.eq_ignore_ascii_case("file") {
            return Origin::Local(rest);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit('@').next().unwrap_or_default();
        return Origin::Url(host.rsplit_once(':').map_or(host, |(host, _)| host), path);
    }
    // `[host:port]:path` and `[::1]:path` have colons of their own.
    let after = url.find(']').filter(|end| url.find('[').is_some_and(|begin| begin < *end)).unwrap_or(0);
    match url[after..].find(':').map(|colon| after + colon) {
        // As git has it: a slash before the colon, or a drive's letter, makes a path.
        Some(colon) if !url[..colon].contains(['/', '\\']) && colon > 1 => {
            let host = url[..colon].rsplit('@').next().unwrap_or_default();
            Origin::Short(host, &url[colon + 1..])
        }
        _ => Origin::Local(url),
    }
}

/// Takes the name of a remote helper away: `ext::…`.
fn without_helper(url: &str) -> &str {
    match url.split_once("::") {
        Some((helper, rest)) if !helper.is_empty() && helper.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line is one repository, as different machines write it.
    #[test]
    fn all_forms_of_a_url_agree() {
        for (name, urls) in [
            (
                "acme/API",
                &[
                    "git@github.com:acme/API.git",
                    "git@github.com:/acme/API",
                    "github.com:acme/API.git/",
                    "ssh://git@github.com/acme/API.git",
                    "ssh://git@ssh.github.com:443/acme/API.git",
                    "ssh://git@[::1]:22/acme/API",
                    "git@[::1]:acme/API.git",
                    "[git@github.com:22]:acme/API.git",
                    "git://github.com/acme/API.git",
                    "git://github.com:9418/acme/API",
                    "https://github.com/acme/API",
                    "https://github.com/acme/API/",
                    "https://user:p%40ss@github.com:8443//acme/API.git",
                    "https://github.com/acme/API/.git",
                    " HTTPS://GitHub.com/acme/API.git\n",
                    "git+ssh://git@github.com/acme/API.git",
                ][..],
            ),
            ("group/sub/team/api", &["git@gitlab.com:group/sub/team/api.git", "https://gitlab.com/group/sub/team/api"]),
            ("~me/api", &["https://git.sr.ht/~me/api", "git@git.sr.ht:~me/api"]),
            ("acme/my api", &["https://host.example/acme/my%20api.git", "git@host.example:acme/my api.git"]),
            ("api", &["host:api", "https://host.example/api.git", "ssh://host.example/~/api.git"]),
            (
                "org/project/api",
                &["https://org@dev.azure.com/org/project/_git/api", "git@ssh.dev.azure.com:v3/org/project/api"],
            ),
            ("org/api/api", &["https://dev.azure.com/org/_git/api", "git@ssh.dev.azure.com:v3/org/api/api"]),
            (
                "proj/api",
                &["https://bitbucket.example/scm/proj/api.git", "ssh://git@bitbucket.example:7999/proj/api.git"],
            ),
            ("scm/api", &["https://host.example/scm/api", "git@host.example:scm/api"]),
            ("v3/api", &["git@host.example:v3/api", "https://host.example/v3/api"]),
        ] {
            for url in urls {
                assert_eq!(repository_name(url).as_deref(), Some(name), "{url}");
            }
        }
    }

    #[test]
    fn a_path_on_this_machine_is_its_last_part() {
        for url in [
            "/srv/git/api.git",
            "../api",
            "./x/../api.git/",
            "api",
            "file:///srv/git/api.git",
            "file://host/srv/api",
            "C:\\work\\api.git",
            "C:/work/api",
            "/srv/a:b/api/.git",
            "~/git/api",
        ] {
            assert_eq!(repository_name(url).as_deref(), Some("api"), "{url}");
        }
        for url in ["", "/", "https://host.example/", "host:", "../.."] {
            assert_eq!(repository_name(url), None, "{url}");
        }
    }

    #[test]
    fn a_shorthand_is_no_whole_url() {
        for url in ["https://h.example/a/b", "git@h:a/b", "h.example:a/b", "ssh://h/a", "ext::ssh://h/a"] {
            assert!(is_whole(url), "{url}");
        }
        for url in ["gh:acme/api", "work:api", "/srv/api.git", "../api"] {
            assert!(!is_whole(url), "{url}");
        }
    }
}
