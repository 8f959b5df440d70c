//! How git is called to talk with a remote: with the user's own settings, and with no program that the store's name.
//!
//! A store can be a repository that came from somewhere, settings and all. git itself runs what they name when it fetches
//! or pushes. A sync does not: what names a program, or lets one run, is taken from the settings of the user, the system,
//! the environment and the command line only (`docs/security.md`).

use std::cell::OnceCell;

use super::given::parts;
use super::globals::listed;
use super::{Git, GitError, RemoteName, Repo, Watch};

/// Settings with which every transfer runs: no hook, and nothing that changes what we ask for.
const ALWAYS: [(&str, &str); 8] = [
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("fetch.bundleURI", ""),
    ("fetch.fsckObjects", "true"),
    ("fetch.writeCommitGraph", "false"),
    ("push.negotiate", "false"),
    // A remote that does not know options takes nothing with one.
    ("push.pushOption", ""),
    ("protocol.ext.allow", "never"),
];

/// Protocols that git speaks itself. All others are programs of somebody else.
const PROTOCOLS: [&str; 5] = ["file", "git", "http", "https", "ssh"];

/// One setting, in lower case but for its middle.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    /// It stands in the store's own files.
    of_store: bool,
    key: String,
    value: String,
}

/// What a call of git gets, so that it runs what the user's settings name and nothing else.
#[derive(Debug)]
pub(super) struct Hardened {
    options: Vec<(String, String)>,
    variables: Vec<(&'static str, String)>,
    /// The program at the other end that sends, and the one that receives.
    packs: [String; 2],
    unused: Vec<String>,
}

impl Hardened {
    /// Looks at the settings that apply in a store.
    ///
    /// # Errors
    /// When git cannot be started, or cannot read them.
    pub(super) fn of(repo: &Repo, remote: &RemoteName, watch: &Watch<'_>) -> Result<Self, GitError> {
        let alone = OnceCell::new();
        let kept = watch.settings.unwrap_or(&alone);
        if kept.get().is_none() {
            let list = ["config", "--list", "--show-scope", "--null"];
            let said = Git::new(Some(repo.common_dir()), list).output()?;
            let _ = kept.set(String::from_utf8_lossy(&said).into_owned());
        }
        let is_set = |name: &str| std::env::var(name).ok();
        let said = kept.get().map_or("", String::as_str);
        Ok(Hardened::from(&read(said), remote, watch.interactive, is_set))
    }

