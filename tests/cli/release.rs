//! What `.ci/release` makes of a build, and what `docs/install.sh` makes of a release: the same scripts as for one that is
//! published, in a directory.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Done, World, binary, done, executable, has, project};
use crate::install::files;

const TARGET: &str = "x86_64-unknown-linux-gnu";

fn release(world: &World, arguments: &[&str]) -> String {
    let mut command = world.command("bash");
    // What is released may take longer to pack than a test may take.
    command.env("DPKG_DEB_COMPRESSOR_TYPE", "gzip").env("DPKG_DEB_COMPRESSOR_LEVEL", "1");
    let done = done(command.arg(project(".ci/release")).args(arguments).output());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{arguments:?}: {done:?}");
    done.stdout.trim_end().to_owned()
}

/// What the installer asks of a program, and nothing more.
const STAND_IN: &str = "#!/bin/sh
case $* in
'-q man --dir '*) echo page >\"$4/git-chittysync.1\" ;;
--version) echo git-chittysync 0 ;;
esac
";

/// A release of a stand-in.
fn stand_in(world: &World) -> PathBuf {
    let program = world.write("programs/git-chittysync", STAND_IN.as_bytes());
    executable(&program);
    released(world, &program)
}

/// The program under test without what debuggers need: what is published has none of it either.
fn stripped(world: &World) -> PathBuf {
    let path = world.path("stripped/git-chittysync");
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    std::fs::copy(binary(), &path).expect("a copy");
    if has("strip") {
        assert!(world.command("strip").arg(&path).status().expect("strip").success());
    }
    path
}

/// A release of a program, for this kind of machine whatever it is.
fn released(world: &World, program: &Path) -> PathBuf {
    release(world, &["archive", TARGET, "release", program.to_str().expect("UTF-8")]);
    release(world, &["finish", "release", "https://todos.example/v1"]);
    world.path("release")
}

fn install(world: &World, script: &Path, from: &str) -> Done {
    let mut command = world.command("sh");
    done(command.arg(script).args(["--from", from, "--to", "home/.local", "--target", TARGET]).output())
}

fn names(directory: &Path) -> BTreeSet<String> {
    let all = files(directory).into_keys();
    all.map(|path| path.strip_prefix(directory).expect("below it").to_string_lossy().into_owned()).collect()
}

/// The project's address is where its release is made; its sources name none.
#[test]
fn a_package_says_where_its_project_is() {
    let world = World::new();
    let run = |program: &str, arguments: &[&str]| {
        let mut command = world.command(program);
        command.args(arguments).env("CARGO", env!("CARGO")).env("CARGO_NET_OFFLINE", "true");
        // Those of who runs the tests, wherever the world's home is.
        for (name, directory) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let home = || Some(std::env::home_dir()?.join(directory).into_os_string());
            command.envs(std::env::var_os(name).or_else(home).map(|value| (name, value)));
        }
        let done = done(command.output());
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout.trim_end().to_owned()
    };
    let script = project(".ci/release").display().to_string();
    let (version, name) = (env!("CARGO_PKG_VERSION"), concat!("chittysync-", env!("CARGO_PKG_VERSION")));
    let package = run("bash", &[&script, "crate", "release", "https://git.example/acme/todos"]);
    assert_eq!(package, format!("release/{name}.crate"));
    run("tar", &["-xzf", &package]);
    let manifest = |path: PathBuf| -> Value {
        let said = run(env!("CARGO"), &["read-manifest", "--manifest-path", path.to_str().expect("UTF-8")]);
        serde_json::from_str(&said).expect("a manifest")
    };
    let (packed, own) = (manifest(world.path(name).join("Cargo.toml")), manifest(project("Cargo.toml")));
    for (key, address) in [
        ("homepage", "https://git.example/acme/todos".to_owned()),
        ("repository", "https://git.example/acme/todos".to_owned()),
        ("documentation", format!("https://git.example/acme/todos/tree/v{version}/docs")),
    ] {
        assert_eq!((&packed[key], &own[key]), (&json!(address), &Value::Null), "{key}");
    }
    assert_eq!(packed["metadata"], own["metadata"]);
    for part in ["src/main.rs", "README.md", "Cargo.lock"] {
        let read = |path: PathBuf| std::fs::read_to_string(path).expect("a file");
        assert_eq!(read(world.path(name).join(part)), read(project(part)), "{part}");
    }
}

