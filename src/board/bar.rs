//! How far something is, as a bar.

use crate::view::Counts;

/// Returns a bar of so many columns: what is completed, in progress and pending, and how much of it is completed. Whatever
/// is at all has at least one column, where there is room.
pub(super) fn bar(counts: &Counts, columns: usize) -> String {
    let total = counts.open() + counts.completed;
    let of = |count: usize| match (count * columns).checked_div(total) {
        Some(0) if count > 0 => 1,
        share => share.unwrap_or(0),
    };
    let done = of(counts.completed).min(columns);
    let at_work = of(counts.in_progress).min(columns - done);
    let rest = columns - done - at_work;
    let parts = [("\u{2588}", done), ("\u{2592}", at_work), ("\u{2591}", rest)];
    let bar: String = parts.into_iter().map(|(part, count)| part.repeat(count)).collect();
    format!("{bar} {} of {total}", counts.completed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_seen() {
        let bar =
            |completed, in_progress, pending| bar(&Counts { completed, in_progress, pending, ..Counts::default() }, 10);
        assert_eq!(
            bar(17, 9, 6),
            "\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2592}\u{2592}\u{2591}\u{2591}\u{2591} 17 of 32"
        );
        assert!(bar(1, 0, 999).starts_with('\u{2588}'));
        assert!(bar(999, 1, 0).starts_with(&"\u{2588}".repeat(9)));
        assert_eq!(bar(0, 0, 0), format!("{} 0 of 0", "\u{2591}".repeat(10)));
        assert_eq!(bar(3, 0, 0), format!("{} 3 of 3", "\u{2588}".repeat(10)));
    }
}
