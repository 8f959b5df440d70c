//! How far a run is, for whoever waits for it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Tell = dyn Fn(&str) + Send + Sync;

/// Takes a line for people each time something is done. Called often, and from several threads.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<Tell>>);

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Steps({})", if self.0.is_some() { "told" } else { "untold" })
    }
}

impl Steps {
    /// Tells `tell`.
    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Steps(Some(Arc::new(tell)))
    }

    /// Begins to count: `Reading 10,000 files: 42%`.
    pub(super) fn count(&self, verb: &'static str, total: usize, noun: &'static str) -> Count<'_> {
        let count = Count { steps: self, what: format!("{verb} {} {noun}", grouped(total)), total, done: 0.into() };
        count.say(0);
        count
    }
}

/// A step under way.
pub(super) struct Count<'a> {
    steps: &'a Steps,
    what: String,
    total: usize,
    done: AtomicUsize,
}

impl Count<'_> {
    /// So many more are done.
    pub(super) fn add(&self, more: usize) {
        self.say(self.done.fetch_add(more, Ordering::Relaxed) + more);
    }

    fn say(&self, done: usize) {
        if let Some(tell) = self.steps.0.as_ref().filter(|_| self.total > 0) {
            tell(&format!("{}: {}%", self.what, done * 100 / self.total));
        }
    }
}

/// Returns a number as people read it: `10,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn steps_are_told_in_percent() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&told);
        let steps = Steps::new(move |line| ear.lock().expect("no panic").push(line.to_owned()));
        let count = steps.count("Reading", 1200, "files");
        count.add(600);
        count.add(594);
        steps.count("Reading", 0, "files").add(0);
        let told = told.lock().expect("no panic");
        assert_eq!(*told, ["Reading 1,200 files: 0%", "Reading 1,200 files: 50%", "Reading 1,200 files: 99%"]);
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