    fn from(
        settings: &[Setting],
        remote: &RemoteName,
        interactive: bool,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let user = |key: &str| {
            let found = settings.iter().rev().find(|setting| !setting.of_store && setting.key == key);
            found.map(|setting| setting.value.clone())
        };
        let of_store: Vec<&Setting> = settings.iter().filter(|setting| setting.of_store).collect();
        let store_has = |key: &str| of_store.iter().any(|setting| setting.key == key);
        let mut options: Vec<(String, String)> =
            ALWAYS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        options.push((format!("remote.{remote}.mirror"), "false".to_owned()));
        options.push((format!("remote.{remote}.followRemoteHEAD"), "never".to_owned()));
        let mut variables = Vec::new();

        let all_protocols = user("protocol.allow");
        options.push(("protocol.allow".to_owned(), all_protocols.clone().unwrap_or_else(|| "never".to_owned())));
        for name in PROTOCOLS {
            let allow = user(&format!("protocol.{name}.allow")).or_else(|| all_protocols.clone());
            options.push((format!("protocol.{name}.allow"), allow.unwrap_or_else(|| "always".to_owned())));
        }
        for setting in &of_store {
            let neutral = match parts(&setting.key) {
                ("protocol", Some(name), "allow") if PROTOCOLS.contains(&name) => continue,
                ("protocol", Some(_), "allow") => "never",
                ("http", _, "savecookies") => "false",
                ("hook", Some(_), "command") | ("core", None, "alternaterefscommand") => "true",
                ("core", None, "askpass") => "",
                _ => continue,
            };
            // git's own words for the same setting come last, and so they hold.
            options.push((setting.key.clone(), user(&setting.key).unwrap_or_else(|| neutral.to_owned())));
        }
        if of_store.iter().any(|setting| is_helper(&setting.key)) {
            // An empty one forgets those before it.
            options.push(("credential.helper".to_owned(), String::new()));
            let helpers = settings.iter().filter(|setting| !setting.of_store && is_helper(&setting.key));
            options.extend(helpers.map(|setting| (setting.key.clone(), setting.value.clone())));
        }
        if store_has("core.gitproxy") && variable("GIT_PROXY_COMMAND").is_none() {
            variables.push(("GIT_PROXY_COMMAND", String::new()));
        }
        if variable("GIT_SSH_COMMAND").is_none() {
            // Nobody is there to answer what an ssh asks, unless the user has set up ssh for git.
            let quiet = if interactive { "ssh" } else { "ssh -o BatchMode=yes" };
            let set = user("core.sshcommand").or_else(|| variable("GIT_SSH").map(|program| quoted(&program)));
            if set.is_none() || store_has("core.sshcommand") {
                variables.push(("GIT_SSH_COMMAND", set.unwrap_or_else(|| quiet.to_owned())));
            }
        }
        let pack =
            |key: &str, default: &str| user(&format!("remote.{remote}.{key}")).unwrap_or_else(|| default.to_owned());
        let packs = [pack("uploadpack", "git-upload-pack"), pack("receivepack", "git-receive-pack")];
        let unused = of_store.iter().filter(|setting| names_a_program(&setting.key, remote));
        let mut unused: Vec<String> = unused.map(|setting| setting.key.clone()).collect();
        unused.sort();
        unused.dedup();
        Hardened { options, variables, packs, unused }
    }

