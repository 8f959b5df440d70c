//! What settings come to for mirrors.

use std::time::Duration;

use super::kind::boolean;
use super::reader::{Reader, SettingError, time};
use super::setting::key_for;
use super::table::{MIRROR_EVERY, MIRROR_KIND, MIRROR_PAUSED, MIRROR_PROJECT, MIRROR_URL};
use crate::git::Values;
use crate::todo::Project;

/// What a mirror is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorKind {
    /// A directory of files for people and other programs.
    Files,
    /// Tables of a PostgreSQL database.
    Postgres,
    /// Bundles of git on a remote of rclone.
    Bundles,
    /// The issues of a repository on GitHub.
    Github,
    /// A database of Notion.
    Notion,
    /// Tables of a D1 database at Cloudflare.
    D1,
    /// Documents of a KV namespace at Cloudflare.
    Kv,
    /// A program of the user's.
    Command,
}

impl MirrorKind {
    /// All of them.
    pub const ALL: [MirrorKind; 8] = [
        MirrorKind::Files,
        MirrorKind::Postgres,
        MirrorKind::Bundles,
        MirrorKind::Github,
        MirrorKind::Notion,
        MirrorKind::D1,
        MirrorKind::Kv,
        MirrorKind::Command,
    ];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            MirrorKind::Files => "files",
            MirrorKind::Postgres => "postgres",
            MirrorKind::Bundles => "bundles",
            MirrorKind::Github => "github",
            MirrorKind::Notion => "notion",
            MirrorKind::D1 => "d1",
            MirrorKind::Kv => "kv",
            MirrorKind::Command => "command",
        }
    }

    /// Returns whether it can hold some projects only.
    pub fn is_filtered(self) -> bool {
        !matches!(self, MirrorKind::Bundles | MirrorKind::Command)
    }

    /// Returns whether people change things there, and that is to be heard.
    pub fn is_two_way(self) -> bool {
        matches!(self, MirrorKind::Github | MirrorKind::Notion)
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        MirrorKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One mirror, as settings describe it. What each means is in [`super::table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// Its name: small letters, digits and `-`.
    pub name: String,
    /// What it is.
    pub kind: MirrorKind,
    /// Where it is.
    pub url: String,
    /// The projects that it holds; all, when there are none.
    pub projects: Vec<Project>,
    /// The least time between two runs of the daemon.
    pub interval: Duration,
    /// Whether it is left alone unless it is named.
    pub paused: bool,
}

impl Mirror {
    /// Returns whether this can name a mirror: it is a part of a ref and of a session's name.
    pub fn is_name(name: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !name.is_empty() && name.len() <= 40 && name.bytes().all(fits) && !name.starts_with('-') && !name.ends_with('-')
    }

    /// Returns whether it holds todos of this project.
    pub fn takes(&self, project: &Project) -> bool {
        self.projects.is_empty() || self.projects.contains(project)
    }

    /// Returns the URL without a password, should somebody have put one there.
    pub fn shown_url(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else { return self.url.clone() };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match authority.rsplit_once('@') {
            Some((user, host)) => {
                let user = user.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}@{host}{path}")
            }
            None => self.url.clone(),
        }
    }

    /// Returns where it is, for people who need not know how one signs in there: without a user, a password or what stands
    /// behind a `?`. Nothing for a line for the shell, and for a remote of rclone that is described in place.
    pub fn place(&self) -> Option<String> {
        match self.kind {
            MirrorKind::Command => None,
            MirrorKind::Bundles if self.url.starts_with(':') || self.url.contains(',') => None,
            MirrorKind::Files => Some(self.url.clone()),
            _ => {
                let url = self.url.split(['?', '#']).next().unwrap_or_default();
                let Some((scheme, rest)) = url.split_once("://") else { return Some(url.to_owned()) };
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                Some(format!("{scheme}://{host}{path}"))
            }
        }
    }

    /// Returns all mirrors, in the order of their names. A project's repository has none: its settings can have come
    /// from anybody, and would say where its todos go.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn all(values: &Values<'_>, is_project: bool) -> Result<Vec<Self>, SettingError> {
        if is_project {
            return Ok(Vec::new());
        }
        let names = values.subsections("chittysync", "mirror.");
        names.iter().filter_map(|name| Mirror::read(values, name).transpose()).collect()
    }

    /// Reads one; nothing where neither its kind nor its place is set.
    fn read(values: &Values<'_>, name: &str) -> Result<Option<Self>, SettingError> {
        let reader = Reader::of_remote(values, name);
        let url = reader.text(&MIRROR_URL);
        if url.is_none() && reader.text(&MIRROR_KIND).is_none() {
            return Ok(None);
        }
        let refused = |key: &str, value: &str, expected: String| {
            let (key, value) = (key_for(key, Some(name)), value.to_owned());
            SettingError { key, value, expected, at: None }
        };
        if !Mirror::is_name(name) {
            let expected = "of a mirror whose name is of small letters, digits and -".to_owned();
            return Err(refused(MIRROR_KIND.key, name, expected));
        }
        let kind = reader.read(&MIRROR_KIND, MirrorKind::parse)?;
        let url = url.filter(|url| !url.trim().is_empty());
        let url = url.ok_or_else(|| refused(MIRROR_URL.key, "", MIRROR_URL.kind.expected()))?;
        let is_slow = matches!(kind, MirrorKind::Bundles | MirrorKind::Command);
        let every = is_slow.then_some("2h").or(MIRROR_EVERY.default_value());
        let projects = values.all(&key_for(MIRROR_PROJECT.key, Some(name))).into_iter().map(|given| {
            let expected = MIRROR_PROJECT.kind.expected();
            Project::new(&given.text).map_err(|_| refused(MIRROR_PROJECT.key, &given.text, expected))
        });
        Ok(Some(Mirror {
            name: name.to_owned(),
            kind,
            url,
            projects: projects.collect::<Result<_, _>>()?,
            interval: reader.read_or(&MIRROR_EVERY, every, |text| time(&MIRROR_EVERY, text)?)?,
            paused: reader.read(&MIRROR_PAUSED, boolean)?,
        }))
    }

    /// Returns the section of git config in which a mirror's settings are.
    pub fn section(name: &str) -> String {
        let key = key_for(MIRROR_KIND.key, Some(name));
        key.rsplit_once('.').map(|(section, _)| section.to_owned()).unwrap_or(key)
    }

    /// Returns the keys of a mirror's settings.
    pub fn keys(name: &str) -> [String; 5] {
        [MIRROR_KIND, MIRROR_URL, MIRROR_PROJECT, MIRROR_EVERY, MIRROR_PAUSED].map(|row| key_for(row.key, Some(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "[chittysync \"mirror.drive\"]\n\tkind = bundles\n\turl = gdrive:todos\n\tproject = acme/api\n\tproject = general\n[chittysync \"mirror.a-1\"]\n\tkind = files\n\turl = /srv/x\n\tpaused\n";

    fn all(text: &str) -> Result<Vec<Mirror>, SettingError> {
        Mirror::all(&Values::of_text(text, &[]), false)
    }

    #[test]
    fn a_place_is_told_without_who_signs_in() {
        for (kind, url, place) in [
            (MirrorKind::Files, "/srv/a?b", Some("/srv/a?b")),
            (MirrorKind::Postgres, "postgres://ana:pw@db:5432/todos?password=x", Some("postgres://db:5432/todos")),
            (MirrorKind::Postgres, "postgres://a@b:pw@db", Some("postgres://db")),
            (MirrorKind::Github, "https://github.com/acme/api", Some("https://github.com/acme/api")),
            (MirrorKind::Notion, "https://x@notion.so/a#b@c", Some("https://notion.so/a")),
            (MirrorKind::Bundles, "gdrive:todos", Some("gdrive:todos")),
            (MirrorKind::Bundles, ":webdav,pass=x:todos", None),
            (MirrorKind::Bundles, "gdrive,client_secret=x:todos", None),
            (MirrorKind::Command, "curl -u a:b https://x", None),
        ] {
            let mirror = Mirror {
                name: "a".into(),
                kind,
                url: url.into(),
                projects: Vec::new(),
                interval: Duration::ZERO,
                paused: false,
            };
            assert_eq!(mirror.place().as_deref(), place, "{url}");
        }
    }

    #[test]
    fn mirrors_are_found_by_their_names() {
        let found = all(TWO).expect("mirrors");
        let names: Vec<&str> = found.iter().map(|mirror| mirror.name.as_str()).collect();
        assert_eq!(names, ["a-1", "drive"]);
        assert_eq!((found[0].paused, found[0].interval.as_secs(), found[1].interval.as_secs()), (true, 300, 7200));
        let project = |name: &str| Project::new(name).expect("a name");
        assert!(found[1].takes(&project("acme/api")) && !found[1].takes(&project("acme/web")));
        assert!(found[0].takes(&project("acme/web")));
        assert_eq!(Mirror::all(&Values::of_text(TWO, &[]), true), Ok(Vec::new()), "a project's repository has none");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("[chittysync \"mirror.x\"]\nkind = fax\nurl = y", "must be files, postgres, bundles"),
            ("[chittysync \"mirror.x\"]\nkind = files", "chittysync.mirror.x.url is ''"),
            ("[chittysync \"mirror.x\"]\nkind = files\nurl = y\ninterval = 5", "a time with its unit"),
            ("[chittysync \"mirror.X y\"]\nkind = files\nurl = y", "small letters"),
            ("[chittysync \"mirror.x\"]\nkind = files\nurl = y\nproject =", "the name of a project"),
        ] {
            let found = all(text).expect_err(text).to_string();
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let shown = |url: &str| Mirror { url: url.into(), ..all(TWO).expect("mirrors")[0].clone() }.shown_url();
        assert_eq!(shown("postgres://ana:word@db.example/x?y=z@"), "postgres://ana@db.example/x?y=z@");
        assert_eq!(shown("postgres://ana:w@rd@db.example"), "postgres://ana@db.example");
        assert_eq!(shown("/srv/a@b"), "/srv/a@b");
    }
}
