//! An amount of money, in millionths of a dollar: sums of it are exact.

use std::fmt;

/// An amount of money that an agent costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u64);

/// How many of ours make a dollar.
const ONE: f64 = 1_000_000.0;
/// More than this no day costs; it is what a larger number counts as.
const MOST: f64 = 1_000_000_000.0;

impl Usd {
    /// Returns this many dollars, as exact as they are counted; nothing when that is no amount.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is checked before")]
    pub fn new(dollars: f64) -> Option<Self> {
        (dollars.is_finite() && dollars >= 0.0).then(|| Usd((dollars.min(MOST) * ONE).round() as u64))
    }

    /// Reads an amount as it is written in a setting: `2`, `0.50`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        Usd::new(text.parse().ok().filter(|_| is_plain)?)
    }

    /// Returns it in dollars.
    #[expect(clippy::cast_precision_loss, reason = "no amount is as large as what would be lost")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / ONE
    }

    /// Returns the sum of both.
    #[must_use]
    pub fn plus(self, other: Usd) -> Self {
        Usd(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.dollars())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_nonsense_is_no_amount() {
        let ten = std::iter::repeat_n(Usd::parse("0.1").expect("an amount"), 10).fold(Usd::default(), Usd::plus);
        assert_eq!(ten, Usd::parse("1").expect("an amount"));
        for bad in ["", "-1", "1e9", "inf", "nan", "1,5", "2 usd", "+1", "."] {
            assert_eq!(Usd::parse(bad), None, "{bad}");
        }
        for bad in [f64::NAN, f64::INFINITY, -0.01] {
            assert_eq!(Usd::new(bad), None);
        }
        for millionths in (0..10_000_000).step_by(9_973) {
            assert_eq!(Usd::new(Usd(millionths).dollars()), Some(Usd(millionths)), "what is written is read");
        }
        assert_eq!(Usd::new(1e300), Usd::new(MOST), "and no sum overflows");
        assert_eq!(Usd::parse("1.845").map(|usd| usd.to_string()).as_deref(), Some("1.84"));
    }
}
