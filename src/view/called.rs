//! What people call sessions: by their titles, else by the words that their lists begin with. Digits tell apart only
//! what would look alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Everything;
use super::calls::{Called, Calls, SHORT};
use crate::todo::{Session, SessionInfo, SourceKind, Time, Todo, TodoId, plain, shortened};

/// What a session is.
enum Kind<'a> {
    /// The commands of a person at a device.
    Person,
    /// A list inside a session.
    Part(&'a str),
    /// A session of an agent.
    Agent,
}

impl Everything {
    /// Returns what people call a session in a line: themselves `you`, others by what their title, or else their list,
    /// begins with.
    pub fn called(&self, session: &Session) -> String {
        self.called_within(session, SHORT)
    }

    /// Returns the same where there is room for so many characters.
    pub fn called_within(&self, session: &Session, longest: usize) -> String {
        self.name(session, |called| match &called.digits {
            Some(digits) => format!("{} {digits}", called.text(longest.saturating_sub(1 + digits.len().min(8)))),
            None => called.text(longest),
        })
    }

    /// Returns the same with the whole title.
    pub fn called_in_full(&self, session: &Session) -> String {
        self.name(session, |called| match &called.digits {
            Some(digits) => format!("{digits} {}", called.text(usize::MAX)),
            None => called.text(usize::MAX),
        })
    }

    /// Returns what people call a session, and where it is, as far as that tells it from others: `Fix login on mbp`,
    /// `Fix login (Ana on mbp)`, `Ana on mbp`.
    pub fn who(&self, session: &Session) -> String {
        format!("{}{}", self.called(session), self.whereabouts(session))
    }

    /// Returns where a session is and whose it is, as it stands behind what it is called; nothing for one's own, and
    /// where there is nothing to tell apart.
    pub fn whereabouts(&self, session: &Session) -> String {
        let calls = self.calls();
        let Some(info) = self.info(session).filter(|_| !self.is_own(session)) else { return String::new() };
        let person = info.person.as_deref().filter(|_| calls.people);
        let device = Some(info.device.as_str()).filter(|device| calls.devices && !device.is_empty());
        let named = matches!(kind(info), Kind::Person);
        match (person.filter(|_| !named), device) {
            (Some(person), Some(device)) => format!(" ({} on {})", plain(person), plain(device)),
            (Some(person), None) => format!(" ({})", plain(person)),
            (None, Some(device)) if !named || info.person.is_some() => format!(" on {}", plain(device)),
            (None, _) => String::new(),
        }
    }

    /// Returns whose a session is and on which device, for a column of its own: `laptop`, `Ana on mbp`, and the agent
    /// where there are several kinds.
    pub fn place(&self, info: &SessionInfo) -> String {
        let calls = self.calls();
        let device = plain(&info.device);
        let place = match info.person.as_deref().filter(|_| calls.people) {
            Some(person) => format!("{} on {device}", plain(person)),
            None => device,
        };
        match self.agent(info).filter(|_| calls.agents) {
            Some(agent) => format!("{place}, {agent}"),
            None => place,
        }
    }

    /// Returns what people call the agent whose session this is; nothing for the commands of a person.
    pub fn agent(&self, info: &SessionInfo) -> Option<&'static str> {
        let is =
            |name: &str| info.source.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        self.agents.iter().find(|(name, _)| is(name)).map(|(_, title)| *title)
    }

    /// Returns what is known of a session, as of where it spoke last.
    pub fn info(&self, session: &Session) -> Option<&SessionInfo> {
        let exact = self.calls().called.get(session.without_commands().as_ref())?;
        self.sessions.get(exact.info)
    }

    /// Returns whether there is more than one device in the store.
    pub fn has_devices(&self) -> bool {
        self.calls().devices
    }

    /// Returns whether there is more than one person in the store.
    pub fn has_people(&self) -> bool {
        self.calls().people
    }

    fn name(&self, session: &Session, of: impl Fn(&Called) -> String) -> String {
        if self.is_own(session) {
            return "you".to_owned();
        }
        match self.calls().called.get(session.without_commands().as_ref()) {
            Some(called) => of(called),
            None => short(session),
        }
    }

    fn calls(&self) -> &Calls {
        self.calls.get_or_init(|| calls_of(self))
    }
}

