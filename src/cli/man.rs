//! `man`: the manual pages, made of the command line itself.

use std::path::Path;

use clap_mangen::Man;
use serde_json::json;

use super::args::ManArgs;
use super::ui::{Failure, Ui};
use crate::git::{Fsync, replace_file};
use crate::settings::table;

/// What the pages say beyond the options and the settings, in roff.
const SECTIONS: &str = include_str!("man.roff");

pub(super) fn run(args: &ManArgs, ui: &mut Ui) -> Result<(), Failure> {
    let pages = pages();
    if let Some(directory) = &args.dir {
        super::context::output_directory(directory)?;
        for (name, content) in &pages {
            replace_file(&directory.join(name), content.as_bytes(), Fsync::Off)?;
        }
        if ui.json {
            let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
            ui.print_json(&json!({ "directory": directory.to_string_lossy(), "files": names }));
        }
        ui.note(&format!("Wrote {} pages to {}", pages.len(), display(directory)));
        return Ok(());
    }
    let name = args.command.as_ref().map_or("git-chittysync.1".to_owned(), |name| format!("git-chittysync-{name}.1"));
    match pages.iter().find(|(page, _)| *page == name) {
        Some((page, content)) if ui.json => ui.print_json(&json!({ "page": page, "text": content })),
        Some((_, content)) => ui.print_always(content),
        None => {
            let name = args.command.clone().unwrap_or_default();
            return Err(Failure::usage(format!("there is no command '{name}'")).hint("`git chittysync -h` lists them"));
        }
    }
    Ok(())
}

fn display(path: &Path) -> String {
    super::context::display(path)
}

/// Returns all manual pages by file name.
pub(super) fn pages() -> Vec<(String, String)> {
    let command = super::args::every_command();
    let mut pages = vec![("git-chittysync.1".to_owned(), overview(&command))];
    for sub in command.get_subcommands() {
        let name = format!("git-chittysync-{}", sub.get_name());
        let title = name.clone();
        let bin_name = format!("git chittysync {}", sub.get_name());
        let sub = sub.clone().display_name(title).bin_name(bin_name).version(env!("CARGO_PKG_VERSION"));
        let mut text = render(&Man::new(sub.clone()), &sub);
        text.push_str(&verbs(&sub));
        text.push_str(".SH \"SEE ALSO\"\n\\fBgit\\-chittysync\\fR(1)\n");
        pages.push((format!("{name}.1"), text));
    }
    pages
}

fn overview(command: &clap::Command) -> String {
    let command = command.clone().display_name("git-chittysync");
    let mut text = render(&Man::new(command.clone()), &command);
    text.push_str(".SH COMMANDS\n");
    for sub in command.get_subcommands() {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!(".TP\n\\fBgit\\-chittysync\\-{}\\fR(1)\n{}\n", escape(sub.get_name()), escape(&about)));
    }
    text + &configuration() + SECTIONS
}

/// Renders the table of settings.
fn configuration() -> String {
    let mut text = String::from(".SH CONFIGURATION\nSettings are git config only. The first value is the default.\n");
    text.push_str("A length of time has a unit, such as 300ms, 30s, 5m, 12h, 7d or 2w.\n");
    text.push_str("A bare number counts days where days are usual, and seconds in chittysync.timeout.\n");
    for setting in &table::ALL {
        let values = setting.values();
        let values = if values.is_empty() { values } else { format!(" = {}", escape(&values)) };
        let key = escape(setting.key).replace("<name>", "\\fR\\fI<name>\\fR\\fB");
        text.push_str(&format!(".TP\n\\fB{key}\\fR{values}\n{}\n", marked(&setting.whole_help())));
    }
    text
}

/// Renders a text in which what is typed stands between backticks.
fn marked(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { escape(part) } else { format!("\\fB{}\\fR", escape(part)) }).collect()
}

/// Renders the sections that follow from the command line.
fn render(man: &Man, command: &clap::Command) -> String {
    let mut bytes = Vec::new();
    let written = man
        .render_title(&mut bytes)
        .and_then(|()| man.render_name_section(&mut bytes))
        .and_then(|()| man.render_synopsis_section(&mut bytes))
        .and_then(|()| man.render_description_section(&mut bytes))
        .and_then(|()| match command.get_arguments().next() {
            Some(_) => man.render_options_section(&mut bytes),
            None => Ok(()),
        });
    written.expect("a vector takes every byte");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Renders what a command has below it: each verb with its options.
fn verbs(command: &clap::Command) -> String {
    let mut text = String::new();
    for verb in command.get_subcommands() {
        if text.is_empty() {
            text.push_str(".SH COMMANDS\n");
        }
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!(".SS {} {}\n{}\n", escape(command.get_name()), escape(verb.get_name()), escape(&about)));
        for option in verb.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let short = option.get_short().map(|short| format!("-{short}"));
            let long = option.get_long().map(|long| format!("--{long}"));
            let names: Vec<String> = short.into_iter().chain(long).collect();
            let value = option.get_value_names().filter(|_| option.get_action().takes_values());
            let value = value.map(|names| format!(" <{}>", names.join("> <"))).unwrap_or_default();
            let help = option.get_help().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!(
                ".TP\n\\fB{}\\fR{}\n{}\n",
                escape(&names.join(", ")),
                escape(&value),
                escape(&help)
            ));
        }
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
