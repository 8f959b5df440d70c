//! Says which commit this is built from, for `git chittysync version`, and how it is linked. Without git, or without a
//! repository of its own, it says nothing of the commit, and builds all the same.

use std::path::Path;
use std::process::Command;

/// What makes up the program.
const SOURCES: [&str; 3] = ["src", "Cargo.toml", "Cargo.lock"];

fn main() {
    for path in SOURCES {
        println!("cargo::rerun-if-changed={path}");
    }
    link_at_one_address();
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let here = Path::new(&here);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        // Whoever builds in a hook of git has another repository in the environment.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        let said = command.arg("-C").arg(here).args(arguments).output().ok()?;
        said.status.success().then(|| String::from_utf8_lossy(&said.stdout).trim().to_owned())
    };
    // A repository further up is somebody else's.
    let top = git(&["rev-parse", "--show-toplevel"]).and_then(|top| std::fs::canonicalize(top).ok());
    let is_own = top.is_some() && top == std::fs::canonicalize(here).ok();
    let of_git = |arguments: &[&str]| if is_own { git(arguments).unwrap_or_default() } else { String::new() };
    let commit = match is_own {
        true => of_git(&["rev-parse", "--short=12", "HEAD"]),
        false => packaged(here).unwrap_or_default(),
    };
    let changed = of_git(&[&["status", "--porcelain", "--"][..], &SOURCES].concat());
    println!("cargo::rustc-env=CHITTYSYNC_COMMIT={commit}");
    println!("cargo::rustc-env=CHITTYSYNC_DATE={}", of_git(&["log", "-1", "--format=%cs"]));
    println!("cargo::rustc-env=CHITTYSYNC_CHANGED={}", if changed.is_empty() { "" } else { "yes" });
    let features = std::env::vars().filter_map(|(name, _)| Some(name.strip_prefix("CARGO_FEATURE_")?.to_lowercase()));
    // `default` stands for others, which are named too.
    let features = features.map(|name| name.replace('_', "-")).filter(|name| name != "default");
    let mut features: Vec<String> = features.collect();
    features.sort();
    println!("cargo::rustc-env=CHITTYSYNC_FEATURES={}", features.join(","));
}

/// Links the program that hooks start so that it needs no addresses put right when it is loaded, which was a seventh of its
/// start. Where this is known to work, and not the hub's: that is a server (docs/decisions/0025-one-address.md).
fn link_at_one_address() {
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if target("OS") == "linux" && target("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-arg-bin=git-chittysync=-no-pie");
    }
}

/// Returns the commit that cargo put beside the sources when it packaged them.
fn packaged(here: &Path) -> Option<String> {
    let text = std::fs::read_to_string(here.join(".cargo_vcs_info.json")).ok()?;
    let commit = text.split("\"sha1\"").nth(1)?.split('"').nth(1)?;
    commit.get(..12).map(str::to_owned)
}
