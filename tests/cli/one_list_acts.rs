//! Acts on todos of several stores at once: each store has acts of its own, so the command for each is told.
#![cfg(unix)]

use crate::employers::Machine;
use crate::one_list::{places, scene, words_id};

/// A command with hundreds of ids is none that anybody reads: it takes them from where they came from.
#[test]
fn of_many_todos_in_one_store_the_command_reads_them() {
    let machine = scene();
    let [home, ..] = places(&machine);
    let words = ["Water the trees", "Water the roses"];
    words.iter().for_each(|words| drop(machine.ok(&home, &["add", words, "--project", "garden"])));
    let all = ["Paint the shop", "Water the plants", words[0], words[1]];
    let ids = all.map(|words| words_id(&machine, &home, words)[..8].to_owned());
    let told = |limits: &str| {
        let mut command = machine.world.command(crate::common::binary());
        command.current_dir(&home).env("CHITTYSYNC_LIMITS", limits).arg("done").args(&ids);
        crate::common::done(command.output()).stderr
    };
    let few = told("3");
    assert!(
        few.contains(&format!("`git chittysync done {} {} {}` says it in default", ids[1], ids[2], ids[3])),
        "{few}"
    );
    let many = told("2");
    assert!(
        many.contains("`git chittysync done -` says it in default, of the 3 lines that begin with its ids"),
        "{many}"
    );
}

/// Each store has acts of its own, and half of an act is none: what says it in each is named, and does.
#[test]
fn an_act_on_todos_of_several_stores_names_what_says_it_in_each() {
    let machine = scene();
    let [home, shop, _] = places(&machine);
    machine.ok(&home, &["add", "Water the trees", "--project", "garden"]);
    let id = |words: &str| words_id(&machine, &home, words)[..8].to_owned();
    let (plants, trees) = (id("Water the plants"), id("Water the trees"));
    let (shop_one, blog_one) = (id("Paint the shop"), id("Paint the blog"));
    let named = [shop_one.as_str(), &plants, &blog_one, &trees];
    let open = |machine: &Machine| machine.json(&home, &["list"]).as_array().map(Vec::len);
    for verb in ["start", "done", "release", "drop", "reopen"] {
        let by_name = machine.run(&home, &[&[verb], &named[..]].concat());
        let place = shop.to_str().expect("UTF-8");
        let by_input = machine.world.input(&["-C", place, verb, "-"], named.join("\n").as_bytes());
        for done in [by_name, by_input] {
            assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{done:?}");
            let told: Vec<&str> = done.stderr.lines().collect();
            assert!(
                told[0].contains("nothing was said") && told[0].contains("3 stores (shop, default, blog)"),
                "{done:?}"
            );
            let hints = [
                format!("hint: `git chittysync {verb} {shop_one}` says it in shop"),
                format!("hint: `git chittysync {verb} {plants} {trees}` says it in default"),
                format!("hint: `git chittysync {verb} {blog_one}` says it in blog"),
            ];
            assert_eq!(told[1..4], hints, "{done:?}");
            assert!(told[4].contains("`git chittysync undo`, once for each"), "{done:?}");
        }
    }
    assert_eq!(open(&machine), Some(4), "nothing was said");
    let later = |second: u32, arguments: &[&str]| {
        let mut command = machine.world.command(crate::common::binary());
        let now = format!("2026-11-20T12:01:{second:02}.000Z");
        command.current_dir(&home).env("CHITTYSYNC_NOW", now).args(arguments);
        let done = crate::common::done(command.output());
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done.stderr
    };
    assert!(later(1, &["done", &shop_one]).contains("In the store shop"));
    later(2, &["done", &plants, &trees]);
    assert_eq!(open(&machine), Some(1));
    later(3, &["undo"]);
    assert_eq!(open(&machine), Some(3), "what was said last");
    later(4, &["undo"]);
    assert_eq!(open(&machine), Some(4));
    for act in [&["edit", &plants, "--blocked-by", &shop_one][..], &["add", "Buy paint", "--blocked-by", &shop_one]] {
        let done = machine.run(&home, act);
        let hint = "it is in shop; a todo waits only for those of its own store";
        assert!(done.code == Some(1) && done.stderr.contains(hint), "{act:?}: {done:?}");
    }
    // What is about the store in use says in which other one the todo is.
    for act in [&["forget", "--yes"][..], &["purge", "--yes"]] {
        let done = machine.run(&home, &[act, &[&shop_one]].concat());
        assert_eq!(done.code, Some(1), "{done:?}");
        let hint = format!("`git chittysync --store '{}' {} ", shop.display(), act[0]);
        assert!(done.stderr.contains(&hint) && done.stderr.contains("in shop"), "{done:?}");
    }
}
