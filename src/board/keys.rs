//! What a key does: the board changes, and what only a store can do becomes a request.

use super::help::help;
use super::model::{Board, Choice, Scope, Tab, Target};
use super::question::Prompt;
use super::request::{Key, Request};
use crate::todo::{Project, Verb};
use crate::view::ready;

impl Board {
    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Option<Request> {
        self.message = None;
        match key {
            Key::Ctrl('c') => return Some(Request::Quit),
            Key::Ctrl('z') => return Some(Request::Suspend),
            Key::Ctrl('l') => return Some(Request::Redraw),
            _ => {}
        }
        if let Some(choice) = self.choice.take() {
            return self.choose(choice, key);
        }
        if self.page.is_some() {
            self.read(key);
            return None;
        }
        if let Some(prompt) = self.prompt.take() {
            return self.answer(prompt, key);
        }
        if self.is_typing {
            self.type_filter(key);
            return None;
        }
        self.command(key)
    }

    fn command(&mut self, key: Key) -> Option<Request> {
        let half = (isize::try_from(self.size.1).unwrap_or(isize::MAX) / 2).max(1);
        match key {
            Key::Char('q') => return Some(Request::Quit),
            Key::Char('?') => self.open(help()),
            Key::Up | Key::Char('k') => self.step(-1),
            Key::Down | Key::Char('j') => self.step(1),
            Key::PageUp | Key::Ctrl('u') => self.step(-half),
            Key::PageDown | Key::Ctrl('d') => self.step(half),
            Key::Home | Key::Char('g') => self.step(isize::MIN),
            Key::End | Key::Char('G') => self.step(isize::MAX),
            Key::Char(digit @ '1'..='5') => self.turn_to(Tab::ALL[digit as usize - '1' as usize]),
            Key::Tab | Key::Right => self.turn_to(Tab::ALL[(self.tab as usize + 1) % Tab::ALL.len()]),
            Key::BackTab | Key::Left => {
                self.turn_to(Tab::ALL[(self.tab as usize + Tab::ALL.len() - 1) % Tab::ALL.len()]);
            }
            Key::Char('/') => self.is_typing = true,
            Key::Char('Q') => {
                (self.all, self.is_triage) = (!self.all, false);
                self.settle();
            }
            Key::Char('t') => {
                (self.is_triage, self.all) = (!self.is_triage, false);
                self.turn_to(Tab::Todos);
            }
            Key::Char('a') => self.prompt = Some(Prompt::add(self.project().cloned())),
            Key::Char('c') => return self.claim(),
            Key::Char('f') => self.narrow(),
            Key::Esc => self.widen(),
            Key::Enter => return self.enter_target(),
            Key::Char('u') => return Some(Request::Undo),
            Key::Char(letter) => return self.of_todo(letter),
            _ => {}
        }
        None
    }

    /// Returns the project that the screen, or the line under the cursor, is about.
    pub(super) fn project(&self) -> Option<&Project> {
        match (&self.scope, self.target()) {
            (Scope::Project(project), _) | (_, Some(Target::Project(project))) => Some(project),
            (_, Some(Target::Todo(id))) => self.everything.get(*id).map(|(project, _)| project),
            _ => None,
        }
    }

    /// Shows the todos of the project that the cursor is at, or of all again.
    fn narrow(&mut self) {
        match (&self.scope, self.project().cloned()) {
            (Scope::Project(_), _) => self.scope = Scope::All,
            (_, Some(project)) => self.scope = Scope::Project(project),
            (_, None) => self.say("there is no project under the cursor".into(), true),
        }
        if !self.lists_todos() {
            self.turn_to(Tab::Todos);
        }
        self.settle();
    }

    /// Takes the first todo of the project that nobody is at and nothing blocks.
    fn claim(&mut self) -> Option<Request> {
        let project = self.project().cloned();
        let mut found = ready(&self.everything, project.as_ref(), self.now);
        found.retain(|(_, todo)| !self.quiet.has(todo));
        let first = found.first().map(|(_, todo)| todo.id);
        if first.is_none() {
            self.say("nothing is ready there".into(), true);
        }
        first.map(|id| Request::Claim(project, id))
    }

