//! Being told to stop.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::DaemonError;

/// Calls `tell` for each signal that asks the process to end.
///
/// # Errors
/// When the system does not tell of signals.
pub fn listen(tell: impl Fn() + Send + 'static) -> Result<(), DaemonError> {
    let system = |source| DaemonError::System { what: "listen to signals", source };
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(system)?;
    let listening = std::thread::Builder::new().name("signals".into()).spawn(move || {
        for _ in &mut signals {
            tell();
        }
    });
    listening.map(drop).map_err(system)
}
