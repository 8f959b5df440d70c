//! `topics`: how much there is to do on each, and what of it waits for somebody.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::options::PorcelainArgs;
use super::refused::TOPICS;
use super::spawn::{self, SpawnArgs};
use super::ui::{Failure, Ui};
use crate::plan::{Holders, Moment, TopicCount, Topics, how_far, topic_counts, topic_json};
use crate::todo::plain;
use crate::view::{Column, Style, Table};

/// Arguments of `topics`.
#[derive(Debug, Args)]
pub struct TopicsArgs {
    /// Only this topic, with what was looked at and does not wait, and why
    #[arg(value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Only todos of this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Topics without open todos too
    #[arg(short, long)]
    pub all: bool,
    /// Agents that are started.
    #[command(flatten)]
    pub agents: SpawnArgs,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

/// The columns of topics, as people see them.
const COLUMNS: [(&str, Column); 7] = [
    ("TOPIC", Column::Flexible),
    ("OPEN", Column::Number),
    ("PENDING", Column::Number),
    ("READY", Column::Number),
    ("SESSIONS", Column::Number),
    ("WAITING", Column::Number),
    ("STATE", Column::Fixed),
];

pub(super) fn run(args: &TopicsArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.agents.is_wanted() {
        return spawn::run(&args.agents, context, ui);
    }
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let scope = context.scope(args.project.as_deref(), &store)?;
    let (topics, threshold) = (Topics::new(&store.settings.topics), store.settings.spawn_at);
    let only = args
        .topic
        .as_deref()
        .map(|name| topics.find(name).ok_or_else(|| Failure::no(format!("there is no topic '{name}'")).hint(TOPICS)));
    let only = only.transpose()?;
    let holders = Holders::of(&everything, Moment::at(context.now));
    let mut counts =
        topic_counts(&everything, &topics, &holders, |of| scope.as_ref().is_none_or(|scope| scope.takes(of)));
    counts.retain(|count| match only {
        Some(only) => count.topic == only,
        None => args.all || count.open > 0 || count.topic.is_configured,
    });
    if !everything.todos().any(|(of, _)| scope.as_ref().is_none_or(|scope| scope.takes(of))) {
        context.warn_of_unknown(&store, scope.as_ref(), None, ui)?;
    }
    if ui.json {
        let found: Value = counts.iter().map(|count| topic_json(count, threshold)).collect();
        let (total, agents) = (counts.len(), spawn::known_json(&store, context)?);
        let timestamp = context.now.to_string();
        ui.print_json(&json!({ "topics": found, "total": total, "timestamp": timestamp, "agents": agents }));
    } else if args.porcelain.wanted() {
        let rows: Vec<_> = counts.iter().map(|count| porcelain(count, threshold)).collect();
        ui.print_rows(&rows, args.porcelain.zero);
    } else if only.is_some() {
        let text: String = counts.iter().map(|count| one_text(count, threshold)).collect();
        ui.print_page(&text);
    } else {
        let text = topics_text(&counts, threshold, ui.style(context.now));
        if text.is_empty() {
            ui.note("Nothing is open on any topic.");
        }
        ui.print_page(&(text + &spawn::known_text(&store, context, ui.style(context.now))?));
    }
    Ok(())
}

fn topics_text(counts: &[TopicCount<'_>], threshold: usize, style: Style) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let row = |count: &TopicCount<'_>| {
        [
            plain(&count.topic.name),
            count.open.to_string(),
            count.pending.to_string(),
            count.ready.to_string(),
            count.sessions.len().to_string(),
            format!("{} of {threshold}", count.most_waiting()),
            how_far(count, threshold).to_owned(),
        ]
    };
    let rows: Vec<_> = counts.iter().map(row).collect();
    let table = Table::new(COLUMNS, &rows, style.width);
    let mut text = format!("{}\n", style.dim(table.head().trim_end()));
    for row in &rows {
        let line = table.line(row, |at, cell| match (at, cell.trim()) {
            (0, _) => style.title(&style.words(cell)),
            (6, "due") => style.alert(cell),
            (6, _) | (_, "0") => style.dim(cell),
            _ => cell.to_owned(),
        });
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns one topic for people: each open todo is counted once, with why it does not wait.
fn one_text(count: &TopicCount<'_>, threshold: usize) -> String {
    let passed = count.passed_over;
    let mut text = format!(
        "{}: {}, {} of {threshold} that wait in one project\n",
        plain(&count.topic.name),
        how_far(count, threshold),
        count.most_waiting()
    );
    let rows = [
        (passed.in_progress, "in progress"),
        (passed.blocked, "blocked: something else comes first"),
        (passed.assigned, "assigned"),
        (passed.listed, "on the list of a session that is there"),
        (passed.elsewhere, "counted in another topic, their primary one"),
    ];
    for (number, what) in rows {
        if number > 0 {
            text.push_str(&format!("{number:>5}  {what}\n"));
        }
    }
    for (project, waiting) in &count.waiting {
        text.push_str(&format!("{:>5}  waiting in {}:\n", waiting.len(), plain(project)));
        for (_, todo) in waiting {
            text.push_str(&format!("       {}  {}\n", todo.id.short(), plain(&todo.content)));
        }
    }
    text
}

/// Returns a topic for programs that read lines: name, state, how many wait, the threshold, open, pending, ready, sessions.
fn porcelain(count: &TopicCount<'_>, threshold: usize) -> Vec<String> {
    let numbers = [count.most_waiting(), threshold, count.open, count.pending, count.ready, count.sessions.len()];
    let names = [count.topic.name.clone(), how_far(count, threshold).to_owned()];
    names.into_iter().chain(numbers.iter().map(usize::to_string)).collect()
}
