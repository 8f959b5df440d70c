//! What may stand behind the `?` of a request for todos.

use percent_encoding::percent_decode_str;

use super::Problem;
use crate::todo::Status;

/// Which todos are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Only of this status.
    pub status: Option<Status>,
    /// No more than this many.
    pub limit: Option<usize>,
    /// Without this many at the beginning.
    pub offset: usize,
    /// Whether anything was asked for: todos then, and not projects.
    pub is_given: bool,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// When a value cannot be meant. Keys that are not known are passed over.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut query = Query::default();
        for (key, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = percent_decode_str(value).decode_utf8_lossy();
            let number = || {
                let wrong = || Problem::new(422, format!("'{key}' has to be a number"));
                value.parse::<usize>().map_err(|_| wrong())
            };
            match key {
                "status" => {
                    let hint = "it is pending, in_progress or completed";
                    let wrong = || Problem::new(422, "no todo can have this 'status'").hint(hint);
                    query.status = Some(Status::parse(&value).ok_or_else(wrong)?);
                }
                "limit" => query.limit = Some(number()?),
                "offset" => query.offset = number()?,
                _ => continue,
            }
            query.is_given = true;
        }
        Ok(query)
    }
}

/// Returns what stands behind the `?` under a name.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value.replace('+', " "))?;
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_read() {
        let query = Query::parse("x=y&status=in%5Fprogress&limit=2&offset=1&z").expect("fine");
        let expected = Query { status: Some(Status::InProgress), limit: Some(2), offset: 1, is_given: true };
        assert_eq!(query, expected);
        assert_eq!(Query::parse("other=1"), Ok(Query::default()));
        for bad in ["status=done-ish", "limit=-1", "offset=a"] {
            assert_eq!(Query::parse(bad).expect_err(bad).status, 422);
        }
    }
}
