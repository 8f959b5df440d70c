//! Reads what git config says of a setting into what it means.

use std::time::Duration;

use super::kind::{Kind, boolean, size};
use super::setting::{Setting, is_key, key_for};
use super::table::ALL;
use crate::git::{At, Given, Values};

/// A setting has a value that it cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the setting {key} is '{value}', but must be {expected}{}", .at.as_ref().map(|at| format!(" (it is set {at})")).unwrap_or_default())]
pub struct SettingError {
    /// The key, as in git config.
    pub key: String,
    /// The value found.
    pub value: String,
    /// What it can be.
    pub expected: String,
    /// Where it is set, if it is.
    pub at: Option<At>,
}

/// Reads settings, each as the table says it.
pub(super) struct Reader<'a> {
    values: &'a Values<'a>,
    /// The remote whose settings are read.
    name: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// Returns a reader of the settings that are not of one remote.
    pub(super) fn new(values: &'a Values<'a>) -> Self {
        Reader { values, name: None }
    }

    /// Returns a reader of the settings of this remote.
    pub(super) fn of_remote(values: &'a Values<'a>, name: &'a str) -> Self {
        Reader { values, name: Some(name) }
    }

    /// Returns what is set, and under which key.
    fn given(&self, setting: &Setting) -> Option<(String, Given)> {
        let keys = setting.keys().map(|key| (key, key_for(key, self.name)));
        // Of a remote `remote.x`, what was once its key is that of the remote `x` now.
        let taken = |key: &str| ALL.iter().any(|other| is_key(other.key, key));
        let mut keys = keys.filter(|(row, key)| setting.old != Some(row) || !taken(key)).map(|(_, key)| key);
        keys.find_map(|key| self.values.all(&key).pop().map(|given| (key, given)))
    }

    /// Returns what is set, as `parse` reads it; nothing when it is not set.
    pub(super) fn given_as<T>(
        &self,
        setting: &Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingError> {
        let Some((key, given)) = self.given(setting) else { return Ok(None) };
        parse(&given.text).map(Some).ok_or_else(|| invalid(setting, key, given))
    }

    /// Returns what is set, or the default, as `parse` reads it.
    pub(super) fn read<T>(&self, setting: &Setting, parse: impl Fn(&str) -> Option<T>) -> Result<T, SettingError> {
        self.read_or(setting, setting.default_value(), parse)
    }

    /// Returns what is set, or this other default.
    pub(super) fn read_or<T>(
        &self,
        setting: &Setting,
        default: Option<&str>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, SettingError> {
        let (key, given) = self.given(setting).map_or((None, None), |(key, given)| (Some(key), Some(given)));
        value_of(setting, key.unwrap_or_else(|| key_for(setting.key, self.name)), given, default, parse)
    }

    /// Returns all values that are set.
    pub(super) fn list<T>(
        &self,
        setting: &Setting,
        mut parse: impl FnMut(&str) -> Option<T>,
    ) -> Result<Vec<T>, SettingError> {
        let given = self.values.all(setting.key).into_iter();
        given.map(|given| parse(&given.text).ok_or_else(|| invalid(setting, setting.key.to_owned(), given))).collect()
    }

    /// Returns the text that is set, if there is one.
    pub(super) fn text(&self, setting: &Setting) -> Option<String> {
        self.given(setting).map(|(_, given)| given.text)
    }

    /// Returns whether a setting is on.
    pub(super) fn is_on(&self, setting: &Setting) -> Result<bool, SettingError> {
        self.read(setting, boolean)
    }

    /// Returns a length of time; nothing for none at all.
    pub(super) fn time(&self, setting: &Setting) -> Result<Option<Duration>, SettingError> {
        self.read(setting, |text| time(setting, text))
    }

    /// Returns a length of time that no word stands in the place of.
    pub(super) fn always(&self, setting: &Setting) -> Result<Duration, SettingError> {
        self.read(setting, |text| time(setting, text)?)
    }

    /// Returns a length of time in milliseconds; nothing for none at all.
    pub(super) fn millis(&self, setting: &Setting) -> Result<Option<i64>, SettingError> {
        let time = self.time(setting)?;
        Ok(time.map(|time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Returns a number of bytes; nothing for any number.
    pub(super) fn size(&self, setting: &Setting) -> Result<Option<u64>, SettingError> {
        self.read(setting, size)
    }
}

/// Returns what a value means, or the default where there is none.
pub(super) fn value_of<T>(
    setting: &Setting,
    key: String,
    given: Option<Given>,
    default: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, SettingError> {
    let (value, at) = match given {
        Some(given) => (given.text, Some(given.at)),
        None => (default.unwrap_or_default().to_owned(), None),
    };
    parse(&value).ok_or_else(|| SettingError { key, value, expected: setting.kind.expected(), at })
}

/// Returns a length of time as its setting takes it; nothing inside for none at all.
pub(super) fn time(setting: &Setting, text: &str) -> Option<Option<Duration>> {
    let Kind::Time(span) = setting.kind else { return None };
    span.parse(text)
}

/// Returns a number as its setting takes it; nothing inside for any number.
pub(super) fn number(setting: &Setting, text: &str) -> Option<Option<usize>> {
    let Kind::Number { least, unlimited, .. } = setting.kind else { return None };
    if unlimited && text == "unlimited" {
        return Some(None);
    }
    text.parse().ok().filter(|number| *number >= least).map(Some)
}

fn invalid(setting: &Setting, key: String, given: Given) -> SettingError {
    SettingError { key, value: given.text, expected: setting.kind.expected(), at: Some(given.at) }
}
