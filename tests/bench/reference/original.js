// The original algorithm: read every session file in turn, a Map keyed by content, completed > in_progress >
// pending, write todos.json. Usage: node original.js <todos directory> <output>.
const fs = require('fs'), path = require('path');
const [dir, out] = process.argv.slice(2);
const rank = { completed: 2, in_progress: 1, pending: 0 };
const todos = new Map();
for (const name of fs.readdirSync(dir).filter((name) => /-agent-.*\.json$/.test(name))) {
  try {
    const list = JSON.parse(fs.readFileSync(path.join(dir, name), 'utf8'));
    if (!Array.isArray(list)) continue;
    for (const todo of list) {
      const known = todos.get(todo.content);
      if (!known || rank[todo.status] > rank[known.status]) todos.set(todo.content, todo);
    }
  } catch (err) { console.error(name, err.message); }
}
fs.writeFileSync(out, JSON.stringify([...todos.values()], null, 2));
