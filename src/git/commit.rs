//! What a commit says, and who makes one.

use gix::ObjectId;
use gix::actor::Signature;
use gix::objs::CommitRef;

use super::GitError;
use crate::todo::Time;

/// What consolidation needs to know of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The commit itself.
    pub id: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, in order. The first one is the branch that it goes on from.
    pub parents: Vec<ObjectId>,
    /// When it was committed, to the second. Anybody can write any date.
    pub time: Time,
    /// Who committed it: name and address. Anybody can write any.
    pub committer: (String, String),
    /// Its message.
    pub message: String,
}

pub(super) fn parse(id: ObjectId, data: &[u8]) -> Result<CommitInfo, GitError> {
    let commit = CommitRef::from_bytes(data, id.kind()).map_err(|err| GitError::object(id, err))?;
    let committer = commit.committer().ok();
    let time = committer.and_then(|committer| committer.time().ok()).map_or(0, |time| time.seconds);
    let committer = committer.map(|by| (by.name.to_string(), by.email.to_string()));
    Ok(CommitInfo {
        id,
        tree: commit.tree(),
        parents: commit.parents().collect(),
        time: Time::from_millis(time.saturating_mul(1000)),
        committer: committer.unwrap_or_default(),
        message: String::from_utf8_lossy(commit.message).into_owned(),
    })
}

/// Returns the tree and the parents of a commit, having read all of it as [`parse`] does.
pub(super) fn links(id: ObjectId, data: &[u8]) -> Result<(ObjectId, Vec<ObjectId>), GitError> {
    let commit = CommitRef::from_bytes(data, id.kind()).map_err(|err| GitError::object(id, err))?;
    Ok((commit.tree(), commit.parents().collect()))
}

/// Who makes a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name, as in `user.name`.
    pub name: String,
    /// The address, as in `user.email`.
    pub email: String,
    /// The date of author and committer, to the second, in UTC.
    pub time: Time,
}

impl Identity {
    /// Returns `Name <address> <seconds> +0000`, as commits and reflogs hold it.
    pub(super) fn signature(&self) -> String {
        let clean = |text: &str| -> String {
            text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect::<String>().trim().to_owned()
        };
        format!("{} <{}> {} +0000", clean(&self.name), clean(&self.email), self.time.seconds())
    }

    pub(super) fn actor(&self) -> Signature {
        let signature = self.signature();
        let (name, rest) = signature.split_once(" <").unwrap_or((&signature, ""));
        let email = rest.split_once('>').map_or("", |(email, _)| email);
        Signature {
            name: name.into(),
            email: email.into(),
            time: gix::date::Time { seconds: self.time.seconds(), offset: 0 },
        }
    }
}

/// A commit to be made.
#[derive(Debug)]
pub struct NewCommit<'a> {
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, in this order.
    pub parents: Vec<ObjectId>,
    /// Who is its author and its committer.
    pub identity: &'a Identity,
    /// Its message.
    pub message: String,
}
