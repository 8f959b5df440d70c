//! What people are told of an act that did not come true: why, and what can be done.

use super::ui::Failure;
use crate::ops::Unmet;

impl From<Unmet> for Failure {
    fn from(unmet: Unmet) -> Self {
        let id = unmet.id.short();
        let failure = Failure::no(unmet.to_string());
        let failure = unmet.left_out.iter().fold(failure, |failure, one| failure.hint(one.to_string()));
        match (unmet.against.is_last(), unmet.said) {
            (true, _) => failure
                .hint("nothing can be said after that: its clock, or a hand, went as far as it gets")
                .hint(format!("`git chittysync forget {id}` takes it out for good; other words are another todo")),
            (false, false) => failure.hint(format!("nothing was said; `git chittysync show {id}` tells who says what")),
            (false, true) => failure
                .hint(format!("your session's history has it; `git chittysync show {id}` tells who says what"))
                .hint("`git chittysync consolidate` merges what the branch lacks"),
        }
    }
}
