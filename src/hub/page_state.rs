//! What the hub keeps for its pages while it runs: nothing that is not computed again after a restart, but for what
//! somebody was told of their last acts.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::git::ObjectId;
use crate::ops::Shown;
use crate::page::Message;
use crate::view::OverProperty;
use crate::wire::Problem;

/// So many messages are kept.
const MESSAGES: usize = 100;

/// Conflicts over properties, and the commit that they are of.
type Properties = (Option<ObjectId>, Arc<Vec<OverProperty>>);

/// What the pages need.
#[derive(Debug)]
pub(super) struct Pages {
    /// What the cookie is called: a browser does not tell the ports of a machine apart, and there may be two hubs.
    pub cookie: String,
    /// Whether browsers come through a proxy that does TLS: the cookie is for such connections only.
    pub is_secure: bool,
    properties: Mutex<Properties>,
    said: Mutex<Said>,
}

#[derive(Debug, Default)]
struct Said {
    next: u64,
    /// The number of a message, for whom it is, and what it says.
    kept: VecDeque<(u64, String, Message)>,
}

impl Pages {
    pub(super) fn new(common_dir: &Path) -> Self {
        let path = common_dir.as_os_str().as_encoded_bytes();
        let digits =
            path.iter().fold(0xcbf2_9ce4_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let cookie = format!("chittysync-{digits:08x}");
        Pages { cookie, is_secure: false, properties: Mutex::default(), said: Mutex::default() }
    }

    /// Keeps what somebody is to be told, and returns its number.
    pub(super) fn say(&self, token: &str, message: Message) -> u64 {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.next += 1;
        let number = said.next;
        said.kept.push_back((number, token.to_owned(), message));
        if said.kept.len() > MESSAGES {
            said.kept.pop_front();
        }
        number
    }

    /// Returns what somebody was told under this number.
    pub(super) fn said(&self, token: &str, number: u64) -> Option<Message> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let found = said.kept.iter().find(|(one, of, _)| *one == number && of == token);
        found.map(|(_, _, message)| message.clone())
    }

    /// Returns the conflicts over properties of what is shown, as they were found, or are now.
    pub(super) fn properties(
        &self,
        shown: &Shown,
        find: impl FnOnce() -> Result<Vec<OverProperty>, Problem>,
    ) -> Result<Arc<Vec<OverProperty>>, Problem> {
        let mut known = self.properties.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != shown.tip || shown.tip.is_none() {
            *known = (shown.tip, Arc::new(find()?));
        }
        Ok(Arc::clone(&known.1))
    }
}
