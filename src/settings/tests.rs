//! The table, and what is read by it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::kind::{DAY, boolean, size};
use super::reader::{number, time};
use super::*;
use crate::git::{RemoteName, Values};

fn read(text: &str) -> Result<Settings, SettingError> {
    Settings::read(&Values::of_text(&format!("[chittysync]\n{text}"), &[]))
}

fn said(text: &str) -> String {
    read(text).expect_err("a value that cannot be").to_string()
}

#[test]
fn rows_are_in_order_and_say_what_they_should() {
    let keys: Vec<String> = table::ALL.iter().map(|setting| setting.key.to_ascii_lowercase()).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    for setting in table::ALL {
        let help = setting.whole_help();
        assert!(help.ends_with('.') && help.starts_with(|c: char| c.is_uppercase() || c == '`'), "{}", setting.key);
        assert_eq!(help.matches('`').count() % 2, 0, "{}", setting.key);
    }
}

/// A default that could not be set would be refused, or be none.
#[test]
fn every_default_is_a_value() {
    for setting in table::ALL {
        for text in setting.default_value().into_iter().chain(setting.except.map(|(_, value)| value)) {
            let fine = match setting.kind {
                Kind::Bool => boolean(text).is_some(),
                Kind::Number { .. } => number(&setting, text).is_some(),
                Kind::Size => size(text).is_some(),
                Kind::Time(_) => time(&setting, text).flatten().is_some(),
                Kind::Choice(words) => words.contains(&text),
                Kind::Text(_) => !text.is_empty(),
            };
            assert!(fine, "{} = {text}", setting.key);
        }
    }
    let values = Values::of_text("", &[]);
    Settings::read(&values).expect("defaults");
    Background::read(&values, false).expect("defaults");
}

/// A word that the table has and the reader does not know would be refused, though the page names it.
#[test]
fn every_word_of_the_table_is_taken() {
    let remote = RemoteName::new("hub").expect("a name");
    let words = table::ALL.into_iter().filter_map(|setting| match setting.kind {
        Kind::Choice(words) => Some((setting.key, words)),
        _ => None,
    });
    for (key, words) in words {
        for word in words {
            let values = Values::of_text("", &[(&key.replace("<name>", "hub"), word)]);
            let read = Settings::read(&values).and(namespace_on(&values, &remote));
            assert!(read.is_ok(), "{key} = {word}: {read:?}");
        }
    }
}

#[test]
fn settings_have_the_defaults_of_the_table() {
    let settings = read("").expect("settings");
    let day = i64::try_from(DAY.as_millis()).expect("a number");
    assert_eq!(settings.archive_after, Some(90 * day));
    assert_eq!(settings.retire_after, Some(14 * day));
    assert_eq!((settings.stale_after, settings.quiet_after), (Some(7 * day), Some(7 * day)));
    assert_eq!(settings.stuck_after, Some(day / 12));
    assert_eq!(settings.timeout, Duration::from_secs(60));
    assert_eq!((settings.max_fetch, settings.log_lines), (Some(1 << 30), 1000));
    assert_eq!(default_log_lines(), 1000);
    assert_eq!((settings.enabled, settings.remote.is_none()), (false, true));
    assert_eq!(settings.main_branch, "refs/heads/consolidated");
}

#[test]
fn times_take_units_and_bare_numbers() {
    let settings = read("archiveAfter = 2w\nretireAfter = 3\nstaleAfter = never\ntimeout = 5m").expect("settings");
    let day = i64::try_from(DAY.as_millis()).expect("a number");
    assert_eq!((settings.archive_after, settings.retire_after), (Some(14 * day), Some(3 * day)));
    assert_eq!((settings.stale_after, settings.timeout), (None, Duration::from_secs(300)));
    let settings = read("retireAfter = off\nstaleAfter = 36h\ntimeout = 90").expect("settings");
    assert_eq!((settings.retire_after, settings.stale_after), (None, Some(day * 3 / 2)));
    assert_eq!(settings.timeout, Duration::from_secs(90));
}

#[test]
fn an_error_names_key_value_what_is_expected_and_where_it_is() {
    assert_eq!(
        said("staleAfter = soon"),
        "the setting chittysync.staleAfter is 'soon', but must be a time such as 12h, 7d or 2w, or a number of days, or never (it is set in config)"
    );
    assert!(said("timeout = 0").contains("but must be a time such as 30s or 5m, or a number of seconds, at least 1s"));
    assert!(said("reopen = all").contains("but must be author, manual or any"));
    assert!(said("fsync = maybe").contains("'maybe', but must be true or false"));
    assert!(said("projectRule = web=css\nprojectRule = x").contains("'x', but must be <project>=<word>"));
    assert!(said("redactExcept = passwort").contains("'passwort', but must be the name of a rule"));
    assert!(said("maxFetch = much").contains("a number of bytes"));
    assert!(said("branch = -x").contains("a branch name that git takes"));
    assert!(said("remotePrefix = tags").contains("auto, sessions or heads"));
    let given = Values::of_text("", &[("chittysync.logLines", "many")]);
    assert_eq!(
        Settings::read(&given).expect_err("no number").to_string(),
        "the setting chittysync.logLines is 'many', but must be a number of lines (it is set with `git -c`, or in the environment)"
    );
}

#[test]
fn a_store_says_so_itself() {
    let own = Values::of_text("[chittysync]\nenabled", &[("chittysync.enabled", "false")]);
    assert_eq!(is_store(&own), Ok(true));
    assert_eq!(is_store(&Values::of_text("", &[("chittysync.enabled", "true")])), Ok(false));
    assert!(is_store(&Values::of_text("[chittysync]\nenabled = perhaps", &[])).is_err());
}

#[test]
fn a_store_with_a_remote_tells_less_unless_asked() {
    let context = |text: &str| Settings::read(&Values::of_text(text, &[])).expect("settings").context;
    assert_eq!(context(""), ContextReach::All);
    assert_eq!(context("[remote \"x\"]\nurl = /x\n"), ContextReach::Device);
    assert_eq!(context("[chittysync]\nremote = x\n"), ContextReach::Device);
    assert_eq!(context("[chittysync]\nremote = x\ncontext = all\n"), ContextReach::All);
}

#[test]
fn rules_name_a_project_and_a_word() {
    let rules = read("projectRule = Web = CSS").expect("settings").rules;
    assert_eq!(rules.iter().map(|(project, word)| (project.as_str(), word.as_str())).next(), Some(("web", "css")));
    for bad in ["web", "web=", "=css", ""] {
        assert!(read(&format!("projectRule = {bad}")).is_err(), "{bad}");
    }
}

#[test]
fn keys_are_known_in_every_form() {
    for key in [
        "chittysync.loglines",
        "chittysync.remote",
        "chittysync.remote.hub.pushesperminute",
        "chittysync.remote.hub.remoteprefix",
        "chittysync.hub.remoteprefix",
        "color.ui",
    ] {
        assert!(is_known(key), "{key}");
    }
    for key in ["chittysync.loglinez", "chittysync.remote.hub.pushes", "chittysync.hub.pushesperminute", "chittysync"] {
        assert!(!is_known(key), "{key}");
    }
}
