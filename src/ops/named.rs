//! What sessions are called, as their agents' files say: what of it is saved with the session, and what stays here.

use std::collections::BTreeMap;

use super::device::agent_session;
use super::previous::speaks;
use super::tips::Tips;
use crate::settings::SessionNames;
use crate::source::Called;
use crate::store::{Store, cache, texts};
use crate::todo::{Session, SessionInfo, Time, Title};

/// The name of the file below `chittysync/` with the first prompts. Without it such sessions are named by their lists.
const PROMPTS: &str = "prompts";

/// First prompts, by session.
pub(super) type Prompts = BTreeMap<String, String>;

/// What was read of what sessions are called.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// What is to be saved, by the session whose file says it.
    pub titles: BTreeMap<Session, String>,
    /// What to remember on this device; nothing when it is known already.
    pub prompts: Option<Prompts>,
}

/// Sorts what was read. A session that says nothing has no name: `says` tells of those that do only now.
pub(super) fn named(
    store: &Store,
    called: &BTreeMap<Session, Called>,
    tips: &Tips,
    says: impl Fn(&Session) -> bool,
) -> Named {
    if called.is_empty() && store.settings.session_names == SessionNames::Title {
        return Named::default();
    }
    let known: Prompts = cache::load(&store.repo, PROMPTS);
    let mut next = known.clone();
    if store.settings.session_names != SessionNames::Title {
        next.clear();
    }
    let mut titles = BTreeMap::new();
    let says = |session: &Session| says(session) || speaks(tips, session);
    for (session, Called { title, prompt }) in called {
        // One that only runs commands has the list of those alone.
        let lists = [Some(session.clone()), agent_session(session).ok()];
        let Some(speaker) = lists.into_iter().flatten().find(&says) else { continue };
        let saved = match store.settings.session_names {
            SessionNames::None => continue,
            SessionNames::Title => title.as_ref(),
            SessionNames::Prompt => title.as_ref().or(prompt.as_ref()),
        };
        match (saved, prompt) {
            (Some(title), _) => {
                next.remove(session.as_str());
                titles.entry(speaker).or_insert_with(|| title.clone());
            }
            (None, Some(prompt)) => drop(next.insert(session.to_string(), prompt.clone())),
            (None, None) => {}
        }
    }
    Named { titles, prompts: (next != known).then_some(next) }
}

/// Remembers first prompts.
pub(super) fn remember(store: &Store, prompts: &Prompts) {
    texts::save(&store.repo, PROMPTS, prompts);
}

/// Names the sessions without a title by their first prompts, as far as this device knows them, for who looks here. What
/// is made of it is not to be saved.
pub fn with_prompts(store: &Store, sessions: &mut [SessionInfo]) {
    let unnamed: Vec<_> = sessions.iter().filter(|info| info.title.is_none()).collect();
    let names: Vec<_> = unnamed.iter().map(|info| info.session.without_commands()).collect();
    let prompts = texts::load(&store.repo, PROMPTS, &names.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
    sessions.iter_mut().for_each(|info| name_by(&prompts, info));
}

/// Returns the first prompts for a hook, which reads no more than its budget: none where there are more.
pub(super) fn prompts_in_time(store: &Store) -> Prompts {
    cache::load_within(&store.repo, PROMPTS, store.repo.limits.budgets.hook)
}

/// Names a session without a title by its first prompt, if that is known.
pub(super) fn name_by(prompts: &Prompts, info: &mut SessionInfo) {
    if info.title.is_none() {
        let prompt = prompts.get(info.session.without_commands().as_ref());
        info.title = prompt.map(|prompt| Title { at: Time::default(), text: prompt.clone() });
    }
}
