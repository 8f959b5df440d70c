//! A list of a project, `todos.json` or another one, read no further than is needed.
//!
//! Of a list of a thousand todos, one session changes a few. The other lines are known by their first bytes,
//! which hold the id, and go into the merged file as they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::OnceLock;

use memchr::{memchr_iter, memmem};

use super::DecodeError;
use super::line::{decode_line, write_line};
use super::todos::{decode_todos, write_list};
use crate::merge::{Conflict, Decides, conflicts, covers, join_todo, who_decides};
use crate::todo::{Project, Todo, TodoId, TodoList};

/// A list as a file holds it: lines, each of which is read when it matters what it says.
#[derive(Debug, Default)]
pub struct TodoFile<'a> {
    entries: BTreeMap<TodoId, Entry<'a>>,
}

/// How a file is opened: [`TodoFile::open`] or [`TodoFile::read`].
pub type Open = for<'a> fn(&'a [u8]) -> Result<TodoFile<'a>, DecodeError>;

/// A line seldom has more bytes.
const ROOM: usize = 512;

/// The line of a todo, without its comma, and what it says once somebody asked.
#[derive(Debug)]
struct Entry<'a> {
    line: Cow<'a, [u8]>,
    todo: OnceLock<Box<Todo>>,
}

impl<'a> Entry<'a> {
    fn of_line(line: &'a [u8]) -> Self {
        Entry { line: Cow::Borrowed(line), todo: OnceLock::new() }
    }

    fn of_todo(todo: &Todo) -> Self {
        let mut line = Vec::with_capacity(ROOM);
        write_line(&mut line, todo);
        line.shrink_to_fit();
        Entry { line: Cow::Owned(line), todo: OnceLock::new() }
    }

    fn read(&self) -> Result<&Todo, DecodeError> {
        match self.todo.get() {
            Some(todo) => Ok(todo),
            None => decode_line(&self.line).map(|todo| &**self.todo.get_or_init(|| Box::new(todo))),
        }
    }

    /// Returns the todo, for one who will not ask again.
    fn to_todo(&self) -> Result<Todo, DecodeError> {
        self.todo.get().map_or_else(|| decode_line(&self.line), |todo| Ok(Todo::clone(todo)))
    }
}

/// Two that are equal say the same; two that differ may, if somebody else than us wrote one.
impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

/// What a merge into a file did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// Where a rule had to choose, by id.
    pub conflicts: Vec<Conflict>,
    /// The todos that came out different from ours, by id.
    pub changed: Vec<TodoId>,
}

impl Merged {
    /// Joins two lines of one todo that differ. Most often one side left the line as it was, which is read once then.
    fn join(&mut self, base: Option<&Entry<'_>>, ours: &Entry<'_>, theirs: &Entry<'_>) -> Result<Todo, DecodeError> {
        let (our_todo, their_todo) = (ours.to_todo()?, theirs.to_todo()?);
        let read;
        let base = match base {
            Some(base) if base == ours => Some(&our_todo),
            Some(base) if base == theirs => Some(&their_todo),
            Some(base) => {
                read = base.to_todo()?;
                Some(&read)
            }
            None => None,
        };
        // They can say the same in other words.
        if our_todo == their_todo {
            return Ok(our_todo);
        }
        let joined = (!covers(&their_todo, &our_todo)).then(|| {
            let mut joined = our_todo.clone();
            join_todo(&mut joined, &their_todo);
            joined
        });
        let after = joined.as_ref().unwrap_or(&their_todo);
        self.conflicts.extend(conflicts(base, &our_todo, &their_todo, after));
        self.changed.extend((our_todo != *after).then_some(after.id));
        Ok(joined.unwrap_or(their_todo))
    }
}

