//! What git's server side sees of the world: nothing but what stands here. No setting of a user, none of the machine,
//! no hook of the repository.

use std::path::Path;

use super::limits::Limits;
use crate::access::Principal;
use crate::git::{LEASE, SESSIONS};
use crate::wire::GitPath;

/// Variables of this process that are handed on: where programs are, and in tests the time and how much is taken.
const HANDED_ON: [&str; 4] = ["PATH", "TMPDIR", "CHITTYSYNC_NOW", "CHITTYSYNC_BUDGETS"];

/// The variable in which the program that looks at a push finds who pushes.
pub(super) const PRINCIPAL: &str = "CHITTYSYNC_HUB_PRINCIPAL";
/// The variable in which it finds the store.
pub(super) const STORE: &str = "CHITTYSYNC_HUB_STORE";
/// The variable in which the hook finds that program.
pub(super) const PROGRAM: &str = "CHITTYSYNC_HUB_PROGRAM";

/// A request of git's protocol, as the server side is told of it.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// Which.
    pub path: GitPath,
    /// Who asks.
    pub who: &'a Principal,
    /// The headers that matter: `Content-Type`, `Content-Encoding`, `Git-Protocol`.
    pub content_type: &'a str,
    /// How the body is packed, where it is.
    pub encoding: &'a str,
    /// The version of the protocol that is asked for.
    pub protocol: &'a str,
    /// How many bytes the body has.
    pub length: u64,
}

/// Returns the variables for it. `hooks` is the directory with our hook, `branch` the full name of the branch.
pub(super) fn variables(
    asked: &Asked<'_>,
    store: &Path,
    hooks: &Path,
    branch: &str,
    limits: &Limits,
) -> Vec<(String, std::ffi::OsString)> {
    let method = if matches!(asked.path, GitPath::Refs(_)) { "GET" } else { "POST" };
    let query = match asked.path {
        GitPath::Refs(service) => format!("service={}", service.as_str()),
        GitPath::Exchange(_) => String::new(),
    };
    let mut all: Vec<(String, std::ffi::OsString)> =
        HANDED_ON.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?))).collect();
    let mut set = |name: &str, value: &std::ffi::OsStr| all.push((name.to_owned(), value.to_owned()));
    let text = |value: &str| std::ffi::OsString::from(value);
    set("GIT_PROJECT_ROOT", store.as_os_str());
    set("GIT_HTTP_EXPORT_ALL", &text("1"));
    set("PATH_INFO", &text(&asked.path.info()));
    set("REQUEST_METHOD", &text(method));
    set("QUERY_STRING", &text(&query));
    set("CONTENT_TYPE", &text(asked.content_type));
    set("CONTENT_LENGTH", &text(&asked.length.to_string()));
    set("HTTP_CONTENT_ENCODING", &text(asked.encoding));
    set("GIT_PROTOCOL", &text(asked.protocol));
    set("REMOTE_USER", &text(&asked.who.token));
    set("HOME", &text("/nonexistent"));
    set("LC_ALL", &text("C"));
    set("GIT_CONFIG_NOSYSTEM", &text("1"));
    set("GIT_CONFIG_GLOBAL", &text("/dev/null"));
    set(PRINCIPAL, &text(&asked.who.line()));
    set(STORE, store.as_os_str());
    let program = std::env::current_exe().unwrap_or_default();
    set(PROGRAM, program.as_os_str());
    let largest = limits.push.to_string();
    let shown = [SESSIONS.trim_end_matches('/'), branch, LEASE].map(|name| format!("!{name}"));
    let head = std::fs::read_to_string(store.join("HEAD")).unwrap_or_default();
    // Which commit somebody stands on in a repository that is a store too is nobody's business either.
    let head = if head.trim() == format!("ref: {branch}") { "!HEAD" } else { "HEAD" };
    let settings: [(&str, &std::ffi::OsStr); 13] = [
        ("safe.directory", store.as_os_str()),
        ("core.hooksPath", hooks.as_os_str()),
        ("http.receivepack", "true".as_ref()),
        ("receive.fsckObjects", "true".as_ref()),
        ("receive.maxInputSize", largest.as_ref()),
        ("receive.autogc", "false".as_ref()),
        ("gc.auto", "0".as_ref()),
        ("uploadpack.allowAnySHA1InWant", "false".as_ref()),
        // All but sessions, the branch and the lease is nobody's business.
        ("transfer.hideRefs", head.as_ref()),
        ("transfer.hideRefs", "refs".as_ref()),
        ("transfer.hideRefs", shown[0].as_ref()),
        ("transfer.hideRefs", shown[1].as_ref()),
        ("transfer.hideRefs", shown[2].as_ref()),
    ];
    set("GIT_CONFIG_COUNT", &text(&settings.len().to_string()));
    for (at, (key, value)) in settings.into_iter().enumerate() {
        set(&format!("GIT_CONFIG_KEY_{at}"), &text(key));
        set(&format!("GIT_CONFIG_VALUE_{at}"), value);
    }
    all
}
