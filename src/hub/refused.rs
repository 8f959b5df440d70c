//! What a client is told of what a use case refused.

use serde_json::{Value, json};

use super::state::Hub;
use crate::ops::todo::{Brief, Refusal};
use crate::wire::Problem;

impl Hub {
    /// Returns why nothing was done.
    pub(super) fn refused(&self, refusal: Refusal) -> Problem {
        let message = refusal.to_string();
        let said = |status| Problem::new(status, message.clone());
        match refusal {
            Refusal::Ops(err) => self.trouble(&err),
            Refusal::Unknown { .. } | Refusal::NoProject(_) | Refusal::NoSession(_) | Refusal::NoTopic(_) => said(404),
            Refusal::NobodySaid { .. } => said(404),
            Refusal::Elsewhere { found, .. } | Refusal::Ambiguous { found, .. } => {
                said(409).with("candidates", found.iter().map(brief).collect())
            }
            Refusal::Exists { todo, .. } => said(409).with("todo", brief(&todo)),
            Refusal::SeveralSaid { sessions, .. } => {
                said(409).with("candidates", sessions.iter().map(|session| json!(session.as_str())).collect())
            }
            Refusal::SeveralProjects { several, .. } => {
                said(409).with("candidates", several.iter().map(|project| json!(project.as_str())).collect())
            }
            Refusal::Changed { .. } => said(412).hint("look again, and then act"),
            Refusal::NoWords
            | Refusal::WaitsForItself
            | Refusal::NothingToChange
            | Refusal::ProjectName { .. }
            | Refusal::SessionName { .. }
            | Refusal::Priority(_)
            | Refusal::Date(_)
            | Refusal::Label(_) => said(422),
            _ => said(409),
        }
    }
}

fn brief(todo: &Brief) -> Value {
    json!({ "id": todo.id.to_string(), "content": todo.content, "status": todo.state.as_str(), "project": todo.project })
}