impl TodoFile<'_> {
    /// Finds the lines of a file that looks as ours do, and reads any other file whole. What a line says shows
    /// when it is read.
    ///
    /// # Errors
    /// As [`decode_todos`], of a file that had to be read.
    pub fn open(bytes: &[u8]) -> Result<TodoFile<'_>, DecodeError> {
        match lines(bytes) {
            Some(lines) => Ok(TodoFile { entries: lines.into_iter().collect() }),
            None => TodoFile::read(bytes),
        }
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// As [`decode_todos`].
    pub fn read(bytes: &[u8]) -> Result<TodoFile<'_>, DecodeError> {
        Ok(TodoFile::of(&decode_todos(bytes)?))
    }

    /// Reads every line of a file, for one who will ask for most of them. A file can look like ours and have two todos
    /// on a line: that one is read whole.
    ///
    /// # Errors
    /// As [`decode_todos`].
    pub fn read_lines(bytes: &[u8]) -> Result<TodoFile<'static>, DecodeError> {
        let file = TodoFile::open(bytes)?;
        match file.entries.values().try_for_each(|entry| entry.read().map(drop)) {
            Ok(()) => Ok(file.into_owned()),
            Err(_) => Ok(TodoFile::read(bytes)?.into_owned()),
        }
    }

    /// Returns the file of a list.
    pub fn of(todos: &TodoList) -> TodoFile<'static> {
        TodoFile { entries: todos.iter().map(|(id, todo)| (*id, Entry::of_todo(todo))).collect() }
    }

    /// Returns the list with bytes of its own.
    pub fn into_owned(self) -> TodoFile<'static> {
        let own = |(id, entry): (TodoId, Entry<'_>)| {
            (id, Entry { line: Cow::Owned(entry.line.into_owned()), todo: entry.todo })
        };
        TodoFile { entries: self.entries.into_iter().map(own).collect() }
    }

    /// Returns how many todos there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the ids of all todos, sorted.
    pub fn ids(&self) -> impl Iterator<Item = TodoId> {
        self.entries.keys().copied()
    }

    /// Returns one todo.
    ///
    /// # Errors
    /// When its line cannot be read.
    pub fn get(&self, id: TodoId) -> Result<Option<&Todo>, DecodeError> {
        self.entries.get(&id).map(Entry::read).transpose()
    }

    /// Returns the todos whose lines have these bytes, however these are meant there. The other lines are not read.
    pub fn with(&self, bytes: &[u8]) -> impl Iterator<Item = Result<&Todo, DecodeError>> {
        let has = move |entry: &&Entry<'_>| memmem::find(&entry.line, bytes).is_some();
        self.entries.values().filter(has).map(Entry::read)
    }

    /// Returns the ids of the todos whose lines the other list does not have just so, sorted.
    pub fn differing<'s>(&'s self, other: &'s TodoFile<'_>) -> impl Iterator<Item = TodoId> + 's {
        self.entries.iter().filter(|(id, entry)| other.entries.get(id) != Some(entry)).map(|(id, _)| *id)
    }

    /// Returns whether the other list has the very line that this one has of a todo. None is read.
    pub fn has_line_of(&self, other: &TodoFile<'_>, id: TodoId) -> bool {
        self.entries.get(&id).is_some_and(|entry| other.entries.get(&id) == Some(entry))
    }

    /// Puts a todo in the place of what the list says of it.
    pub fn replace(&mut self, todo: &Todo) {
        self.entries.insert(todo.id, Entry::of_todo(todo));
    }

    /// Takes a todo out. Returns whether it was there.
    pub fn remove(&mut self, id: TodoId) -> bool {
        self.entries.remove(&id).is_some()
    }

    /// Takes a todo out, unless it was forgotten: then what is left of it is as short as it can be. Returns its words, if
    /// the line held any, and whether it is there.
    ///
    /// # Errors
    /// When its line cannot be read.
    pub fn purge(&mut self, id: TodoId, project: &Project) -> Result<(Option<String>, bool), DecodeError> {
        let Some(entry) = self.entries.get_mut(&id) else { return Ok((None, false)) };
        let todo = entry.to_todo()?;
        if todo.is_forgotten() {
            *entry = Entry::of_todo(&todo);
            return Ok((None, true));
        }
        self.entries.remove(&id);
        // Words under an id that is not theirs are somebody's forgery. They go, and are nobody's to look for.
        Ok((Some(todo.content.clone()).filter(|_| todo.has_id_of(project)), true))
    }

    /// Merges `theirs`, which comes from `base` as this file does: [`three_way`](crate::merge::three_way), of the lines on
    /// which both sides have something to say.
    ///
    /// # Errors
    /// When a line that has to be read cannot be. This file is of no use then.
    pub fn merge(&mut self, base: &TodoFile<'_>, theirs: &TodoFile<'_>) -> Result<Merged, DecodeError> {
        let mut merged = Merged::default();
        let ids: BTreeSet<TodoId> = theirs.entries.keys().chain(base.entries.keys()).copied().collect();
        // One at a time: what two large files say is much more than their lines.
        for id in ids {
            let [before, ours, new] = [base, &*self, theirs].map(|file| file.entries.get(&id));
            let todo = match (who_decides(before, ours, new), ours, new) {
                (Decides::Both, Some(ours), Some(new)) => Some(merged.join(before, ours, new)?),
                (Decides::Ours | Decides::Both, ..) => continue,
                (Decides::Theirs, _, new) => {
                    merged.changed.push(id);
                    // What becomes ours is read, whoever wrote it.
                    new.map(Entry::to_todo).transpose()?
                }
            };
            match todo {
                Some(todo) => drop(self.entries.insert(id, Entry::of_todo(&todo))),
                None => drop(self.entries.remove(&id)),
            }
        }
        Ok(merged)
    }

    /// Returns a list that has the todos of all these files. The lines of an id that stands in several
    /// are joined.
    ///
    /// # Errors
    /// When a file, or a line that has to be joined, cannot be read.
    pub fn gather<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Result<TodoFile<'a>, DecodeError> {
        let mut all = TodoFile::default();
        for file in files {
            all.absorb(TodoFile::open(file)?)?;
        }
        Ok(all)
    }

    /// Returns the bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        write_list(self.entries.values(), |bytes, entry| bytes.extend_from_slice(&entry.line))
    }
}

