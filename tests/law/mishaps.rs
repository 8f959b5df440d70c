//! What people do with git alone, and what an attacker does who may push.

use chittysync::todo::{Claim, Status, Time, Todo};

use crate::commits::{File, Id, Maker, Speaker, Tree};
use crate::devices::{Disk, Play, Ref, Remote, set, todo};
use crate::lines::{Key, Line, Lines};

/// What a person does to a branch with git alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hand {
    /// A merge with the driver, and nothing else.
    Merge(Id),
    /// A line taken out of every file.
    Remove(Key),
    /// `git revert`, in a commit.
    Revert,
    /// `git reset` by one commit.
    Reset,
}

/// What somebody does to the remote who may push, and means harm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attack {
    Empty,
    Cut(Key),
    Rewind,
    Orphan(Key),
    Lower(Key, Line),
    /// A completed claim of a session, in the next epoch.
    Forge(Key, Speaker),
    /// A commit without lines on top of a session.
    Rewrite(Ref),
    /// A session's ref set back by one commit, or deleted.
    Unsay(Ref),
}

impl Play {
    /// Moves the branch as a person does it: nobody verifies what comes out.
    pub fn by_hand(&mut self, disk: &mut Disk, hand: Hand) {
        let branch = disk.branch.expect("there is a branch");
        let parent = self.law.commits[branch].parents.first().copied();
        disk.branch = Some(match hand {
            Hand::Merge(tip) if self.law.commits.contains(branch, tip) => branch,
            Hand::Merge(tip) if self.law.commits.contains(tip, branch) => tip,
            Hand::Merge(tip) => self.law.plain_merge(&[branch, tip], Maker::Hand),
            Hand::Remove(key) => {
                let mut tree = (*self.law.commits[branch].tree).clone();
                self.law.take_out(&mut tree, key, false);
                self.law.take_out(&mut tree, key, true);
                self.law.commit(&[branch], tree, Maker::Hand)
            }
            Hand::Revert => {
                let tree = (*self.law.commits[parent.expect("a parent")].tree).clone();
                self.law.commit(&[branch], tree, Maker::Hand)
            }
            Hand::Reset => parent.expect("a parent"),
        });
    }

    /// Changes what the remote has.
    pub fn attack(&mut self, remote: &mut Remote, attack: Attack) {
        let branch = remote.branch.expect("there is a branch");
        let mut tree = (*self.law.commits[branch].tree).clone();
        match attack {
            Attack::Empty => tree = Tree::from([(File::TODOS, Lines::NOTHING)]),
            Attack::Cut(key) | Attack::Orphan(key) => {
                self.law.take_out(&mut tree, key, false);
                self.law.take_out(&mut tree, key, true);
            }
            Attack::Lower(key, line) => {
                self.law.take_out(&mut tree, key, false);
                self.law.take_out(&mut tree, key, true);
                self.law.add(&mut tree, File::TODOS, key, line);
            }
            Attack::Forge(key, speaker) => {
                let says = self.law.says(branch);
                let old = self.law.lines.get(says, key).map(|line| self.law.lines.todo(line).clone());
                let epoch = old.as_ref().map_or(0, Todo::epoch) + 1;
                let at = old.map_or(Time::from_millis(1), |todo| todo.updated());
                let forged =
                    self.law.lines.line(todo(key, speaker, Claim { epoch, ..Claim::new(Status::Completed, at) }));
                self.law.add(&mut tree, File::TODOS, key, forged);
            }
            Attack::Rewind => {
                remote.branch = self.law.commits[branch].parents.first().copied();
                return;
            }
            Attack::Rewrite(name) => {
                let tip = remote.sessions.iter().find(|theirs| theirs.0 == name).expect("a ref").1;
                let tree = Tree::from([(File::TODOS, Lines::NOTHING)]);
                let forged = self.law.commit(&[tip], tree, Maker::Session(name.speaker));
                return set(&mut remote.sessions, name, forged);
            }
            Attack::Unsay(name) => {
                let tip = remote.sessions.iter().find(|theirs| theirs.0 == name).expect("a ref").1;
                match self.law.commits[tip].parents.first() {
                    Some(parent) => set(&mut remote.sessions, name, *parent),
                    None => remote.sessions.retain(|theirs| theirs.0 != name),
                }
                return;
            }
        }
        let parents = if matches!(attack, Attack::Orphan(_)) { vec![] } else { vec![branch] };
        remote.branch = Some(self.law.commit(&parents, tree, Maker::Hostile));
    }
}