/// A program that can be loaded anywhere takes longer to start (docs/decisions/0025-one-address.md).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_program_has_one_address() {
    let mut head = [0; 18];
    std::fs::File::open(binary()).and_then(|mut file| file.read_exact(&mut head)).expect("a program");
    assert_eq!((&head[..4], head[16]), (&b"\x7fELF"[..], 2), "ET_EXEC, where ET_DYN is 3");
}

#[test]
fn a_release_installs_and_uninstall_knows_its_pages() {
    let world = World::new();
    let from = released(&world, &stripped(&world));
    let script = from.join("install.sh");
    let text = std::fs::read_to_string(&script).expect("a script");
    assert!(text.contains("from=${CHITTYSYNC_RELEASE:-https://todos.example/v1}\n"), "its own address");
    for from in [from.display().to_string(), format!("file://{}/", from.display()), "release".to_owned()] {
        let done = install(&world, &script, &from);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
        assert!(done.stdout.contains("home/.local/bin is not on your PATH"), "{done:?}");
    }
    // Nothing else is left there.
    let local = world.home().join(".local");
    let found = names(&local);
    assert!(
        found.contains("bin/git-chittysync") && found.contains("share/man/man1/git-chittysync-sync.1"),
        "{found:?}"
    );
    assert!(found.iter().all(|name| name == "bin/git-chittysync" || name.starts_with("share/man/man1/git-chittysync")));
    let program = local.join("bin/git-chittysync");
    let run = |argument: &str| done(world.command(program.to_str().expect("UTF-8")).args([argument, "-n"]).output());
    // They are as `install` would put them there, so that it knows them.
    let (installs, uninstalls) = (run("install").stderr, run("uninstall").stderr);
    for (said, line) in [(installs, "man page    unchanged  "), (uninstalls, "man page    removed    ")] {
        let pages = said.lines().find_map(|said| said.strip_prefix(line));
        assert!(pages.is_some_and(|pages| pages.ends_with(" in ~/.local/share/man/man1")), "{line}: {said}");
    }
}

#[test]
fn what_is_not_as_the_checksums_say_is_not_installed() {
    let world = World::new();
    let from = stand_in(&world);
    let archive = from.join(format!("git-chittysync-{}-{TARGET}.tar.gz", env!("CARGO_PKG_VERSION")));
    let whole = std::fs::read(&archive).expect("an archive");
    let sums = std::fs::read_to_string(from.join("SHA256SUMS")).expect("checksums");
    let script = from.join("install.sh");
    let refused = |part: &str| {
        let done = install(&world, &script, "release");
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains(part), "{part}: {done:?}");
        assert_eq!(names(&world.home()), BTreeSet::new());
    };
    std::fs::write(&archive, &whole[..whole.len() / 2]).expect("half of it");
    refused("is not what SHA256SUMS says");
    let mut changed = whole.clone();
    *changed.last_mut().expect("a byte") ^= 1;
    std::fs::write(&archive, &changed).expect("one bit");
    refused("is not what SHA256SUMS says");
    std::fs::write(&archive, &whole).expect("as it was");
    for (sums, part) in [
        (sums.replace(TARGET, "sparc-sun-solaris"), "has no build for"),
        (format!("{sums}{}", sums.replace("git-chittysync-", "git-chittysync-9")), "more than one build"),
        (sums.chars().skip(1).collect(), "is not what SHA256SUMS says"),
        (sums.replace("git-chittysync-", "../git-chittysync-"), "has no build for"),
    ] {
        std::fs::write(from.join("SHA256SUMS"), sums).expect("checksums");
        refused(part);
    }
    let plain = install(&world, &script, "http://todos.example/v1");
    assert!(plain.stderr.contains("use https://"), "{plain:?}");
}

