//! The remote, for `sync` and `init`: which one, what is said of it, and what is refused.

use std::cell::OnceCell;
use std::io::IsTerminal;
use std::path::Path;

use serde_json::{Value, json};

use super::context::display;
use super::options::SyncArgs;
use super::progress::Progress;
use super::ui::{Failure, Ui, plural};
use crate::git::{Cause, Kept, Namespace, RemoteName, Repo, UrlError, Watch, check_url, github_page, is_public, reach};
use crate::ops::todo::Refusal;
use crate::ops::{self, Exchange, Link, Plan, Report};
use crate::settings::{Settings, remembered_namespace, table};
use crate::store::{Store, StoreError};
use crate::todo::Time;

/// Returns the configured remote of this name.
pub(super) fn named(store: &Store, name: &str) -> Result<RemoteName, Failure> {
    let remote = RemoteName::new(name).filter(|remote| store.repo.remote_url(remote).is_some());
    remote.ok_or_else(|| {
        Failure::no(format!("'{name}' is not a remote of {}", store.repo.common_dir().display()))
            .hint("`git chittysync init --remote <url>` adds one")
    })
}

/// Says no when the configuration names a remote that is not there.
pub(super) fn check(store: &Store, remote: &RemoteName) -> Result<(), Failure> {
    if store.repo.remote_url(remote).is_none() {
        return Err(Refusal::NoRemote(remote.clone()).into());
    }
    Ok(())
}

/// Returns how transfers are watched; nobody is told how far they are.
pub(super) fn watch(store: &Store, ui: &Ui) -> Watch<'static> {
    Watch {
        timeout: store.settings.timeout,
        interactive: ui.tells_a_person() && std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
        progress: None,
        most: store.settings.max_fetch,
        settings: None,
    }
}

/// Syncs with a remote.
pub(super) fn exchange(
    args: &SyncArgs,
    store: &Store,
    plan: &Plan,
    remote: &RemoteName,
    now: Time,
    ui: &Ui,
) -> Result<(Report, Exchange), Failure> {
    check(store, remote)?;
    let person = ui.tells_a_person();
    let progress = Progress::new(person);
    let plan = &Plan { steps: progress.steps(), ..plan.clone() };
    let say = |line: &str| progress.say(line);
    let settings = OnceCell::new();
    let watch = Watch { progress: Some(&say), settings: Some(&settings), ..watch(store, ui) };
    let link = Link { remote: remote.clone(), fetch: !args.no_fetch, push: !args.no_push, watch };
    let done = ops::sync(store, plan, &link, now);
    progress.clear();
    warn_of_unused(&store.repo.unused_programs(remote, &watch)?, ui);
    Ok(done?)
}

/// Says which settings of the store were not used because they name a program.
fn warn_of_unused(keys: &[String], ui: &Ui) {
    let Some((last, others)) = keys.split_last() else { return };
    let (keys, names) = match others {
        [] => (last.clone(), "names a program, and was not used"),
        _ => (format!("{} and {last}", others.join(", ")), "name programs, and were not used"),
    };
    ui.warn(
        &format!("{keys} in the store's own settings {names}"),
        Some("a sync runs only what your own settings name (`git config --global`); see docs/security.md"),
    );
}

/// Says what came of it, to a person.
pub(super) fn say(remote: Option<&RemoteName>, exchange: Option<&Exchange>, report: &Report, ui: &Ui) {
    let (Some(remote), Some(exchange)) = (remote, exchange) else { return };
    let strange = |(remote, name): &(RemoteName, String)| format!("{name} of {remote} was left out: it is no session");
    ui.warn_some(&report.strange.iter().map(strange).collect::<Vec<_>>(), None);
    if exchange.falls_back {
        let (key, _) = remembered_namespace(remote, Namespace::Sessions);
        ui.warn(
            &format!("{remote} takes only branches: sessions are kept there below refs/heads/chittysync/ from now on"),
            Some(&format!("this is remembered; `git config {key} sessions` in the store undoes it")),
        );
    }
    if !exchange.restored.is_empty() {
        let what = exchange.restored.join(", ");
        ui.warn(&format!("{remote} had lost {what}"), Some("it got it back from here"));
    }
    if !exchange.given_up.is_empty() {
        let sessions: Vec<_> = exchange.given_up.iter().map(|session| session.short()).collect();
        ui.note(&format!(
            "{remote} no longer had a ref for {}, only the branch with all that was said; sent again. \
             If that happens often, compare clocks and chittysync.retireAfter between machines.",
            sessions.join(", ")
        ));
    }
    if exchange.is_complete() {
        let mut parts = Vec::new();
        if exchange.fetched > 0 {
            parts.push(format!("{} fetched", plural(exchange.fetched, "ref")));
        }
        if !exchange.pushed.is_empty() {
            parts.push(format!("{} sent", plural(exchange.pushed.len(), "session")));
        }
        if !exchange.retired.is_empty() {
            parts.push(format!("{} retired", plural(exchange.retired.len(), "session")));
        }
        let what = if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") };
        ui.note(&format!("Synced with {remote}: {what}."));
    }
}