/// Finds out what all sessions are called.
fn calls_of(everything: &Everything) -> Calls {
    let mut last: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for (at, info) in everything.sessions.iter().enumerate() {
        // Where it also ran commands, its own list tells more of it.
        let order = |at: usize| {
            let info = &everything.sessions[at];
            (info.session.root() == info.session.without_commands(), info.updated, at)
        };
        let known = last.entry(info.session.without_commands()).or_insert(at);
        *known = if order(*known) < order(at) { at } else { *known };
    }
    let titles = titles(everything);
    let words = first_words(everything, last.values().map(|at| &everything.sessions[*at]));
    let of_list = |info: &SessionInfo| info.list.first().and_then(|entry| words.get(&entry.id)).copied();
    let nameless = last.iter().filter(|(root, at)| {
        let info = &everything.sessions[**at];
        !titles.contains_key(*root) && own_name(info).is_none() && of_list(info).is_none()
    });
    let spoken = first_spoken(everything, &nameless.map(|(root, _)| root.as_ref()).collect());
    // The name, and whether it is made of the words of todos.
    let name = |root: &str, info: &SessionInfo| {
        let title = titles.get(root).map(|text| plain(text)).or_else(|| own_name(info)).map(|name| (name, false));
        title.or_else(|| {
            let words = of_list(info).or_else(|| spoken.get(root).copied())?;
            Some((plain(words), true))
        })
    };
    let mut called = BTreeMap::new();
    for (root, at) in &last {
        let info = &everything.sessions[*at];
        let mut part = None;
        let named = name(root, info).or_else(|| {
            let Kind::Part(list) = kind(info) else { return None };
            part = Some(if is_digits(list) { "sub-agent".to_owned() } else { plain(list) });
            let main = info.session.main();
            name(main, &everything.sessions[*last.get(main)?])
        });
        let (name, is_quoted) = named.unwrap_or_else(|| {
            let agent = everything.agent(info).map(str::to_owned);
            (agent.unwrap_or_else(|| short(&info.session)), false)
        });
        called.insert(root.to_string(), Called { name, is_quoted, part, digits: None, info: *at });
    }
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for called in called.values() {
        *alike.entry(called.short().to_lowercase()).or_default() += 1;
    }
    for called in called.values_mut().filter(|called| alike[&called.short().to_lowercase()] > 1) {
        let digits = short(&everything.sessions[called.info].session);
        called.digits = (digits != called.name).then_some(digits);
    }
    let several = |texts: BTreeSet<&str>| texts.len() > 1;
    let sessions = || everything.sessions.iter();
    let (device, person) = everything.beside.as_ref().map(|(device, person)| (device, person)).unzip();
    let devices = sessions().map(|info| &info.device).chain(device).map(String::as_str);
    let people = sessions().filter_map(|info| info.person.as_deref()).chain(person.and_then(|name| name.as_deref()));
    Calls {
        called,
        devices: several(devices.filter(|text| !text.is_empty()).collect()),
        people: several(people.collect()),
        agents: several(sessions().filter_map(|info| everything.agent(info)).collect()),
    }
}

/// Returns as much of a session's name as tells it from others.
fn short(session: &Session) -> String {
    plain(&Session::new(&session.without_commands()).as_ref().unwrap_or(session).short())
}

/// Returns whether this is the session of a person's commands.
pub(super) fn is_person(info: &SessionInfo) -> bool {
    matches!(kind(info), Kind::Person)
}

fn kind(info: &SessionInfo) -> Kind<'_> {
    let name = info.session.as_str();
    let is_command = info.source == SourceKind::Command.as_str();
    match name.split_once("-agent-") {
        Some((_, Session::COMMANDS)) | None => {}
        Some((_, part)) => return Kind::Part(info.agent.as_deref().unwrap_or(part)),
    }
    match name.rsplit_once('-') {
        Some((device, digits)) if is_command && digits.len() == 8 && is_digits(digits) && device == info.device => {
            Kind::Person
        }
        _ => Kind::Agent,
    }
}

/// Returns what a session is called by what it says of itself alone; nothing for a number that was drawn.
pub fn of_itself(info: &SessionInfo) -> Option<String> {
    let title = info.title.as_ref().map(|title| plain(&title.text)).filter(|text| !text.is_empty());
    title.or_else(|| own_name(info)).map(|name| shortened(&name, SHORT))
}

/// Returns the newest title of each session, wherever it goes on.
fn titles(everything: &Everything) -> BTreeMap<Cow<'_, str>, &str> {
    let mut found = BTreeMap::new();
    for info in &everything.sessions {
        if let Some(title) = &info.title {
            let known = found.entry(info.session.without_commands()).or_insert(title);
            *known = (*known).max(title);
        }
    }
    let titles = found.into_iter().map(|(root, title)| (root, title.text.as_str()));
    titles.filter(|(_, text)| !text.is_empty()).collect()
}

/// Returns the name that a session has of itself: that of the person whose commands it is, or one that is no number.
fn own_name(info: &SessionInfo) -> Option<String> {
    match kind(info) {
        Kind::Person => Some(plain(info.person.as_deref().unwrap_or(&info.device))),
        Kind::Part(_) => None,
        Kind::Agent => (!info.session.is_drawn()).then(|| plain(&info.session.without_commands())),
    }
}

/// Returns the words of the todos that the lists of sessions begin with.
fn first_words<'a>(
    everything: &'a Everything,
    infos: impl Iterator<Item = &'a SessionInfo>,
) -> BTreeMap<TodoId, &'a str> {
    let first: BTreeSet<TodoId> = infos.filter_map(|info| Some(info.list.first()?.id)).collect();
    let find = |id: TodoId| everything.projects.values().find_map(|todos| todos.get(&id));
    let found = first.into_iter().filter_map(|id| Some((id, find(id)?)));
    let has_words = |(_, todo): &(TodoId, &Todo)| !todo.content.is_empty();
    found.filter(has_words).map(|(id, todo)| (id, todo.content.as_str())).collect()
}

/// Returns the words of the first todo that each of some sessions spoke of.
fn first_spoken<'a>(everything: &'a Everything, roots: &BTreeSet<&str>) -> BTreeMap<String, &'a str> {
    let mut found: BTreeMap<String, (Time, &'a str)> = BTreeMap::new();
    if roots.is_empty() {
        return BTreeMap::new();
    }
    for todo in everything.todos().map(|(_, todo)| todo).filter(|todo| !todo.content.is_empty()) {
        for (session, claim) in &todo.claims {
            let root = session.without_commands();
            if roots.contains(root.as_ref()) {
                let said = (claim.at, todo.content.as_str());
                let known = found.entry(root.into_owned()).or_insert(said);
                *known = (*known).min(said);
            }
        }
    }
    found.into_iter().map(|(root, (_, words))| (root, words)).collect()
}

/// Returns whether this is a number that was drawn, which tells people nothing.
fn is_digits(text: &str) -> bool {
    text.len() >= 6
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte.is_ascii_digit())
}
