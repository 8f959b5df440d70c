//! How much may be read while somebody waits.

use std::cell::Cell;

use memchr::memchr3_iter;

/// Finding an object costs about as much as reading so many bytes.
const OBJECT: u64 = 1024;
/// How many bytes there are for each value: a number of one digit takes two bytes in a file, and thirty times as many in
/// memory.
const BYTES_PER_VALUE: u64 = 16;

/// What is left of a number of bytes that may be read. What does not fit any more is as good as not there, and whoever
/// reads has to ask at the end whether there was such a thing: then what was found is not all.
#[derive(Debug)]
pub struct Reading {
    bytes: Cell<u64>,
    values: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Reading {
    /// Allows for so many bytes.
    pub fn of(bytes: u64) -> Self {
        Reading { bytes: Cell::new(bytes), values: Cell::new(most_values(bytes)), is_spent: Cell::new(false) }
    }

    /// Returns whether something was not read because it was too much.
    pub fn is_spent(&self) -> bool {
        self.is_spent.get()
    }

    /// Returns whether something may be looked for, and counts it, whether it is read then or not.
    pub fn allows_one(&self) -> bool {
        self.take(&self.bytes, OBJECT)
    }

    /// Returns whether so many bytes may be read, and counts them.
    pub fn allows(&self, bytes: u64) -> bool {
        self.take(&self.bytes, bytes)
    }

    /// Returns whether the values in a file may be read, and counts them.
    pub(super) fn allows_values(&self, bytes: &[u8]) -> bool {
        self.take(&self.values, count_values(bytes))
    }

    fn take(&self, left: &Cell<u64>, number: u64) -> bool {
        let rest = left.get().checked_sub(number);
        match rest {
            Some(rest) => left.set(rest),
            None => self.is_spent.set(true),
        }
        rest.is_some()
    }
}

/// Returns how many values files may have that may have so many bytes.
pub fn most_values(bytes: u64) -> u64 {
    bytes / BYTES_PER_VALUE
}

/// Counts what begins a value or stands between two. What stands in texts is counted too: it is the same for everybody.
pub fn count_values(bytes: &[u8]) -> u64 {
    memchr3_iter(b',', b'[', b'{', bytes).count() as u64
}
