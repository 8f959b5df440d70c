// Makes credentials of every form that secretlint's recommended rules know, and looks for what is left of them.
//
//   node secretlint.mjs make <how many of each>   prints [{ "form", "texts": [...] }, ...]
//   node secretlint.mjs find < [text, ...]        prints [[what was found in it, ...], ...]
//
// The forms are the expressions that the rules themselves match with, so a newer set of rules brings its own. Run it
// where `@secretlint/core`, `@secretlint/secretlint-rule-preset-recommend` and `randexp` are installed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const installed = createRequire(`${process.cwd()}/package.json`);
const load = (name) => import(pathToFileURL(`${process.cwd()}/node_modules/${name}`));
const { lintSource } = await load("@secretlint/core/module/index.js");
const { creator } = await load("@secretlint/secretlint-rule-preset-recommend/module/index.js");
const RandExp = installed("randexp");

const rules = [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }];
async function find(content) {
  const source = { content, filePath: "todo.txt", contentType: "text", ext: ".txt" };
  const found = await lintSource({ source, options: { config: { rules } } });
  return found.messages.map((message) => message.messageId);
}

// Every expression that a rule asks a text with.
async function forms() {
  const asked = new Map();
  const matchAll = String.prototype.matchAll;
  String.prototype.matchAll = function (expression) {
    if (expression instanceof RegExp) asked.set(expression.source, expression);
    return matchAll.call(this, expression);
  };
  await find("a text without any");
  String.prototype.matchAll = matchAll;
  return [...asked.values()];
}

// The generator knows no names, no classes by property, and nothing that looks around.
function plain(expression) {
  const source = expression.source
    .replace(/\(\?<[!=](?:\[[^\]]*\]|\\.\{[^}]*\}|[^)])*\)/g, "")
    .replace(/\(\?[!=](?:\[[^\]]*\]|[^)])*\)/g, "")
    .replace(/\(\?<[A-Za-z]+>/g, "(")
    .replace(/\\p\{L\}/g, "[a-z]")
    .replace(/\[\^([^\]]*)\]/g, "[a-z0-9]")
    .replaceAll(".{", "[a-z0-9]{").replaceAll(".*", "[a-z0-9]{20,40}");
  return new RegExp(source, expression.flags.replace("u", ""));
}

let seed = 1;
function random(from, to) {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return from + Math.floor((seed / 2147483648) * (to - from + 1));
}

if (process.argv[2] === "make") {
  const made = [];
  for (const form of await forms()) {
    const texts = [];
    for (let tries = 0; tries < 20 * process.argv[3] && texts.length < process.argv[3]; tries++) {
      const generator = new RandExp(plain(form));
      generator.max = 40;
      generator.randInt = random;
      const text = generator.gen();
      if ((await find(`x ${text} y`)).length > 0) texts.push(text);
    }
    made.push({ form: form.source, texts });
  }
  console.log(JSON.stringify(made));
} else {
  // Each question costs the same, so many texts are asked about in one, and apart only where it finds something.
  const [found, texts] = [[], JSON.parse(readFileSync(0, "utf8"))];
  for (let at = 0; at < texts.length; at += 100) {
    const some = texts.slice(at, at + 100);
    const clean = (await find(some.join("\n\n"))).length === 0;
    for (const text of some) found.push(clean ? [] : await find(text));
  }
  console.log(JSON.stringify(found));
}