/// Returns what came of it, for programs.
pub(super) fn json(remote: &RemoteName, exchange: &Exchange) -> Value {
    json!({
        "name": remote.as_str(),
        "synced": exchange.is_complete(),
        "fetched": exchange.fetched,
        "pushed": exchange.pushed.iter().map(crate::todo::Session::as_str).collect::<Vec<_>>(),
        "pushed_branch": exchange.pushed_branch,
        "tries": exchange.tries,
        "retired": exchange.retired.iter().map(crate::todo::Session::as_str).collect::<Vec<_>>(),
        "restored": exchange.restored,
        "given_up": exchange.given_up.iter().map(crate::todo::Session::as_str).collect::<Vec<_>>(),
        "unreachable": exchange.unreachable,
        "busy": exchange.busy,
        "problems": exchange.problems.iter().map(|(what, why)| json!({ "what": what, "why": why })).collect::<Vec<_>>(),
    })
}

/// Says no when the remote does not have what it should.
pub(super) fn judge(remote: Option<&RemoteName>, exchange: Option<&Exchange>) -> Result<(), Failure> {
    let (Some(remote), Some(exchange)) = (remote, exchange) else { return Ok(()) };
    if let Some(reason) = &exchange.unreachable {
        let failure = Failure::no(format!("cannot reach {remote}: {reason}"));
        let failure = match Cause::of(reason) {
            Some(cause) => failure.hint(cause.text()),
            None => failure,
        };
        return Err(
            failure.hint("everything is saved here; `git chittysync sync` delivers it once the remote can be reached")
        );
    }
    if let Some(reason) = &exchange.busy {
        return Err(Failure::no(format!("{remote} is busy: {reason}"))
            .hint("everything is saved here; `git chittysync sync` tries again"));
    }
    let Some((what, why)) = exchange.problems.first() else { return Ok(()) };
    let more = match exchange.problems.len() {
        1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    let failure = Failure::no(format!("{remote} did not take {what}: {why}{more}"));
    if let Some(kept) = &exchange.kept {
        return Err(allow_rewriting(failure, remote, what, kept));
    }
    let failure = failure.hint("everything is saved here; see git-chittysync(1), REFS");
    Err(match &exchange.in_the_way {
        Some(name) => failure.hint(format!(
            "look at what {remote} has at {name}: if it is damage, and not of a newer version of this program, a forced `git push` of {name} from the store puts yours in its place"
        )),
        None => failure,
    })
}

/// Says who has to let old history go, where a todo was purged, and what to do then.
fn allow_rewriting(failure: Failure, remote: &RemoteName, name: &str, kept: &Kept) -> Failure {
    let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
    let failure = failure.hint(if kept.by_setting {
        format!(
            "{remote} forbids it: in the repository there, `git config receive.denyNonFastForwards false` allows it, and `true` forbids it again afterwards"
        )
    } else {
        format!("if it protects {branch}, allow force pushes to it for a while, in the settings of its host; if it is a hook, ask whoever runs it")
    });
    failure.hint("`git chittysync sync` then sends what is here").hint(
        "everything is saved here, also what is new; until then the purged words are there, and what is new is not",
    )
}

/// Makes a repository, named or given by its URL, the one that the store is synced with.
pub(super) fn add(repo: &Repo, directory: &Path, text: &str, ui: &Ui) -> Result<RemoteName, Failure> {
    let before = Settings::read(&repo.values()?).map_err(StoreError::from)?.remote;
    let (name, url) = find(repo, directory, text)?;
    repo.add_remote(&name, url.as_deref())?;
    if url.is_some() && !repo.is_bare() {
        ops::remember_made(repo.common_dir(), &name);
    }
    repo.write_value(table::REMOTE.key, name.as_str())?;
    if let Some(before) = before.filter(|before| *before != name) {
        let mut hint = format!("`git chittysync init --remote {before}` goes back to it");
        if repo.is_bare() {
            let store = display(repo.common_dir());
            hint.push_str(&format!("; `git --git-dir={store} remote remove {before}` removes it"));
        }
        ui.warn(&format!("until now the store was synced with {before}, from now on with {name}"), Some(&hint));
    }
    warn_if_public(repo, &name, ui);
    Ok(name)
}

/// Tries a remote that was just named, and says so if it cannot be reached, and why: it may be away for a while.
pub(super) fn try_out(store: &Store, remote: &RemoteName, ui: &Ui) -> Result<(), Failure> {
    if let Err(away) = reach(&store.repo, remote, &hurried(store, ui))? {
        ui.warn(&format!("{remote} cannot be reached now: {away}"), Some("`git chittysync doctor` tries it again"));
    }
    Ok(())
}

/// How long the remote may stand still before it counts as away, when somebody waits for nothing else.
const HURRY: std::time::Duration = std::time::Duration::from_secs(10);

/// Returns how a remote is watched that is only asked whether it is there.
pub(super) fn hurried(store: &Store, ui: &Ui) -> Watch<'static> {
    let watch = watch(store, ui);
    Watch { timeout: watch.timeout.min(HURRY), interactive: false, ..watch }
}