impl<'a> TodoFile<'a> {
    /// Adds the lines of another list. Those of an id that both have are joined.
    ///
    /// # Errors
    /// When a line that has to be joined cannot be read.
    pub fn absorb(&mut self, other: TodoFile<'a>) -> Result<(), DecodeError> {
        if self.is_empty() {
            *self = other;
            return Ok(());
        }
        for (id, entry) in other.entries {
            match self.entries.entry(id) {
                btree_map::Entry::Vacant(free) => drop(free.insert(entry)),
                btree_map::Entry::Occupied(ours) if *ours.get() == entry => {}
                btree_map::Entry::Occupied(mut ours) => {
                    let mut joined = ours.get().to_todo()?;
                    join_todo(&mut joined, entry.read()?);
                    ours.insert(Entry::of_todo(&joined));
                }
            }
        }
        Ok(())
    }

    /// Takes all lines out, each with the id of its todo, as lists with one todo each.
    pub fn drain(&mut self) -> impl Iterator<Item = (TodoId, TodoFile<'a>)> {
        let entries = std::mem::take(&mut self.entries).into_iter();
        entries.map(|(id, entry)| (id, TodoFile { entries: BTreeMap::from([(id, entry)]) }))
    }
}

/// Returns the bytes of `ours` with `theirs` merged into it, both of which come from `base`. Two sides that
/// each added the file have an empty one.
///
/// # Errors
/// As [`decode_todos`].
pub fn merge_todos(base: &[u8], ours: &[u8], theirs: &[u8]) -> Result<(Vec<u8>, Merged), DecodeError> {
    let merge = |open: Open| {
        let mut file = open(ours)?;
        let base = if base.is_empty() { TodoFile::default() } else { open(base)? };
        let merged = file.merge(&base, &open(theirs)?)?;
        Ok((file.encode(), merged))
    };
    // A file can look like ours and have two todos on a line.
    merge(TodoFile::open).or_else(|_: DecodeError| merge(TodoFile::read))
}

