//! What is typed: the words that the lists are narrowed to, and answers to questions.

use super::filter;
use super::model::Board;
use super::question::{Asked, Prompt};
use super::request::{Key, Request};
use crate::todo::plain;

/// More characters than this are no words of a todo: something else was pasted.
const LONGEST: usize = 2000;
/// The keys of priorities, and what they say.
const PRIORITIES: [(char, &str, &str); 4] =
    [('h', "high", "high"), ('m', "medium", "medium"), ('l', "low", "low"), ('n', "", "none")];

impl Board {
    /// Returns the question, and what can be done about it.
    pub(super) fn asks(&self, prompt: &Prompt) -> (String, String) {
        let keys = "Enter: say it, Esc: leave".to_owned();
        match &prompt.asked {
            Asked::Add(Some(project)) => (format!("add to {}: ", plain(self.everything.names().shown(project))), keys),
            Asked::Add(None) => ("add: ".to_owned(), keys),
            Asked::Edit(_) => ("edit: ".to_owned(), keys),
            Asked::Priority(_) => {
                let keys: Vec<String> = PRIORITIES.iter().map(|(key, _, name)| format!("{key} {name}")).collect();
                ("priority: ".to_owned(), format!("{}, Esc: leave", keys.join("  ")))
            }
        }
    }

    /// Takes a key while a question is asked.
    pub(super) fn answer(&mut self, mut prompt: Prompt, key: Key) -> Option<Request> {
        if let Asked::Priority(id) = prompt.asked {
            let chosen = PRIORITIES.iter().find(|(letter, ..)| key == Key::Char(*letter));
            if chosen.is_none() && key != Key::Esc && key != Key::Enter {
                self.prompt = Some(prompt);
            }
            return chosen.map(|(_, word, _)| Request::Priority(id, word));
        }
        match key {
            Key::Esc => return None,
            Key::Enter => return prompt.request(),
            // Deleting more than there is ends it.
            Key::Backspace if prompt.text.pop().is_none() => return None,
            Key::Ctrl('u') => prompt.text.clear(),
            Key::Char(char) if !char.is_control() => {
                filter::add(&mut prompt.text, char.encode_utf8(&mut [0; 4]), LONGEST);
            }
            _ => {}
        }
        self.prompt = Some(prompt);
        None
    }

    /// Takes pasted text: words for what is being typed, and no keys.
    pub fn paste(&mut self, text: &str) {
        let line = text.split(['\r', '\n']).collect::<Vec<_>>().join(" ");
        if let Some(prompt) = &mut self.prompt {
            filter::add(&mut prompt.text, &line, LONGEST);
        } else if self.is_typing {
            filter::add(&mut self.filter, &line, filter::LONGEST);
            self.settle();
        }
    }

    pub(super) fn type_filter(&mut self, key: Key) {
        match key {
            Key::Enter => self.is_typing = false,
            Key::Esc => {
                self.is_typing = false;
                self.filter.clear();
            }
            Key::Backspace => {
                // Deleting more than there is ends it.
                self.is_typing = self.filter.pop().is_some();
            }
            Key::Ctrl('u') => self.filter.clear(),
            Key::Char(char) if !char.is_control() => {
                filter::add(&mut self.filter, char.encode_utf8(&mut [0; 4]), filter::LONGEST);
            }
            Key::Up => self.step(-1),
            Key::Down => self.step(1),
            _ => {}
        }
        self.settle();
    }
}
