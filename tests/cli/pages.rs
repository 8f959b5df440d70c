//! The manual pages.

use crate::common::{World, done, has};

fn commands() -> Vec<String> {
    chittysync::cli::every_command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn every_command_has_one() {
    let world = World::new();
    let overview = world.ok(&["man"]);
    for command in commands() {
        let page = world.ok(&["man", &command]);
        let escaped = command.replace('-', "\\-");
        assert!(page.contains(&format!("git\\-chittysync\\-{escaped}")), "{page}");
        assert!(page.contains(".SH DESCRIPTION") && page.contains(".SH SYNOPSIS"), "{page}");
        assert!(overview.contains(&format!("\\fBgit\\-chittysync\\-{escaped}\\fR(1)")), "{overview}");
    }
    let page = world.ok(&["man", "daemon"]);
    assert!(page.contains(".SS daemon log\n") && page.contains("\\fB\\-n, \\-\\-max\\-count\\fR <COUNT>\n"), "{page}");
    assert_eq!(world.run(&["man", "bogus"]).code, Some(129));
}

#[test]
fn are_clean() {
    let world = World::new();
    world.ok(&["man", "--dir", "pages"]);
    let pages: Vec<_> =
        std::fs::read_dir(world.path("pages")).expect("pages").flatten().map(|page| page.path()).collect();
    assert_eq!(pages.len(), commands().len() + 1);
    if has("man") {
        for page in &pages {
            let mut command = world.command("man");
            command.args(["--warnings=w,mac", "--local-file"]).arg(page).env("MANPAGER", "cat").env("MANWIDTH", "80");
            let done = done(command.output());
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", page.display());
            assert!(!done.stdout.contains("\\f"), "{}", done.stdout);
        }
    }
    if has("mandoc") {
        let mut command = world.command("mandoc");
        let done = done(command.args(["-T", "lint", "-W", "warning"]).args(&pages).output());
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{done:?}");
    }
}
