//! `list`: the open todos, by project.

use clap::{Args, ValueEnum};

use super::author::SpeakerArgs;
use super::beside;
use super::by::ByArgs;
use super::context::Context;
use super::log::date;
use super::options::{PorcelainArgs, QuietArgs};
use super::topic::TopicArgs;
use super::ui::{Failure, Ui};
use crate::ops;
use crate::ops::todo::session_meant;
use crate::store::Store;
use crate::todo::{Project, State, Status, label};
use crate::view::{Filter, Folded, Narrow, Quiet, Shown, Sort, Style, fit, list_json, list_rows, list_text, rank};

/// Arguments of `list`.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    /// Only what has all of these words in its text, its project or the names of its sessions; of quiet sessions, too
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only what this session spoke of: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Whose.
    #[command(flatten)]
    pub by: ByArgs,
    /// Only todos in this state
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// Only what waits for another todo
    #[arg(long)]
    pub blocked: bool,
    /// Only what can be begun
    #[arg(long, conflicts_with = "blocked")]
    pub ready: bool,
    /// Only what is as urgent as this: high, medium, low, or a number, 0 first
    #[arg(long, value_name = "PRIORITY", value_parser = priority)]
    pub priority: Option<u8>,
    /// Only what somebody spoke of since then (2026-11-20, yesterday, "2 weeks ago")
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only what has this label; may be given several times: all of them
    #[arg(long, value_name = "LABEL", value_parser = a_label)]
    pub label: Vec<String>,
    /// In this order, across projects: the most urgent, what is due, or the oldest first [default: project]
    #[arg(long, value_name = "ORDER")]
    pub sort: Option<Order>,
    /// At most this many
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub max_count: Option<usize>,
    /// Which topic.
    #[command(flatten)]
    pub topic: TopicArgs,
    /// Completed and dropped todos too, and those of quiet sessions
    #[arg(short, long)]
    pub all: bool,
    /// Quiet ones.
    #[command(flatten)]
    pub quiet: QuietArgs,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

/// What `list` is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// The most urgent first.
    Priority,
    /// What is due first, first; what has no date last.
    Due,
    /// The oldest first.
    Age,
    /// By project, what is going on first, then the latest.
    Project,
}

impl Order {
    fn sort(self) -> Option<Sort> {
        match self {
            Order::Priority => Some(Sort::Priority),
            Order::Due => Some(Sort::Due),
            Order::Age => Some(Sort::Age),
            Order::Project => None,
        }
    }
}

fn a_label(text: &str) -> Result<String, String> {
    label(text).ok_or_else(|| "it must be a word such as ui, without commas".to_owned())
}

fn priority(text: &str) -> Result<u8, String> {
    rank(text).ok_or_else(|| "it must be high, medium, low, or a number, 0 first".to_owned())
}

impl ListArgs {
    /// Returns the project outside of which nothing matters, where there is one.
    fn only_project<'f>(&self, filter: &'f Filter) -> Option<&'f Project> {
        let is_of_session = self.session.is_some() || self.by.asks();
        filter.project.as_ref().filter(|_| !is_of_session).map(|scope| &scope.project)
    }
}

pub(super) fn run(args: &ListArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let stores = beside::listed(context, &store, ui);
    let is_one = stores.others.is_empty();
    let mut filter = Filter {
        project: if is_one { context.scope(args.project.as_deref(), &store)? } else { None },
        state: args.status.as_deref().map(|word| Status::parse(word).map_or(State::Dropped, State::Wanted)),
        all: args.all,
        ..Filter::default()
    };
    let session = SpeakerArgs::of_environment().known_session(&store).ok().flatten();
    let read = |store: &Store, ui: &Ui| match filter.takes_closed() {
        true => context.with_archive(store, ui),
        false => context.everything_of(store, ui, args.only_project(&filter), session.as_ref()),
    };
    let everything = stores.together(read(&store, ui)?, ui, read);
    if !is_one {
        filter.project = context.scope_in(args.project.as_deref(), &everything)?;
    }
    filter.words = args.words.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect();
    let (blocked, ready, priority) = (args.blocked, args.ready, args.priority);
    let since = args.since.as_deref().map(|text| date(text, ops::since, context.now)).transpose()?;
    let narrow = Narrow { blocked, ready, priority, since, labels: args.label.clone() };
    let sets = [args.topic.ids(&everything, &store)?, narrow.ids(&everything, context.now)];
    filter.only = sets.into_iter().flatten().reduce(|one, other| &one & &other);
    filter.sort = args.sort.and_then(Order::sort);
    filter.session = args.session.as_deref().map(|typed| session_meant(&everything, typed)).transpose()?;
    filter.speakers = args.by.speakers(&store, &everything, ui);
    filter.quiet = Quiet::of(&everything, context.now, store.settings.quiet_after);
    let is_for_programs = ui.json || args.porcelain.wanted();
    filter.shown = match args.quiet.left_behind {
        true => Shown::Quiet,
        false if is_for_programs || args.all || args.session.is_some() || !filter.words.is_empty() => Shown::All,
        false => Shown::Living,
    };
    let folded = filter.folded(&everything);
    if folded.todos == 0 && !everything.todos().any(|(project, todo)| filter.takes(project, todo)) {
        let project = filter.project.as_ref().filter(|scope| !stores.know(scope));
        context.warn_of_unknown(&store, project, filter.session.as_deref().filter(|_| is_one), ui)?;
    }
    if let Some(most) = args.max_count {
        filter.keep(&everything, most);
    }
    if ui.json {
        ui.print_json(&list_json(&everything, &filter));
        return Ok(());
    }
    if args.porcelain.wanted() {
        ui.print_rows(&list_rows(&everything, &filter), args.porcelain.zero);
        return Ok(());
    }
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, context.now, ui)?;
    let style = ui.style(context.now);
    let mut text = list_text(&everything, &filter, style);
    if text.is_empty() && folded.todos == 0 {
        ui.note("Nothing to show.");
    }
    fold(&mut text, &filter.quiet, &folded, style, "`list --left-behind`");
    ui.print_page(&text);
    Ok(())
}

/// Adds to a list how much was left out of it because it is quiet, and how that is seen.
pub(super) fn fold(text: &mut String, quiet: &Quiet, folded: &Folded, style: Style, how: &str) {
    let is_rest = !text.is_empty();
    if let Some(told) = quiet.told(folded, is_rest, how) {
        text.push_str(&format!("{}{}\n", if is_rest { "\n" } else { "" }, style.dim(&fit(&told, style.width))));
    }
}
