//! How the ids of the todos begin that stand in a list.

use std::fmt;

use crate::todo::TodoId;

/// The most hex digits in the name of a list: all but one of an id's.
pub const MOST_DIGITS: usize = 15;

/// The hex digits in the name of a working list, with which the ids of its todos begin. `todos.json` has none.
///
/// They sort as text does: those that others begin with come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(u64);

/// How many bits a digit has, and so has the number of digits, which stands in the last ones.
const BITS: usize = 4;

impl Digits {
    /// Those in the name of `todos.json`.
    pub const NONE: Digits = Digits(0);

    /// Returns the digits that a part is named after, `3a` of `3a.json`; nothing for any other name.
    pub fn of_part(name: &str) -> Option<Self> {
        let digits = name.strip_suffix(".json")?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let valid = (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(is_digit);
        let value = u64::from_str_radix(digits, 16).ok().filter(|_| valid)?;
        Some(Digits(value << (64 - BITS * digits.len()) | digits.len() as u64))
    }

    /// Returns the first digits of an id: so many, but no more than the names of lists may have.
    pub fn first(id: TodoId, count: usize) -> Self {
        let (id, count) = (u64::from_be_bytes(id.to_bytes()), count.min(MOST_DIGITS));
        let rest = u64::MAX >> (BITS * count);
        Digits(id & !rest | count as u64)
    }

    /// Returns how many there are.
    pub fn count(self) -> usize {
        (self.0 & ((1 << BITS) - 1)) as usize
    }

    /// Returns whether an id begins with them.
    pub fn begin(self, id: TodoId) -> bool {
        Digits::first(id, self.count()) == self
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            0 => Ok(()),
            count => write!(f, "{:0count$x}", self.0 >> (64 - BITS * count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_text() {
        let id = TodoId::parse("0a3fffffffffffff").expect("an id");
        for count in 0..=MOST_DIGITS {
            let digits = Digits::first(id, count);
            assert_eq!(digits.to_string(), id.to_string()[..count]);
            assert_eq!(digits.count(), count);
            assert!(digits.begin(id));
            assert_eq!(Digits::of_part(&format!("{digits}.json")), (count > 0).then_some(digits));
        }
        assert_eq!(Digits::first(id, 16), Digits::first(id, MOST_DIGITS));
        assert!(!Digits::of_part("0b.json").expect("digits").begin(id));
        for bad in ["", ".json", "3A.json", "3a", "+3.json", "0123456789abcdef.json", "2026-11.json"] {
            assert_eq!(Digits::of_part(bad), None, "{bad}");
        }
    }

    #[test]
    fn they_sort_as_text() {
        let mut names =
            ["", "0", "00", "000", "01", "0f", "1", "10", "a", "a0", "f", "ffffffffffffff0"].map(str::to_owned);
        let digits = |name: &String| Digits::of_part(&format!("{name}.json")).unwrap_or_default();
        let sorted: Vec<Digits> = names.iter().map(digits).collect();
        assert!(sorted.is_sorted());
        names.reverse();
        let mut reversed: Vec<Digits> = names.iter().map(digits).collect();
        reversed.sort();
        assert_eq!(reversed, sorted);
    }
}
