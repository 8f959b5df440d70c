//! What a person sees on a terminal, and what a program reads.

use crate::common::World;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";

/// Runs a command on a terminal of so many columns, and returns what the terminal got.
fn on_a_terminal(world: &World, columns: u16, variables: &[(&str, &str)], command: &str) -> Option<String> {
    if !crate::common::has("script") {
        return None;
    }
    let command = format!("stty cols {columns} 2>/dev/null; {command}");
    let mut script = world.command("script");
    script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm-256color").envs(variables.iter().copied());
    let done = crate::common::done(script.output());
    Some(done.stdout.replace("\r\n", "\n"))
}

fn world() -> World {
    let world = World::new();
    world.list(
        SESSION,
        "2026-11-20T11:50:00.000Z",
        &[
            ("Fix login tests", "in_progress"),
            ("\u{8bfb}\u{53d6}\u{6570}\u{636e}\u{6620}\u{5c04}", "pending"),
            ("\u{5ea}\u{5e7}\u{5df} \u{5d1}\u{5d3}\u{5d9}\u{5e7}\u{5d5}\u{5ea}", "pending"),
            (
                "A todo with so many words that no terminal of eighty columns can show all of them on one line",
                "pending",
            ),
        ],
    );
    world.sync();
    world
}

#[test]
fn a_page_fits_its_terminal() {
    let world = world();
    for columns in [60, 80, 120] {
        let Some(page) = on_a_terminal(&world, columns, &[("GIT_PAGER", "cat")], "git chittysync") else { return };
        assert!(page.contains("Fix login tests") && page.contains("4 open"), "{page:?}");
        let plain = without_colour(&page);
        for line in plain.lines().filter(|line| !line.contains("store.git")) {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= usize::from(columns), "{columns}: {width} {line:?}");
        }
        assert!(page.contains("\u{1b}["), "colour on a terminal");
        assert!(page.contains("\u{2068}\u{5ea}"), "words from right to left are set apart: {page:?}");
    }
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once(|char: char| char.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[test]
fn no_colour_where_none_is_wanted() {
    let world = world();
    let variables = [("GIT_PAGER", "cat"), ("NO_COLOR", "1")];
    let Some(page) = on_a_terminal(&world, 80, &variables, "git chittysync list") else { return };
    assert!(!page.contains('\u{1b}'), "{page:?}");
}

#[test]
fn a_long_page_goes_through_gits_pager() {
    let world = world();
    let variables = [("GIT_PAGER", "sed s/^/paged:/")];
    let Some(page) = on_a_terminal(&world, 80, &variables, "git chittysync list") else { return };
    assert!(page.lines().all(|line| line.starts_with("paged:")), "{page:?}");
    let variables = [("GIT_PAGER", "no-such-pager")];
    let Some(page) = on_a_terminal(&world, 80, &variables, "git chittysync list") else { return };
    assert!(page.contains("Fix login tests"), "a pager that is missing hides nothing: {page:?}");
}

#[test]
fn alone_it_is_the_status_where_no_person_looks() {
    let world = world();
    assert_eq!(world.ok(&[]), world.ok(&["status"]));
    assert_eq!(world.json(&[]), world.json(&["status"]));
}

#[test]
fn programs_read_lines() {
    let world = world();
    world.ok(&["add", "tab\there \u{1b}[31m"]);
    let lines = world.ok(&["list", "--porcelain"]);
    assert_eq!(lines.lines().count(), 5);
    for line in lines.lines() {
        assert_eq!(line.split('\t').count(), 7, "{line:?}");
        assert!(!line.chars().any(|char| char.is_control() && char != '\t'), "{line:?}");
    }
    let line = lines.lines().find(|line| line.contains("Fix login tests")).expect("a line");
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!(fields[1..6], ["in_progress", ".", "2026-11-20T11:50:00.000Z", "general", SESSION]);
    let zero = world.ok(&["list", "-z"]);
    assert_eq!(zero.matches('\0').count(), 5);
    assert!(zero.contains("tab here \u{1b}[31m\0"), "as it is: {zero:?}");
    assert_eq!(world.ok(&["ready", "--all", "--porcelain"]).lines().count(), 4);
    assert!(world.ok(&["sessions", "--porcelain"]).contains(&format!("{SESSION}\tactive\t4\t4\t")));
}

#[test]
fn the_list_says_what_is_urgent_what_is_blocked_and_how_to_name_it() {
    let world = World::new();
    world.ok(&["add", "Ship", "--priority", "high"]);
    world.ok(&["add", "Celebrate", "--blocked-by", "ship"]);
    let id = world.todo("Ship")["id"].as_str().expect("an id")[..8].to_owned();
    let list = world.ok(&["list"]);
    assert!(list.contains(&format!("{id}  [high] Ship ")) && list.contains("[blocked] Celebrate "), "{list}");
    let narrow = world.run_with(&[("COLUMNS", "79")], &["list"]).stdout;
    assert!(!narrow.contains(&id) && narrow.contains("[high] Ship "), "{narrow}");
    world.ok(&["done", "ship"]);
    assert!(!world.ok(&["list", "--all"]).contains('['), "it is done, and nothing is blocked");
}

#[test]
fn a_property_that_was_taken_back_is_not_shown() {
    let world = World::new();
    world.ok(&["add", "Ship", "--priority", "high", "--description", "Soon"]);
    world.ok(&["edit", "ship", "--priority", ""]);
    let shown = world.ok(&["show", "ship"]);
    assert!(shown.contains("description  Soon") && !shown.contains("priority"), "{shown}");
}

/// A file where a directory belongs, as a person may put it there.
#[test]
fn a_stray_file_among_the_sessions_stops_nothing() {
    let world = world();
    let store = world.store();
    let git = |arguments: &[&str]| world.git(&store, arguments);
    let blob = git(&["hash-object", "-w", "description"]);
    let index = world.path("index");
    let index = index.to_str().expect("UTF-8");
    let with_index = |arguments: &[&str]| {
        let done = crate::common::done(
            world.command("git").current_dir(&store).env("GIT_INDEX_FILE", index).args(arguments).output(),
        );
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout.trim().to_owned()
    };
    with_index(&["read-tree", "consolidated"]);
    with_index(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},sessions/NOTES")]);
    let tree = with_index(&["write-tree"]);
    let commit = git(&["commit-tree", "-p", "consolidated", "-m", "a note", &tree]);
    git(&["update-ref", "refs/heads/consolidated", &commit]);
    for command in ["list", "sessions", "status", "conflicts"] {
        world.ok(&[command]);
    }
    world.ok(&["add", "One more"]);
    assert!(world.ok(&["list"]).contains("One more"));
}

/// On a terminal each todo that can be begun is one line, however narrow it is; elsewhere nothing is cut.
#[test]
fn what_is_ready_fits_its_terminal() {
    let world = World::new();
    let words =
        "Measure the unit tests of the parser with a timeout of thirty seconds, as discussed in the last review";
    world.ok(&["add", words]);
    assert!(world.ok(&["ready"]).contains(words));
    for columns in [60, 40] {
        let command = "git --no-pager chittysync ready";
        let Some(screen) = on_a_terminal(&world, columns, &[("NO_COLOR", "1")], command) else { return };
        let lines: Vec<&str> = screen.lines().filter(|line| !line.trim().is_empty()).collect();
        assert_eq!(lines.len(), 1, "{columns}: {screen}");
        assert!(lines[0].trim_end().ends_with('\u{2026}') && lines[0].contains("general"), "{columns}: {screen}");
    }
}