/// Returns the lines of a file that is laid out as ours are: a line for each id, in order, and no word of
/// another format.
fn lines(bytes: &[u8]) -> Option<Vec<(TodoId, Entry<'_>)>> {
    let rest = bytes.strip_prefix(b"[\n")?.strip_suffix(b"]\n")?;
    if memmem::find(rest, b"\"format\"").is_some() {
        return None;
    }
    let mut lines: Vec<(TodoId, Entry<'_>)> = Vec::with_capacity(rest.len() / 256);
    let mut start = 0;
    for end in memchr_iter(b'\n', rest) {
        let last = end + 1 == rest.len();
        let line = if last { &rest[start..end] } else { rest[start..end].strip_suffix(b",")? };
        let (id, rest_of_line) = line.strip_prefix(b"{\"id\":\"")?.split_at_checked(16)?;
        let id = TodoId::parse(std::str::from_utf8(id).ok()?)?;
        let in_order = lines.last().is_none_or(|(before, _)| *before < id);
        if !in_order || !rest_of_line.starts_with(b"\",\"content\":\"") || !line.ends_with(b"}") {
            return None;
        }
        lines.push((id, Entry::of_line(line)));
        start = end + 1;
    }
    (start == rest.len()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of a todo that this session says is pending, with these bytes in it somewhere.
    fn line(id: u64, session: &str, more: &str) -> String {
        let time = "2025-10-10T23:20:00.000Z";
        format!(
            r#"{{"id":"{id:016x}","content":"x"{more},"created":"{time}","claims":{{"{session}":{{"status":"pending","at":"{time}"}}}}}}"#
        )
    }

    fn file(lines: &[String]) -> Vec<u8> {
        format!("[\n{}\n]\n", lines.join(",\n")).into_bytes()
    }

    #[test]
    fn what_the_other_side_does_not_speak_of_is_not_read() {
        // No line of ours: it has no status, and says something that is no JSON.
        let odd = r#"{"id":"0000000000000002","content":"odd" as it is}"#.to_owned();
        let ours = file(&[line(1, "a", ""), odd.clone()]);
        let theirs = file(&[line(1, "b", "")]);
        let (bytes, merged) = merge_todos(b"", &ours, &theirs).expect("merged");
        assert!(String::from_utf8_lossy(&bytes).contains(&odd));
        assert_eq!(merged.changed.len(), 1);
        let theirs = file(&[line(1, "b", ""), line(2, "b", "")]);
        assert!(merge_todos(b"", &ours, &theirs).is_err());
    }

    #[test]
    fn looks_are_not_trusted() {
        let both = format!("{},{}", line(1, "a", ""), line(2, "a", ""));
        for odd in [
            file(&[line(2, "a", ""), line(1, "a", "")]),
            file(&[both]),
            String::from_utf8_lossy(&file(&[line(1, "a", ""), line(2, "a", "")])).replace('\n', "\r\n").into_bytes(),
        ] {
            let theirs = file(&[line(1, "b", ""), line(2, "b", "")]);
            let (bytes, _) = merge_todos(b"", &odd, &theirs).expect("merged");
            let (swapped, _) = merge_todos(b"", &theirs, &odd).expect("merged");
            assert_eq!(bytes, swapped);
            assert_eq!(decode_todos(&bytes).expect("decodes").len(), 2);
        }
    }

    #[test]
    fn a_newer_format_is_refused_wherever_it_stands() {
        let newer = file(&[line(1, "a", ""), line(2, "a", ",\"format\":3")]);
        let other = file(&[line(1, "b", "")]);
        for (base, ours, theirs) in [(&b""[..], &newer, &other), (b"", &other, &newer), (&newer, &other, &other)] {
            assert!(matches!(merge_todos(base, ours, theirs), Err(DecodeError::Newer(3))));
        }
    }
}
