//! `board`: todos, projects, sessions and conflicts on a screen that follows changes.

mod follow;
mod perform;
mod screen;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::author::SpeakerArgs;
use super::context::Context;
use super::ui::{Failure, Ui};
use crate::board::{Board, Key, Mouse, Request};
use crate::ops::day;
use follow::{Follow, News, told};
use screen::{Screen, Signals};

/// Arguments of `board`.
#[derive(Debug, Args)]
pub struct BoardArgs {
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// How often is looked whether somebody else changed something: one small file is read.
const LOOK: Duration = Duration::from_millis(500);
/// How often the ages of things are told anew.
const AGE: i64 = 30_000;

pub(super) fn run(args: &BoardArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if ui.json {
        return Err(Failure::usage("the board is for people").hint("`git chittysync list --json` is for programs"));
    }
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if dumb || !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Failure::fatal("the board needs a terminal that it can draw on")
            .hint("`git chittysync list` prints the todos anywhere"));
    }
    let mut follow = Follow::new(context, &args.speaker)?;
    let everything = follow.news()?.map(|news| news.everything).unwrap_or_default();
    ui.configured_color = follow.color();
    let color = ui.style(context.now).color;
    let signals = Signals::catch()?;
    let mut screen = Screen::enter()?;
    let mut board = Board::new(everything, context.now, follow.setting(color), screen.size());
    let ended = stay(&mut board, &mut follow, &mut screen, &signals, args, context);
    drop(screen);
    signals.obey();
    ended
}

/// Draws, waits and answers, until somebody wants to leave.
fn stay(
    board: &mut Board,
    follow: &mut Follow<'_>,
    screen: &mut Screen,
    signals: &Signals,
    args: &BoardArgs,
    context: &Context,
) -> Result<(), Failure> {
    let (mut next_look, mut is_new) = (Instant::now(), true);
    while !signals.caught() {
        if is_new {
            screen.draw(board)?;
            crate::git::bug();
        }
        is_new = false;
        if event::poll(next_look.saturating_duration_since(Instant::now())).map_err(screen::failed)? {
            is_new = true;
            match event::read().map_err(screen::failed)? {
                Event::Key(pressed) => match key(pressed).and_then(|key| board.press(key)) {
                    None => {}
                    Some(Request::Quit) => return Ok(()),
                    Some(Request::Suspend) => screen.suspend()?,
                    Some(Request::Redraw) => screen.clear()?,
                    Some(Request::Copy(id)) => {
                        screen.copy(&id.to_string())?;
                        board.say(format!("copied, if your terminal allows it: {id}"), false);
                    }
                    Some(request) => {
                        perform::perform(&request, board, follow, &args.speaker, &context.at_present());
                        next_look = Instant::now();
                    }
                },
                Event::Paste(text) => board.paste(&text),
                Event::Mouse(moved) => match mouse(moved) {
                    Some(mouse) => board.point(mouse),
                    None => is_new = false,
                },
                _ => {}
            }
        }
        if Instant::now() >= next_look {
            next_look = Instant::now() + LOOK;
            match follow.news() {
                Ok(None) => {}
                Ok(Some(News { everything, changes })) => {
                    if let Some(text) = told(&changes, &everything, board.style()) {
                        board.mention(text);
                    }
                    let color = board.setting().color;
                    board.load(everything, follow.setting(color));
                    is_new = true;
                }
                Err(failure) => {
                    board.say(failure.text(), true);
                    is_new = true;
                }
            }
            for warning in follow.warnings() {
                board.say(warning, true);
            }
            let now = context.at_present().now;
            if now.millis() - board.time().millis() >= AGE {
                board.set_time(now, day(now));
                is_new = true;
            }
            // Once the cursor rests on it.
            if let Some(id) = board.lacks_history() {
                board.tell_history(id, perform::history(id, board, follow));
                is_new = true;
            }
        }
    }
    Ok(())
}

/// Returns what a mouse does as the board knows it.
fn mouse(event: MouseEvent) -> Option<Mouse> {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click(event.column, event.row)),
        MouseEventKind::ScrollUp => Some(Mouse::Up),
        MouseEventKind::ScrollDown => Some(Mouse::Down),
        _ => None,
    }
}

/// Returns a key as the board knows it.
fn key(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    let is_ctrl = pressed.modifiers.contains(KeyModifiers::CONTROL);
    Some(match pressed.code {
        KeyCode::Char(char) if is_ctrl => Key::Ctrl(char.to_ascii_lowercase()),
        KeyCode::Char(char) if !pressed.modifiers.contains(KeyModifiers::ALT) => Key::Char(char),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
