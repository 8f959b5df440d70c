//! In whose name a call of a tool speaks. Clients that say nothing of a session are told apart all the same: each is one
//! for as long as its server runs.

use std::hash::{BuildHasher, RandomState};

use serde_json::{Map, Value};

use super::author::SpeakerArgs;
use crate::todo::Session;

/// Where clients name the session in the `_meta` of a request, the best one first: that of a sub-agent is a thread of
/// its session.
const KEYS: [&str; 3] = ["sessionId", "session_id", "threadId"];
/// No name of a client is longer in that of its session.
const LONGEST: usize = 40;

/// Who speaks through one server.
#[derive(Debug)]
pub(super) struct Clients {
    /// Who was named when the server was started, if somebody was.
    named: SpeakerArgs,
    /// Tells this process from others that serve a client of the same name.
    drawn: String,
}

impl Clients {
    /// Returns the clients of a server that begins.
    pub(super) fn new(named: SpeakerArgs) -> Self {
        let drawn = format!("{:08x}", RandomState::new().hash_one(std::process::id()) >> 32);
        Clients { named, drawn }
    }

    /// Returns who speaks in a request with this `_meta`, of a client that calls itself so: the session that the server
    /// was started for, else the one that the request names, else the client itself.
    pub(super) fn speaker(&self, meta: &Map<String, Value>, client: Option<&str>) -> SpeakerArgs {
        if self.named.named().is_some() {
            return self.named.clone();
        }
        let names = KEYS.iter().filter_map(|key| meta.get(*key)?.as_str());
        let session = names.map(str::trim).find(|name| Session::new(name).is_ok());
        let session = session.map_or_else(|| format!("{}-{}", label(client), self.drawn), str::to_owned);
        SpeakerArgs { session: Some(session) }
    }
}

/// Returns the name of a client as the beginning of a session's: letters, digits and dashes, and no part that would make
/// it a sub-agent's.
fn label(client: Option<&str>) -> String {
    let name: String = client.unwrap_or_default().to_lowercase().chars().take(LONGEST).collect();
    let parts = name.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty() && *part != "agent").collect();
    if parts.is_empty() { "mcp".to_owned() } else { parts.join("-") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(session: Option<&str>, meta: &Value, client: Option<&str>) -> String {
        let clients =
            Clients { named: SpeakerArgs { session: session.map(str::to_owned) }, drawn: "0a1b2c3d".to_owned() };
        clients.speaker(meta.as_object().expect("an object"), client).session.expect("somebody")
    }

    #[test]
    fn who_is_named_first_speaks() {
        let both = json!({ "threadId": "t-2", "sessionId": "s-1", "progressToken": 1 });
        assert_eq!(named(Some("given"), &both, Some("codex")), "given");
        assert_eq!(named(Some(""), &both, Some("codex")), "s-1");
        assert_eq!(named(None, &json!({ "threadId": "t-2" }), Some("codex")), "t-2");
        for nobody in
            [json!({}), json!({ "sessionId": "" }), json!({ "sessionId": 7 }), json!({ "sessionId": "a\u{7}" })]
        {
            assert_eq!(named(None, &nobody, Some("opencode")), "opencode-0a1b2c3d");
        }
    }

    #[test]
    fn a_client_is_a_session_of_its_own_whatever_it_is_called() {
        for (client, session) in [
            (None, "mcp-0a1b2c3d"),
            (Some(""), "mcp-0a1b2c3d"),
            (Some("Agent"), "mcp-0a1b2c3d"),
            (Some("Claude Code"), "claude-code-0a1b2c3d"),
            (Some("my-agent"), "my-0a1b2c3d"),
            (Some("a -agent-agent- b"), "a-b-0a1b2c3d"),
            (Some("../\u{202e}x\n"), "x-0a1b2c3d"),
        ] {
            let name = named(None, &json!({}), client);
            assert_eq!(name, session);
            assert_eq!(Session::new(&name).expect("a name").main(), name);
        }
        assert!(named(None, &json!({}), Some(&"x".repeat(5_000))).len() < 60);
        assert_ne!(Clients::new(SpeakerArgs::default()).drawn, Clients::new(SpeakerArgs::default()).drawn);
    }
}