    /// Takes back what narrows the list: the filter, then the scope, then what was finished here.
    fn widen(&mut self) {
        if self.is_triage {
            self.is_triage = false;
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else if self.scope != Scope::All {
            self.scope = Scope::All;
        } else {
            self.finished.clear();
        }
        self.settle();
    }

    fn enter_target(&mut self) -> Option<Request> {
        match self.target()?.clone() {
            Target::Todo(id) => return Some(Request::Show(id)),
            Target::Project(project) => self.enter(Scope::Project(project)),
            Target::Session(session) => self.enter(Scope::Session(session)),
        }
        None
    }

    fn of_todo(&mut self, letter: char) -> Option<Request> {
        if !"sdxohrReyp".contains(letter) {
            return None;
        }
        let Some(todo) = self.todo() else {
            self.say("there is no todo under the cursor".into(), true);
            return None;
        };
        let id = todo.id;
        match letter {
            's' => Some(Request::Say(Verb::Start, id)),
            'o' => Some(Request::Say(Verb::Reopen, id)),
            'h' => Some(Request::History(id)),
            'r' => {
                self.choice = Some(Choice::of(todo));
                None
            }
            'R' => Some(Request::Say(Verb::Release, id)),
            'y' => Some(Request::Copy(id)),
            'e' => {
                self.prompt = Some(Prompt::edit(todo));
                None
            }
            'p' => {
                self.prompt = Some(Prompt::priority(todo));
                None
            }
            closing => {
                // The next one comes under the cursor, so that several are finished by as many keys.
                self.finished.insert(id);
                self.step(1);
                Some(Request::Say(if closing == 'd' { Verb::Done } else { Verb::Drop }, id))
            }
        }
    }

    fn read(&mut self, key: Key) {
        let (size, Some(page)) = (self.size, &mut self.page) else { return };
        let screen = isize::try_from(size.1).unwrap_or(isize::MAX).saturating_sub(3).max(1);
        match key {
            Key::Up | Key::Char('k') => page.scroll(-1, size),
            Key::Down | Key::Char('j') | Key::Enter => page.scroll(1, size),
            Key::PageUp => page.scroll(-screen, size),
            Key::PageDown | Key::Char(' ') => page.scroll(screen, size),
            Key::Home | Key::Char('g') => page.scroll(isize::MIN, size),
            Key::End | Key::Char('G') => page.scroll(isize::MAX, size),
            Key::Esc | Key::Char('q' | '?' | 'h') | Key::Left | Key::Backspace => self.page = None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::board::Setting;
    use crate::todo::{Claim, Claims, Fields, Session, State, Status, Time, Todo, TodoId};
    use crate::view::{Everything, Silences};

    fn setting() -> Setting {
        Setting { color: false, silences: Silences::default(), quiet_after: None, today: Time::default() }
    }

    fn session(name: &str) -> Session {
        Session::new(name).expect("valid")
    }

    fn todo(words: &str, claims: &[(&str, Status, i64)]) -> Todo {
        let claims: Claims = claims
            .iter()
            .map(|(name, status, at)| (session(name), Claim::new(*status, Time::from_millis(*at))))
            .collect();
        let (id, created) = (TodoId::of(&Project::general(), words), Time::default());
        Todo { id, content: words.into(), nth: 1, created, claims, fields: Fields::new() }
    }

    fn everything(todos: Vec<Todo>) -> Everything {
        let todos = todos.into_iter().map(|todo| (todo.id, todo)).collect();
        Everything::of(BTreeMap::from([(Project::general(), todos)]))
    }

    fn board(todos: Vec<Todo>) -> Board {
        Board::new(everything(todos), Time::default(), setting(), (80, 24))
    }

    fn three() -> Vec<Todo> {
        ["a", "b", "c"].map(|words| todo(words, &[("one", Status::Pending, 1)])).to_vec()
    }

    fn under_cursor(board: &Board) -> &str {
        board.todo().map_or("", |todo| &todo.content)
    }

    fn id(words: &str) -> TodoId {
        TodoId::of(&Project::general(), words)
    }

    #[test]
    fn several_are_finished_by_as_many_keys() {
        let mut board = board(three());
        assert_eq!(board.press(Key::Char('d')), Some(Request::Say(Verb::Done, id("a"))));
        board.load(
            everything(vec![
                todo("a", &[("one", Status::Completed, 2)]),
                todo("b", &[("one", Status::Pending, 1)]),
                todo("c", &[("one", Status::Pending, 1)]),
            ]),
            setting(),
        );
        assert_eq!(board.press(Key::Char('d')), Some(Request::Say(Verb::Done, id("b"))));
        assert_eq!(under_cursor(&board), "c");
        board.press(Key::End);
        assert_eq!(board.press(Key::Char('o')), Some(Request::Say(Verb::Reopen, id("a"))), "it is still in sight");
        board.turn_to(Tab::Projects);
        board.turn_to(Tab::Todos);
        board.press(Key::End);
        assert_eq!(under_cursor(&board), "c", "and gone with another look");
    }

    #[test]
    fn the_cursor_stays_on_its_todo_whatever_comes_before_it() {
        let mut board = board(three());
        board.press(Key::Down);
        assert_eq!(under_cursor(&board), "b");
        let mut more = three();
        more.push(todo("0", &[("one", Status::InProgress, 9)]));
        board.load(everything(more), setting());
        assert_eq!(under_cursor(&board), "b");
        board.load(everything(vec![todo("a", &[("one", Status::Pending, 1)])]), setting());
        assert_eq!(under_cursor(&board), "a", "near where it was");
        board.load(Everything::default(), setting());
        assert_eq!(board.press(Key::Char('d')), None);
        assert!(board.message.as_ref().is_some_and(|(_, failed)| *failed));
    }

    #[test]
    fn what_is_typed_is_no_command() {
        let mut board = board(three());
        board.press(Key::Char('/'));
        for char in "q d".chars() {
            assert_eq!(board.press(Key::Char(char)), None);
        }
        assert_eq!((board.filter.as_str(), board.todo().is_none()), ("q d", true));
        board.press(Key::Esc);
        assert_eq!(under_cursor(&board), "a");
        board.paste("dxu");
        assert_eq!(board.filter, "");
        assert_eq!(board.press(Key::Char('q')), Some(Request::Quit));
    }

    #[test]
    fn a_session_is_not_another_whose_name_begins_so() {
        let said = |name| [(name, Status::Pending, 1)];
        let mut board = board(vec![todo("a", &said("plan-b")), todo("b", &said("plan"))]);
        board.enter(Scope::Session(session("plan")));
        assert_eq!(under_cursor(&board), "b");
        board.press(Key::End);
        assert_eq!(under_cursor(&board), "b");
    }

    #[test]
    fn what_did_not_know_of_a_later_epoch_can_be_taken() {
        let mut dropped = todo("a", &[("one", Status::Completed, 9), ("two", Status::Pending, 2)]);
        let claim = dropped.claims.get_mut(&session("two")).expect("a claim");
        (claim.epoch, claim.dropped) = (1, true);
        let mut board = board(vec![dropped]);
        board.turn_to(Tab::Conflicts);
        board.press(Key::Char('r'));
        let completed = State::Wanted(Status::Completed);
        assert_eq!(board.press(Key::Char('2')), Some(Request::Take(id("a"), session("one"), completed)));
    }

    #[test]
    fn a_choice_means_what_was_shown() {
        let said = [("one", Status::Completed, 1), ("two", Status::Pending, 2)];
        let mut board = board(vec![todo("a", &said)]);
        board.turn_to(Tab::Conflicts);
        board.press(Key::Char('r'));
        // Meanwhile a session comes before both.
        board.load(everything(vec![todo("a", &[said[0], said[1], ("0", Status::InProgress, 3)])]), setting());
        assert_eq!(board.press(Key::Char('7')), None, "there is no such answer");
        let pending = State::Wanted(Status::Pending);
        assert_eq!(board.press(Key::Char('2')), Some(Request::Take(id("a"), session("two"), pending)));
        board.press(Key::Char('r'));
        assert_eq!(board.press(Key::Char('p')), Some(Request::Settle(id("a"), pending)), "whoever says it");
        board.press(Key::Char('r'));
        board.press(Key::Esc);
        assert_eq!(board.press(Key::Char('p')), None, "no question, no answer");
    }

    #[test]
    fn a_project_and_a_session_lead_to_their_todos() {
        let mut board = board(three());
        board.turn_to(Tab::Projects);
        board.press(Key::Enter);
        assert_eq!((board.tab, &board.scope), (Tab::Todos, &Scope::Project(Project::general())));
        board.press(Key::Esc);
        assert_eq!(board.scope, Scope::All);
        assert_eq!(board.press(Key::Enter), Some(Request::Show(id("a"))));
        for (key, tab) in [(Key::Tab, Tab::State), (Key::Left, Tab::Todos), (Key::BackTab, Tab::Conflicts)] {
            board.press(key);
            assert_eq!(board.tab, tab);
        }
    }
}
