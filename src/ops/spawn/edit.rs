//! What people say to the lease: pause, resume, reset. From any device, whether it starts agents or not.

use super::arbiter::{Arbiter, NoArbiter};
use super::rules::nonce;
use crate::git::Watch;
use crate::ops::OpsError;
use crate::ops::talk::pause;
use crate::plan::{Answer, Lease};
use crate::settings::Spawning;
use crate::store::Store;
use crate::todo::Time;

/// How often it is tried when others are faster.
const TRIES: u32 = 8;

/// What is to become of the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Nothing is started any more.
    Pause,
    /// It is again.
    Resume,
    /// The failures of a topic's command are forgotten.
    Reset(String),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It was done, there.
    Done(Arbiter),
    /// It was so already.
    Already,
    /// Nobody decides.
    Nobody(NoArbiter),
    /// It could not be done, and why.
    Failed(Arbiter, String),
}

/// Changes the lease.
///
/// # Errors
/// When the store cannot be read or written. An arbiter that cannot be reached is a value.
pub fn edit(store: &Store, spawning: &Spawning, edit: &Edit, now: Time, watch: &Watch<'_>) -> Result<Edited, OpsError> {
    let arbiter = match Arbiter::of(store, spawning) {
        Ok(arbiter) => arbiter,
        Err(nobody) => return Ok(Edited::Nobody(nobody)),
    };
    let mut sent: Option<Lease> = None;
    for attempt in 1..=TRIES {
        let held = match arbiter.read(store, watch)? {
            Ok(held) => held,
            Err(why) => return Ok(Edited::Failed(arbiter, why)),
        };
        let lease = match &held.lease {
            Ok(lease) => lease,
            Err(err) => return Ok(Edited::Failed(arbiter, format!("the lease there is of no use: {err}"))),
        };
        let wanted = match edit {
            Edit::Pause => (!lease.paused).then(|| lease.pause(true, now, &nonce())),
            Edit::Resume => Some(lease.pause(false, now, &nonce())).filter(|next| {
                // A day that a clock ahead began is brought back by it, too.
                lease.paused || next.day != lease.day
            }),
            Edit::Reset(topic) => lease.reset(topic, &nonce()),
        };
        let Some(wanted) = wanted else {
            // What was sent without a clear answer has arrived.
            return Ok(if sent.is_some() { Edited::Done(arbiter) } else { Edited::Already });
        };
        match arbiter.send(store, &held, &wanted, now, watch)? {
            Ok(Answer::Won) => return Ok(Edited::Done(arbiter)),
            Ok(Answer::Refused(why)) | Err(why) => return Ok(Edited::Failed(arbiter, why)),
            Ok(Answer::Lost | Answer::Unclear) => {
                sent = Some(wanted);
                std::thread::sleep(pause(attempt));
            }
        }
    }
    Ok(Edited::Failed(arbiter, format!("others were faster, {TRIES} times")))
}
