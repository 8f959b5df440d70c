//! What rows of the table have in common.

use std::time::Duration;

use super::kind::{Kind, Span};
use super::setting::{Default, Setting};

/// What a row says unless it says something else.
pub(super) const ROW: Setting = Setting {
    key: "",
    kind: Kind::Bool,
    default: Default::None,
    except: None,
    fallback: None,
    old: None,
    variable: None,
    reader: None,
    several: false,
    help: "",
};

/// How often something happens in the background. A longer time than a year is as good, and clocks can count that.
pub(super) const SPAN: Span =
    Span { bare: None, least: Duration::from_millis(1), most: Duration::from_secs(365 * 24 * 60 * 60), never: None };