    /// Returns a call of a command of git. Options come before the command, arguments behind it.
    pub(super) fn git<'a>(
        &self,
        repo: &Repo,
        options: &[&str],
        command: &str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Git {
        let mut all: Vec<String> = Vec::new();
        all.extend(self.options.iter().flat_map(|(key, value)| ["-c".to_owned(), format!("{key}={value}")]));
        all.extend(options.iter().map(|option| (*option).to_owned()));
        all.push(command.to_owned());
        let [upload, receive] = &self.packs;
        all.push(if command == "push" {
            format!("--receive-pack={receive}")
        } else {
            format!("--upload-pack={upload}")
        });
        all.extend(arguments.into_iter().map(str::to_owned));
        let git = Git::new(Some(repo.common_dir()), all.iter().map(String::as_str));
        self.variables.iter().fold(git, |git, (name, value)| git.env(name, value))
    }
}

impl Repo {
    /// Returns the settings of the store's own files that a transfer with a remote does not use, because they name a
    /// program.
    ///
    /// # Errors
    /// When git cannot be started, or cannot read them.
    pub fn unused_programs(&self, remote: &RemoteName, watch: &Watch<'_>) -> Result<Vec<String>, GitError> {
        Ok(Hardened::of(self, remote, watch)?.unused)
    }
}

/// Reads what `git config --list --show-scope --null` says.
fn read(text: &str) -> Vec<Setting> {
    let setting = |(scope, key, value): (&str, &str, &str)| {
        let of_store = !["system", "global", "command"].contains(&scope);
        Setting { of_store, key: key.to_owned(), value: value.to_owned() }
    };
    listed(text).map(setting).collect()
}

fn is_helper(key: &str) -> bool {
    matches!(parts(key), ("credential", _, "helper"))
}

fn names_a_program(key: &str, remote: &RemoteName) -> bool {
    match parts(key) {
        ("core", None, name) => ["askpass", "gitproxy", "sshcommand"].contains(&name),
        ("remote", Some(name), "receivepack" | "uploadpack" | "vcs") => name == remote.as_str(),
        _ => is_helper(key),
    }
}

/// Returns a program's name as a word of a shell.
fn quoted(program: &str) -> String {
    format!("'{}'", program.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hardened(listed: &str, variables: &[(&str, &str)]) -> Hardened {
        let remote = RemoteName::new("origin").expect("a name");
        let listed: String =
            listed.lines().map(|line| format!("{}\0", line.replacen(' ', "\0", 1).replacen('=', "\n", 1))).collect();
        let variable =
            |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        Hardened::from(&read(&listed), &remote, false, variable)
    }

    fn last<'a>(hardened: &'a Hardened, key: &str) -> Option<&'a str> {
        hardened.options.iter().rev().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    #[test]
    fn ssh_is_the_users() {
        let ssh = |listed: &str, variables: &[(&str, &str)]| hardened(listed, variables).variables.pop();
        let set = |command: &str| Some(("GIT_SSH_COMMAND", command.to_owned()));
        assert_eq!(ssh("", &[]), set("ssh -o BatchMode=yes"));
        assert_eq!(ssh("local core.sshcommand=evil", &[]), set("ssh -o BatchMode=yes"));
        assert_eq!(ssh("worktree core.sshcommand=evil", &[]), set("ssh -o BatchMode=yes"));
        assert_eq!(ssh("global core.sshcommand=mine\nlocal core.sshcommand=evil", &[]), set("mine"));
        assert_eq!(ssh("global core.sshcommand=mine", &[]), None, "git finds it itself");
        assert_eq!(ssh("local core.sshcommand=evil", &[("GIT_SSH", "/a b/it's")]), set("'/a b/it'\\''s'"));
        assert_eq!(ssh("", &[("GIT_SSH", "plink")]), None);
        assert_eq!(ssh("local core.sshcommand=evil\ncommand core.sshcommand=x", &[("GIT_SSH_COMMAND", "mine")]), None);
    }

    #[test]
    fn helpers_are_the_users() {
        let listed = "global credential.helper=store\nlocal credential.https://x.y/z.helper=!evil\nglobal credential.https://x.helper=mine";
        let found = hardened(listed, &[]);
        let helpers: Vec<_> = found.options.iter().filter(|(key, _)| is_helper(key)).map(|(_, value)| value).collect();
        assert_eq!(helpers, ["", "store", "mine"]);
        assert_eq!(found.unused, ["credential.https://x.y/z.helper"]);
        assert!(hardened("global credential.helper=store", &[]).options.iter().all(|(key, _)| !is_helper(key)));
    }

    #[test]
    fn protocols_are_those_that_git_speaks_or_the_user_allows() {
        let found = hardened(
            "local protocol.evil.allow=always\nlocal protocol.allow=always\nlocal protocol.ssh.allow=never",
            &[],
        );
        assert_eq!(last(&found, "protocol.evil.allow"), Some("never"));
        assert_eq!(
            (last(&found, "protocol.allow"), last(&found, "protocol.ssh.allow")),
            (Some("never"), Some("always"))
        );
        let found = hardened(
            "global protocol.allow=never\nglobal protocol.https.allow=always\nglobal protocol.mine.allow=always\nlocal protocol.mine.allow=never",
            &[],
        );
        assert_eq!(
            (last(&found, "protocol.ssh.allow"), last(&found, "protocol.https.allow")),
            (Some("never"), Some("always"))
        );
        assert_eq!(last(&found, "protocol.mine.allow"), Some("always"));
    }

    #[test]
    fn the_other_end_is_the_users() {
        let found = hardened(
            "local remote.origin.uploadpack=evil\nglobal remote.origin.receivepack=/opt/git-receive-pack\nlocal remote.other.vcs=evil\nlocal remote.origin.vcs=evil",
            &[],
        );
        assert_eq!(found.packs, ["git-upload-pack", "/opt/git-receive-pack"]);
        assert_eq!(found.unused, ["remote.origin.uploadpack", "remote.origin.vcs"]);
    }
}