/// A script that comes over a network into a shell can end anywhere.
#[test]
fn an_installer_that_is_cut_off_does_nothing() {
    let world = World::new();
    let from = stand_in(&world);
    let text = std::fs::read_to_string(from.join("install.sh")).expect("a script");
    let text = text.replace("from=${CHITTYSYNC_RELEASE:-https://todos.example/v1}", "from=release");
    let line_ends = text.match_indices('\n').map(|(at, _)| at + 1);
    let cuts = line_ends.filter(|at| at + 1 < text.len()).chain(text.len() - 40..text.len() - 1);
    for cut in cuts {
        done(world.command("sh").args(["-c", &text[..cut]]).output());
        assert_eq!(names(&world.home()), BTreeSet::new(), "cut off behind …{:?}", &text[cut - 30..cut]);
    }
    let target = format!("target={TARGET}");
    let whole = done(world.command("sh").args(["-c", &text.replace("\ntarget=", &format!("\n{target}"))]).output());
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(world.home().join(".local/bin/git-chittysync").exists());
}

#[test]
fn a_package_for_debian_unpacks_and_runs() {
    if !has("dpkg-deb") || !has("dpkg-shlibdeps") {
        return;
    }
    let world = World::new();
    let program = stripped(&world);
    let package = release(&world, &["deb", "packages", program.to_str().expect("UTF-8")]);
    let tree = world.path("tree");
    let unpacked = done(world.command("dpkg-deb").arg("-x").arg(&package).arg(&tree).output());
    assert_eq!(unpacked.code, Some(0), "{unpacked:?}");
    let field =
        |name: &str| done(world.command("dpkg-deb").args(["-f", &package, name]).output()).stdout.trim_end().to_owned();
    assert_eq!(field("Version"), env!("CARGO_PKG_VERSION"));
    let needs = field("Depends");
    assert!(needs.contains("git (>= 1:2.38)") && needs.contains("libc6 (>="), "{needs}");
    let listed = names(&tree);
    for name in [
        "usr/share/man/man1/git-chittysync.1.gz",
        "usr/share/bash-completion/completions/git-chittysync",
        "usr/share/zsh/vendor-completions/_git-chittysync",
        "usr/share/fish/vendor_completions.d/git-chittysync.fish",
        "usr/share/doc/git-chittysync/copyright",
    ] {
        assert!(listed.contains(name), "{name}: {listed:?}");
    }
    let git = done(
        world
            .command("git")
            .env("PATH", format!("{}:/usr/bin:/bin", tree.join("usr/bin").display()))
            .args(["chittysync", "--version"])
            .output(),
    );
    assert_eq!((git.code, git.stdout.trim_end()), (Some(0), concat!("git-chittysync ", env!("CARGO_PKG_VERSION"))));
    if has("man") {
        let mut man = world.command("man");
        man.args(["-l".as_ref(), tree.join("usr/share/man/man1/git-chittysync-sync.1.gz").as_os_str()]);
        let page = done(man.env("MANWIDTH", "80").output());
        assert!(page.stdout.starts_with("git-chittysync-sync(1)"), "{page:?}");
    }
}

/// What a release says of itself is in the changelog; without it nothing is released.
#[test]
fn notes_are_the_part_of_the_changelog() {
    let world = World::new();
    let version = release(&world, &["version"]);
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    for name in [".ci/release", "Cargo.toml"] {
        world.write(name, &std::fs::read(project(name)).expect("a file"));
    }
    let notes = || done(world.command("bash").args([".ci/release", "notes"]).output());
    world.write("CHANGELOG.md", b"# Changelog\n\n## Unreleased\n\n- New\n");
    let none = notes();
    assert!(none.code == Some(1) && none.stderr.contains(&version), "{none:?}");
    let text = format!(
        "# Changelog\n\n## Unreleased\n\n- New\n\n## {version} (2026-12-01)\n\n- Old\n\n## {version}0\n\n- Oldest\n"
    );
    world.write("CHANGELOG.md", text.as_bytes());
    assert_eq!(notes().stdout.trim(), "- Old");
}
