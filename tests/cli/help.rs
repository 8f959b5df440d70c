//! Help before anything is installed, and which build this is.

use crate::common::{World, binary, done};

/// One screen for `-h`, all of it for `--help` and `help`; of one command the same in each way.
#[test]
fn helps_before_it_is_installed() {
    let world = World::new();
    let short = world.ok(&["-h"]);
    assert!(short.lines().count() <= 24 && short.lines().all(|line| line.chars().count() <= 80), "{short}");
    assert!(short.contains("there after `install`") && !short.contains("merge-driver"), "{short}");
    assert_eq!(world.git(&world.home(), &["chittysync", "-h"]), short.trim_end());
    assert_eq!(world.ok(&["-q", "-h"]), short);
    // Called by its own name, and by git.
    let long = world.ok(&["--help"]);
    assert!(long.contains("merge-driver") && long.contains("  list ") && long.lines().count() > 40, "{long}");
    assert_eq!(world.ok(&["help"]), long);
    assert_eq!(world.git(&world.home(), &["chittysync", "help"]), long.trim_end());
    for command in ["list", "merge-driver", "help", "version"] {
        let help = world.ok(&["help", command]);
        assert!(help.contains(&format!("Usage: git chittysync {command}")), "{help}");
        assert_eq!(world.ok(&[command, "--help"]), help);
    }
    assert!(world.ok(&["help", "service", "install"]).contains("Usage: git chittysync service install"));
    for unknown in [&["help", "lost"][..], &["help", "list", "all"]] {
        let done = world.run(unknown);
        assert!(done.code == Some(129) && done.stderr.contains("there is no command '"), "{done:?}");
    }
    assert!(world.json(&["help", "list"])["text"].as_str().expect("a text").contains("--project"));
    // Of one command, `-h` is that command's.
    assert!(world.ok(&["list", "-h"]).contains("--project"));
    // No store, no repository, no directory is needed.
    assert!(!world.store().exists());
    let mut gone = world.command("sh");
    let script = format!("mkdir gone && cd gone && rmdir ../gone && {} help list && {0} version", binary());
    let done = done(gone.args(["-c", &script]).output());
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// The commit is that of the repository that this test is in, unless it is in none.
#[test]
fn says_which_build_it_is() {
    let world = World::new();
    let text = world.ok(&["version"]);
    let names: Vec<&str> = text.lines().skip(1).map(|line| line.split_whitespace().next().expect("a name")).collect();
    assert_eq!(names, ["commit", "features", "format", "git"], "{text}");
    assert!(text.starts_with(&format!("git-chittysync {}\n", env!("CARGO_PKG_VERSION"))), "{text}");
    let json = world.json(&["version"]);
    let git = world.git(&world.home(), &["version"]);
    assert_eq!(json["git"].as_str().map(|git| format!("git version {git}")).as_deref(), Some(git.as_str()));
    let here = env!("CARGO_MANIFEST_DIR");
    let git = |arguments: &[&str]| world.git_run(std::path::Path::new(here), arguments);
    let top = git(&["rev-parse", "--show-toplevel"]);
    if top.code == Some(0) && std::fs::canonicalize(top.stdout.trim()).ok() == std::fs::canonicalize(here).ok() {
        // It was built from this commit, or, when none of its files has changed since, from an earlier one.
        let commit = json["commit"].as_str().expect("a commit");
        assert_eq!(git(&["cat-file", "-t", commit]).stdout, "commit\n", "{commit}");
        assert_eq!(json["date"], git(&["log", "-1", "--format=%cs", commit]).stdout.trim());
    } else {
        assert!(
            text.contains("commit    unknown: built outside of its repository") || json["date"].is_null(),
            "{text}"
        );
    }
}

/// The build script works where there is no repository, where one further up is somebody else's, and without git.
#[test]
fn the_build_needs_no_repository() {
    let world = World::new();
    let script = world.path("build-script");
    let source = crate::common::project("src/build.rs");
    let mut rustc = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let compiled = rustc.args(["--edition", "2024", "-o"]).arg(&script).arg(&source).output();
    let Ok(compiled) = compiled else {
        eprintln!("SKIPPED: rustc is not installed");
        return;
    };
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let said = |directory: &str, path: Option<&str>| {
        let mut build = world.command(script.to_str().expect("UTF-8"));
        build
            .env("CARGO_MANIFEST_DIR", world.path(directory))
            .env("CARGO_FEATURE_SOME_THING", "1")
            .env("CARGO_FEATURE_DEFAULT", "1")
            // As in a hook of another repository.
            .env("GIT_DIR", world.path("other/.git"))
            .env("GIT_INDEX_FILE", world.path("other/.git/index"));
        if let Some(path) = path {
            build.env("PATH", path);
        }
        let done = done(build.output());
        assert_eq!(done.code, Some(0), "{done:?}");
        assert!(done.stdout.contains("CHITTYSYNC_FEATURES=some-thing\n"), "{done:?}");
        let line = done.stdout.lines().find_map(|line| line.strip_prefix("cargo::rustc-env=CHITTYSYNC_COMMIT="));
        (line.expect("a line").to_owned(), done.stdout.contains("CHITTYSYNC_CHANGED=yes"))
    };
    std::fs::create_dir_all(world.path("plain")).expect("a directory");
    world.git(&world.path(""), &["init", "-q", "other"]);
    world.git(&world.path("other"), &["commit", "-q", "--allow-empty", "-m", "of another"]);
    assert_eq!(said("plain", None), (String::new(), false));
    world.git(&world.path(""), &["init", "-q", "own"]);
    world.write("own/src/lib.rs", b"");
    world.git(&world.path("own"), &["add", "."]);
    world.git(&world.path("own"), &["commit", "-q", "-m", "begin"]);
    let head = world.git(&world.path("own"), &["rev-parse", "--short=12", "HEAD"]);
    assert_eq!(said("own", None), (head.clone(), false));
    world.write("own/README.md", b"not a part of the program");
    assert_eq!(said("own", None), (head.clone(), false));
    world.write("own/src/lib.rs", b"// changed\n");
    assert_eq!(said("own", None), (head, true));
    assert_eq!(said("own/src", None), (String::new(), false), "of somebody else");
    assert_eq!(said("own", Some("/nowhere")), (String::new(), false), "without git");
    world.write("plain/.cargo_vcs_info.json", br#"{"git": {"sha1": "0123456789abcdef0123456789abcdef01234567"}}"#);
    assert_eq!(said("plain", None), ("0123456789ab".to_owned(), false));
}
