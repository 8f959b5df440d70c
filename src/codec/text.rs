//! Reading words and maps without a copy of each on the way: these files are read at every run.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::todo::{Session, Status, Time, TodoId};

/// Reads JSON. All of it is looked at for UTF-8 at once, which costs less than each string by itself.
pub(super) fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        // What is wrong is said as JSON says it.
        Err(_) => serde_json::from_slice(bytes),
    }
}

/// Something that stands in a file as one string.
pub(super) trait FromText: Sized {
    /// What it is, for messages.
    const WHAT: &'static str;

    fn read(text: &str) -> Option<Self>;
}

impl FromText for Time {
    const WHAT: &'static str = "a time in RFC 3339";

    fn read(text: &str) -> Option<Self> {
        Time::parse(text)
    }
}

impl FromText for Session {
    const WHAT: &'static str = "the name of a session";

    fn read(text: &str) -> Option<Self> {
        Session::new(text).ok()
    }
}

/// An id or a status that is not one of ours may be a newer version's, which is for the caller to judge.
impl FromText for Option<TodoId> {
    const WHAT: &'static str = "an id";

    fn read(text: &str) -> Option<Self> {
        Some(TodoId::parse(text))
    }
}

impl FromText for Option<Status> {
    const WHAT: &'static str = "a status";

    fn read(text: &str) -> Option<Self> {
        Some(Status::parse(text))
    }
}

impl FromText for String {
    const WHAT: &'static str = "text";

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A [`FromText`] as serde reads it.
pub(super) struct Text<T>(pub T);

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData)).map(Text)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::custom(format_args!("'{text}' is not {}", T::WHAT)))
    }
}

/// The entries of an object in the order in which they stand.
pub(super) struct Pairs<K, V>(pub Vec<(K, V)>);

impl<'de, K: FromText, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: FromText, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<K, V> {
    type Value = Pairs<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<Text<K>>()? {
            pairs.push((key.0, map.next_value()?));
        }
        Ok(Pairs(pairs))
    }
}
