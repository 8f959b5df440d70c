//! Standard input of a program that must not wait for ever.

use std::io::Read;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::ui::Failure;

/// Reads all of standard input.
///
/// # Errors
/// When it cannot be read, is no UTF-8, or has more than `most` bytes.
pub(super) fn text(most: u64) -> Result<String, Failure> {
    of("standard input", std::io::stdin().lock(), most)
}

/// As [`text`], of whatever has this name.
pub(super) fn of(name: &str, from: impl Read, most: u64) -> Result<String, Failure> {
    String::from_utf8(whole(name, from, most)?).map_err(|_| Failure::fatal(format!("{name} is not UTF-8")))
}

/// As [`of`], whatever bytes there are.
pub(super) fn whole(name: &str, from: impl Read, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|err| Failure::fatal(format!("cannot read {name}: {err}")))?;
    if bytes.len() as u64 > most {
        return Err(Failure::fatal(format!("{name} has more than {most} bytes")).hint("split the list"));
    }
    Ok(bytes)
}

/// Reads a JSON object from standard input: until it is whole, until the end, or until nothing comes any more.
/// More than `most` bytes are read and dropped, so that whoever writes them is not held up or cut off; nothing
/// is returned then.
///
/// Waits for the first byte as long as `first`, and `whole` in all.
pub(super) fn object(most: usize, first: Duration, whole: Duration) -> Option<Vec<u8>> {
    let (send, receive) = channel();
    // It ends with the process, should it wait for ever.
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        loop {
            let mut chunk = vec![0; 64 * 1024];
            match stdin.read(&mut chunk) {
                Ok(read) if read > 0 => {
                    chunk.truncate(read);
                    if send.send(chunk).is_err() {
                        return;
                    }
                }
                Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    });
    let started = Instant::now();
    let (mut input, mut too_much) = (Vec::new(), false);
    loop {
        let timeout = if input.is_empty() && !too_much { first } else { whole };
        match receive.recv_timeout(timeout.saturating_sub(started.elapsed())) {
            Ok(chunk) => {
                too_much |= input.len() + chunk.len() > most;
                match too_much {
                    true => input.clear(),
                    false => input.extend(chunk),
                }
                if input.trim_ascii_end().ends_with(b"}")
                    && serde_json::from_slice::<serde::de::IgnoredAny>(&input).is_ok()
                {
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    (!too_much).then_some(input)
}
