//! Whose sessions are asked for.

use super::{Session, SessionInfo};

/// Whose sessions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Those of this person: the name, or a word of it.
    Person(String),
    /// Those of who asks.
    Mine {
        /// Who that is, where it is known.
        person: Option<String>,
        /// The label of the device.
        device: String,
        /// The session in whose name is asked.
        own: Option<Session>,
    },
}

impl By {
    /// Returns whether a session is one of them. One that says nothing of who speaks is that of whoever has its device.
    pub fn takes(&self, info: &SessionInfo) -> bool {
        match self {
            By::Person(typed) => info.person.as_deref().is_some_and(|name| is_called(name, typed)),
            By::Mine { person, device, own } => {
                own.as_ref().is_some_and(|own| own.without_commands() == info.session.without_commands())
                    || match (person, &info.person) {
                        (Some(person), Some(other)) => person == other,
                        _ => info.device == *device,
                    }
            }
        }
    }
}

/// Returns whether a person may be called so: by the whole name, or by words that it has side by side.
fn is_called(name: &str, typed: &str) -> bool {
    let words = |text: &str| text.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (name, typed) = (words(name), words(typed));
    !typed.is_empty() && name.windows(typed.len()).any(|part| part == typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::decode_session;

    fn info(person: Option<&str>, device: &str) -> SessionInfo {
        let moment = "2025-10-10T00:00:00.000Z";
        let text = serde_json::json!({ "session": "a", "device": device, "started": moment, "updated": moment });
        let info = decode_session(text.to_string().as_bytes()).expect("decodes");
        SessionInfo { person: person.map(str::to_owned), ..info }
    }

    #[test]
    fn a_person_is_called_by_words_of_the_name() {
        let ana = info(Some("Ana Mar\u{ed}a Ruiz"), "mbp");
        for typed in ["ana", "Ana Mar\u{ed}a", "ruiz", " ANA MAR\u{cd}A RUIZ "] {
            assert!(By::Person(typed.into()).takes(&ana), "{typed}");
        }
        for typed in ["", "an", "Ana Ruiz", "ben"] {
            assert!(!By::Person(typed.into()).takes(&ana), "{typed}");
        }
        assert!(!By::Person("ana".into()).takes(&info(None, "ana")));
    }

    #[test]
    fn what_nobody_signed_is_of_who_has_the_device() {
        let mine =
            |person: Option<&str>| By::Mine { person: person.map(str::to_owned), device: "mbp".into(), own: None };
        for (me, other, device, is_mine) in [
            (Some("Ana"), Some("Ana"), "desk", true),
            (Some("Ana"), Some("Ben"), "mbp", false),
            (Some("Ana"), None, "mbp", true),
            (Some("Ana"), None, "desk", false),
            (None, Some("Ben"), "mbp", true),
            (None, Some("Ben"), "desk", false),
        ] {
            assert_eq!(mine(me).takes(&info(other, device)), is_mine, "{me:?} {other:?} {device}");
        }
        let own = Session::new("a").expect("valid").agent(Session::COMMANDS).expect("valid");
        let asks = By::Mine { person: Some("Ana".into()), device: "mbp".into(), own: Some(own) };
        assert!(asks.takes(&info(Some("Ben"), "desk")), "a session's commands are its own");
    }
}