/// Returns the remote that a name or a URL stands for, and the URL if there is none of it yet.
fn find(repo: &Repo, directory: &Path, text: &str) -> Result<(RemoteName, Option<String>), Failure> {
    if let Some(known) = RemoteName::new(text).filter(|name| repo.remote_url(name).is_some()) {
        return Ok((known, None));
    }
    check_url(text).map_err(|err| {
        let failure = Failure::usage(format!("'{}' cannot be a remote: {err}", without_password(text)));
        match err {
            UrlError::Password => failure.hint("keep passwords in a credential helper, see gitcredentials(7)"),
            UrlError::Helper | UrlError::NotOne => failure,
        }
    })?;
    // A relative path is relative to where the command runs; git would take it from wherever it stands.
    let path = directory.join(text);
    let url = match !text.contains(':') || path.exists() {
        true => std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned(),
        false => text.to_owned(),
    };
    let candidates = ["origin", "chittysync"].into_iter().filter_map(RemoteName::new);
    for name in candidates {
        match repo.remote_url(&name) {
            Some(known) if known == url => return Ok((name, None)),
            Some(_) => {}
            None => return Ok((name, Some(url))),
        }
    }
    Err(Failure::no("the remotes origin and chittysync lead elsewhere already")
        .hint("add one with `git remote add <name> <url>`, then `git chittysync init --remote <name>`"))
}

/// Says so when everybody can read what will be pushed.
fn warn_if_public(repo: &Repo, remote: &RemoteName, ui: &Ui) {
    let Some(page) = repo.push_urls(remote).iter().find_map(|url| github_page(url)) else { return };
    match is_public(&page) {
        Some(true) => ui.warn(
            &format!("{page} is public: everybody can read every todo that is pushed there"),
            Some("make it private in its settings before the first sync, or use another one"),
        ),
        Some(false) => {}
        None => ui.note(&format!("Could not find out whether {page} is public: no answer.")),
    }
}

/// Returns the page on a host on which everybody can read what is pushed to a remote, if that is so.
pub(super) fn is_open_to_all(repo: &Repo, remote: &RemoteName) -> Option<String> {
    let page = repo.push_urls(remote).iter().find_map(|url| github_page(url))?;
    (is_public(&page) == Some(true)).then_some(page)
}

/// Returns a URL as it can be shown.
pub(super) fn without_password(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://…@{rest}"),
        None => url.to_owned(),
    }
}
