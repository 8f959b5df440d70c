//! Arguments that clap learns of only when their command is meant.

use std::ops::Deref;

use clap::builder::Resettable;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

use super::negation::with_negations;

/// The arguments of one command. To describe those of all commands takes longer than starting the program, and a hook
/// wants one of them.
#[derive(Debug)]
pub struct Later<T>(T);

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Later)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<T: Args> Args for Later<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(describe::<T>)
    }

    // Nothing is updated here. Whoever asks for this wants to look at the arguments.
    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args(command)
    }
}

/// Adds the arguments. What a command does is said where it is listed, not beside them.
fn describe<T: Args>(command: Command) -> Command {
    let (about, more) = (command.get_about().cloned(), command.get_long_about().cloned());
    with_negations(T::augment_args(command)).about(Resettable::from(about)).long_about(Resettable::from(more))
}
