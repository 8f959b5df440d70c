//! Many ids of commits, to be asked whether one is among them.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::git::ObjectId;

/// Ids of commits, sorted. They are kept as one text: thousands of them are read by every command, and a text for each
/// would take longer than what is asked of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(Vec<ObjectId>);

impl Ids {
    /// Returns whether an id is among them.
    pub fn contains(&self, id: ObjectId) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// Returns their bytes, sorted, one id behind the other.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|id| id.as_bytes().iter().copied()).collect()
    }

    /// Returns all of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = ObjectId> {
        self.0.iter().copied()
    }
}

impl FromIterator<ObjectId> for Ids {
    fn from_iter<I: IntoIterator<Item = ObjectId>>(ids: I) -> Self {
        let mut ids: Vec<ObjectId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Ids(ids)
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        let mut digits = [0; 64];
        for id in &self.0 {
            text.push_str(id.hex_to_buf(&mut digits));
            text.push(' ');
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let ids = text.split_ascii_whitespace().map(|id| ObjectId::from_hex(id.as_bytes()).map_err(D::Error::custom));
        ids.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digits: &str) -> ObjectId {
        ObjectId::from_hex(digits.as_bytes()).expect("an id")
    }

    #[test]
    fn ids_come_back_and_are_found() {
        let all = [id(&"b".repeat(40)), id(&"0a".repeat(20)), id(&"b".repeat(40))];
        let ids: Ids = all.into_iter().collect();
        let text = serde_json::to_string(&ids).expect("text");
        let read: Ids = serde_json::from_str(&text).expect("ids");
        assert_eq!((&read, read.iter().count()), (&ids, 2));
        assert!(all.iter().all(|id| read.contains(*id)) && !read.contains(id(&"c".repeat(40))));
        let long: Ids = [id(&"3".repeat(64))].into_iter().collect();
        assert_eq!(serde_json::from_str::<Ids>(&serde_json::to_string(&long).expect("text")).expect("ids"), long);
        assert!(serde_json::from_str::<Ids>("\"12\"").is_err() && serde_json::from_str::<Ids>("[]").is_err());
    }
}
