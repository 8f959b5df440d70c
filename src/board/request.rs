//! What the board takes, and what it asks for.

use crate::todo::{Project, Session, State, TodoId, Verb};

/// A key, as terminals tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// What is wanted of whoever has the store and the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// To leave.
    Quit,
    /// To be stopped by the shell, and go on later.
    Suspend,
    /// A screen that is drawn anew from nothing.
    Redraw,
    /// To say this of a todo.
    Say(Verb, TodoId),
    /// To have this state settled, whatever sessions say.
    Settle(TodoId, State),
    /// To have settled what a session says, which was seen to want this state.
    Take(TodoId, Session, State),
    /// Everything that is known of a todo, as a page.
    Show(TodoId),
    /// What happened to a todo, as a page.
    History(TodoId),
    /// To take back the last command on this device.
    Undo,
    /// To add a todo with these words, to this project.
    Add(Option<Project>, String),
    /// To give a todo these words.
    Edit(TodoId, String),
    /// To say how soon a todo should be done; nothing to take that back.
    Priority(TodoId, &'static str),
    /// To take the first todo of a project that can be begun: this one, as far as the screen knows.
    Claim(Option<Project>, TodoId),
    /// To have the id of a todo where the terminal keeps what was copied.
    Copy(TodoId),
}
