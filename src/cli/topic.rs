//! The topic that a command is asked for.

use std::collections::BTreeSet;

use clap::Args;

use super::ui::Failure;
use crate::ops::todo::of_topic;
use crate::plan::{Entry, Topics};
use crate::store::Store;
use crate::todo::TodoId;
use crate::view::Everything;

/// Which topic.
#[derive(Clone, Debug, Default, Args)]
pub struct TopicArgs {
    /// Only todos of this topic (see `git chittysync topics`)
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
}

impl TopicArgs {
    /// Returns those of these todos that are of the topic; all of them when none is named.
    pub(super) fn of<'a>(&self, found: Vec<Entry<'a>>, store: &Store) -> Result<Vec<Entry<'a>>, Failure> {
        Ok(of_topic(found, &Topics::new(&store.settings.topics), self.topic.as_deref())?)
    }

    /// Returns which todos are of the topic; nothing when none is named.
    pub(super) fn ids(&self, everything: &Everything, store: &Store) -> Result<Option<BTreeSet<TodoId>>, Failure> {
        if self.topic.is_none() {
            return Ok(None);
        }
        let found = self.of(everything.todos().collect(), store)?;
        Ok(Some(found.into_iter().map(|(_, todo)| todo.id).collect()))
    }
}
