//! Sources that the user's settings describe, made known before anything is read.

use std::sync::Once;

use crate::git::{global_names, global_values};
use crate::settings::Setting;
use crate::settings::table::{SOURCE_FIELDS, SOURCE_FORMAT, SOURCE_PATH, SOURCE_QUERY};
use crate::source::{Described, configure};

/// As [`know`], once in a process: before a source is typed, and before anything is read.
pub(super) fn known() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        know();
    });
}

/// Reads the settings of the user: those of a repository may be anybody's, and would name any file. Where nothing can be
/// read, whoever needs settings says so. Returns whether they describe other sources than before.
pub(super) fn know() -> bool {
    let Some((beginning, _)) = SOURCE_PATH.key.split_once("<name>") else { return false };
    let Ok(names) = global_names(beginning) else { return false };
    let values = |setting: &Setting, name: &str| -> Vec<String> {
        let given = global_values(&setting.key.replace("<name>", name)).unwrap_or_default();
        given.into_iter().map(|given| given.text).filter(|text| !text.trim().is_empty()).collect()
    };
    let describe = |name: String| {
        let last = |setting: &Setting| values(setting, &name).pop();
        let (path, format, query) = (last(&SOURCE_PATH), last(&SOURCE_FORMAT), last(&SOURCE_QUERY));
        Described { path, format, query, fields: values(&SOURCE_FIELDS, &name), name }
    };
    configure(names.into_iter().map(describe).collect())
}
