// The hub's pages in a real browser. tests/hub/browser.rs starts it in a world of its own; MODULES is where
// playwright-core and axe-core are, CHROMIUM the browser, PROGRAM git-chittysync, and PICTURE where a picture goes, if
// anywhere.
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(process.env.MODULES + "/");
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const check = (is, what) => {
  if (!is) throw new Error(what);
};
const part = async (name, work) => {
  const started = Date.now();
  try {
    await work();
  } catch (error) {
    console.log(`FAILED: ${name}: ${error.stack}`);
    process.exit(1);
  }
  console.log(`ok: ${name} (${Date.now() - started} ms)`);
};
const until = async (what, is, most = 20_000) => {
  const started = Date.now();
  while (!(await is())) {
    check(Date.now() - started < most, `${what}: not within ${most} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Date.now() - started;
};

const program = (...words) => execFileSync(process.env.PROGRAM, words, { encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
program("demo", "--keep");
const kept = readdirSync(process.env.TMPDIR).find((name) => name.startsWith("chittysync-demo-"));
const store = join(process.env.TMPDIR, kept, "store.git");
const run = (...words) => program("--store", store, ...words);

let hub, base;
const start = async (address) => {
  hub = spawn(process.env.PROGRAM, ["--store", store, "hub", "--listen", address], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(hub.stdout, "data");
  base = new URL(line.toString().split("\n")[0]).origin;
};
const stop = async () => {
  hub.kill("SIGKILL");
  await once(hub, "exit");
};
process.on("exit", () => hub && hub.kill("SIGKILL"));
await start("127.0.0.1:0");

const link = () => run("hub", "open", "--print").trim();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const foreign = [];
const open = async (options = {}) => {
  const context = await browser.newContext(options);
  context.on("request", (request) => new URL(request.url()).origin !== base && !request.url().startsWith("data:") && foreign.push(request.url()));
  const page = await context.newPage();
  page.on("dialog", (dialog) => (foreign.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("pageerror", (error) => foreign.push(`error: ${error.message}`));
  const url = link();
  await page.goto(url);
  if (options.javaScriptEnabled === false) {
    await page.fill("#code", url.split("#")[1]);
    await page.click("#login button");
  }
  await page.waitForURL(/\/ui$/);
  return { context, page, url };
};
const is = (page) => page.getAttribute("#live", "data-is");
const live = (page) => until("live", async () => (await is(page)) === "live");
const [known] = JSON.parse(run("sessions", "--all", "--json"));
const all = ["/ui", "/ui/todos", "/ui/todos?status=all", "/ui/board", "/ui/board?column=work", "/ui/session/" + encodeURIComponent(known.session), "/ui/projects", "/ui/sessions?all=1", "/ui/conflicts", "/ui/topics", "/ui/history", "/ui/mirrors", "/ui/keys"];

if (process.env.PICTURE) {
  const { context, page } = await open({ viewport: { width: 1120, height: 720 } });
  await live(page);
  await page.screenshot({ path: process.env.PICTURE });
  await context.close();
}

const { context, page, url } = await open();
await part("a link is good once, and its code stays in no history", async () => {
  check(!page.url().includes("cst_"), page.url());
  const other = await browser.newContext();
  const second = await other.newPage();
  await second.goto(url);
  await second.waitForSelector("[role=alert]");
  check((await second.textContent("[role=alert]")).includes("used before"), "the second one is told why");
  check((await second.goto(base + "/ui")).status() === 401, "and sees nothing");
  await other.close();
  const cookies = await context.cookies(base + "/ui");
  check(cookies.length === 1 && cookies[0].httpOnly && cookies[0].sameSite === "Strict" && cookies[0].path === "/ui", JSON.stringify(cookies));
});

// Pages of an earlier state, and what going back to it would change, are looked at with all others.
await page.goto(base + "/ui/history");
const states = await page.$$eval("#states a.words", (links) => links.map((link) => link.getAttribute("href").split("at=")[1]));
const then = states.at(-1);
all.push("/ui?at=" + then, "/ui/todos?at=" + then, "/ui/history?at=" + then, "/ui/rollback/" + then);

await part("the first page is within 30 kB and 3 requests", async () => {
  const first = await browser.newContext({ storageState: await context.storageState() });
  const sizes = [];
  first.on("requestfinished", async (request) => request.url().includes("/events") || sizes.push((await request.sizes()).responseBodySize));
  const fresh = await first.newPage();
  await fresh.goto(base + "/ui", { waitUntil: "load" });
  await live(fresh);
  const sum = sizes.reduce((one, other) => one + other, 0);
  check(sizes.length <= 3 && sum <= 30_000, `${sizes}`);
  await first.close();
});

await part("eight tabs at once, all of them live within a second", async () => {
  const tabs = await Promise.all([...Array(8)].map(() => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(base + "/ui/todos")));
  await Promise.all(tabs.map(live));
  run("add", "Seen in eight tabs");
  const times = await Promise.all(tabs.map((tab) => until("news", () => tab.getByText("Seen in eight tabs").count())));
  console.log(`  ${Math.max(...times)} ms until the last one`);
  check(Math.max(...times) < 1000 * Number(process.env.PATIENCE || 1), `${times}`);
  // The one that listens goes; another one takes its place.
  await Promise.all(tabs.slice(0, 7).map((tab) => tab.close()));
  await page.goto("about:blank");
  run("add", "Seen by the last tab");
  await until("news", () => tabs[7].getByText("Seen by the last tab").count());
  await tabs[7].close();
});

await part("focus, and what is half typed, stay", async () => {
  await page.goto(base + "/ui/todos");
  await live(page);
  await page.fill("#add-words", "half typed");
  const button = await page.locator("button[value^='done ']").nth(2).getAttribute("id");
  await page.focus("#" + button);
  run("add", "Said elsewhere");
  await until("news", () => page.getByText("Said elsewhere").count());
  check((await page.evaluate(() => document.activeElement.id)) === button, "focus");
  check((await page.inputValue("#add-words")) === "half typed", "words");
  check((await page.textContent("#news")).includes("change"), "it is announced");
});

await part("an act by key, and undone", async () => {
  const row = page.locator("li", { hasText: "Said elsewhere" });
  await row.locator("button", { hasText: "Done" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#told :text('Completed: Said elsewhere')");
  await until("it goes", async () => (await page.locator("li", { hasText: "Said elsewhere" }).count()) === 0);
  check(run("list", "--all", "--json").includes('"completed"'), "the store has it");
  await page.click("#undo");
  await page.waitForSelector("#told :text('Taken back')");
  await until("it comes back", () => page.locator("li", { hasText: "Said elsewhere" }).count());
});

const told = (page, words) => page.waitForSelector(`#told :text('${words}')`);
const focused = (page) => page.evaluate(() => document.activeElement.id);
const place = (page) => page.evaluate(() => location.pathname);
await part("each key once", async () => {
  await page.goto(base + "/ui/todos?q=keys");
  run("add", "First of the keys");
  run("add", "Last of the keys");
  await page.goto(base + "/ui/todos?q=keys");
  await live(page);
  const ids = await page.$$eval("main .rows a.words", (links) => links.map((link) => link.id));
  check(ids.length === 2, `${ids}`);
  for (const [key, id] of [["j", ids[0]], ["j", ids[1]], ["j", ids[1]], ["k", ids[0]]]) {
    await page.keyboard.press(key);
    check((await focused(page)) === id, `${key}: ${await focused(page)}`);
  }
  const words = await page.textContent("#" + ids[0]);
  for (const [key, said] of [["s", "Started"], ["R", "Released"], ["d", "Completed"], ["u", "Taken back"], ["x", "Dropped"]]) {
    if (key !== "u") await page.focus("#" + ids[0]);
    await page.keyboard.press(key);
    await told(page, said);
    if (key === "d") await until("the next one has the focus", async () => (await focused(page)) === ids[1]);
    if (key === "u") await until("it comes back", () => page.locator("#" + ids[0]).count());
  }
  await page.goto(base + "/ui/todos?status=dropped&q=keys");
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await told(page, "Open again: " + words);

  await page.goto(base + "/ui/todos?q=keys");
  await live(page);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/ui\/todo\/[0-9a-f]+$/);
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/ui\/todos\?q=keys$/);
  await page.keyboard.press("/");
  check((await focused(page)) === "find", await focused(page));
  const before = run("list", "--all", "--json");
  await page.keyboard.type("dxsgn?/");
  check((await page.inputValue("#find")) === "dxsgn?/" && (await place(page)) === "/ui/todos", "in a field letters are letters");
  await page.goto(base + "/ui/todos?q=keys");
  await page.keyboard.press("j");
  for (const key of ["Control+d", "Alt+x", "Meta+s"]) await page.keyboard.press(key);
  check(run("list", "--all", "--json") === before, "nothing was said by any of these");
  for (const [key, path] of [["n", "/ui"], ["t", "/ui/todos"], ["b", "/ui/board"], ["c", "/ui/conflicts"], ["s", "/ui/sessions"], ["h", "/ui/history"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(base + path);
  }
  await page.keyboard.press("?");
  await page.waitForURL(base + "/ui/keys");
});

await part("a disagreement by keys, as on the board", async () => {
  await page.goto(base + "/ui/conflicts");
  await live(page);
  await page.keyboard.press("1");
  await page.keyboard.press("j");
  for (const [answer, said] of [["1", "Completed: "], ["d", "Completed: "], ["2", "In progress: "], ["i", "In progress: "]]) {
    await page.keyboard.press("r");
    check((await focused(page)).startsWith("k-c-"), `what holds now: ${await focused(page)}`);
    await page.keyboard.press(answer);
    await until("it is settled", async () => (await page.textContent("#main")).includes("No session disagrees"));
    await told(page, said);
    await page.keyboard.press("u");
    await until("it is open again", () => page.locator("#main .rows > li").count());
    await page.keyboard.press("j");
  }
});

await part("keys are turned off, and stay so", async () => {
  await page.goto(base + "/ui/keys");
  check(await page.isChecked("#keys-on"), "they are on");
  await page.focus("#keys-on");
  await page.keyboard.press(" ");
  await page.goto(base + "/ui/todos");
  await live(page);
  const before = run("list", "--all", "--json");
  for (const key of ["j", "s", "d", "x", "?", "/", "Escape"]) await page.keyboard.press(key);
  check((await focused(page)) === "" && (await place(page)) === "/ui/todos" && run("list", "--all", "--json") === before, "no key does anything");
  const other = await context.newPage();
  await other.goto(base + "/ui/keys");
  check(!(await other.isChecked("#keys-on")), "another page knows it");
  await other.check("#keys-on");
  await other.close();
  await page.keyboard.press("j");
  check((await focused(page)) !== "", "and they are on again");
});

await part("an earlier state, and back to it", async () => {
  await page.goto(base + "/ui/history");
  while (!(await page.locator(`#l-${then}`).count())) await page.click("#earlier");
  await page.click(`#l-${then}`);
  check((await page.textContent(".past")).includes("As it was"), "it says so");
  check((await page.locator("main button:not(#sign-out)").count()) === 0, "nothing can be done there");
  await page.click("#go-Todos");
  check(page.url().endsWith("?at=" + then), page.url());
  await page.fill("#find", "migration");
  await page.keyboard.press("Enter");
  check(page.url().includes("at=" + then), page.url());
  await page.click("#go-back");
  await page.waitForSelector("#do-it");
  run("add", "Said before going back");
  await page.waitForSelector("[role=alert]");
  check((await page.locator("#do-it").count()) === 0, "what was not seen is not done");
  await page.click("#again");
  await page.waitForSelector("#do-it");
  check((await page.textContent("#changes")).includes("Said before going back"), "now it is");
  const standing = () => JSON.parse(run("list", "--all", "--json")).map((todo) => `${todo.id} ${todo.status}`).sort().join("\n");
  const before = standing();
  await page.click("#do-it");
  await told(page, "Gone back");
  check(run("list", "--json").includes("Said before going back") === false, "it is done");
  await page.click("#undo");
  await told(page, "Taken back");
  check(standing() === before, `and undone as one:\n${before}\n\n${standing()}`);
});

await part("a stream that is lost is found again", async () => {
  await stop();
  await until("it is said", async () => (await is(page)) === "reconnecting");
  run("add", "Said while nobody listened");
  await start(new URL(base).host);
  await live(page);
  await until("what was missed", () => page.getByText("Said while nobody listened").count());
});

await part("without JavaScript", async () => {
  const { context, page } = await open({ javaScriptEnabled: false });
  await page.goto(base + "/ui/todos");
  await page.fill("#add-words", "Added without a script");
  await page.click("#add");
  check((await page.textContent("#told")).includes("Added: Added without a script"), await page.textContent("#told"));
  await page.locator("li", { hasText: "Added without a script" }).locator("button", { hasText: "Start" }).click();
  check((await page.textContent("#told")).includes("Started: Added without a script"), "started");
  await page.click("#undo");
  check((await page.textContent("#told")).includes("Taken back"), "undone");
  await page.goto(base + "/ui/conflicts");
  await page.locator("button", { hasText: "It is completed" }).first().click();
  check((await page.textContent("#main")).includes("No session disagrees"), "settled");
  await page.click("#undo");
  check((await page.locator("button", { hasText: "It is completed" }).count()) === 1, "open again");
  await page.goto(base + "/ui/rollback/" + then);
  await page.click("#do-it");
  check((await page.textContent("#told")).includes("Gone back"), "gone back");
  await page.click("#undo");
  check((await page.textContent("#told")).includes("Taken back"), "and undone");
  await page.click("#sign-out");
  check((await page.goto(base + "/ui")).status() === 401, "signed out");
  await context.close();
});

await part("another site cannot act", async () => {
  check(foreign.length === 0, foreign.join("\n"));
  await page.goto(base + "/ui/todos");
  const key = await page.getAttribute("#act input[name=key]", "value");
  const before = run("list", "--json");
  const fields = `<input name=key value=${key}><input name=do value=add><input name=words value=Foreign>`;
  const other = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<form id=f method=post action="${base}/ui/act">${fields}</form><script>f.submit()</script>`);
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  for (const host of ["127.0.0.1", "localhost"]) {
    const site = await context.newPage();
    const answered = site.waitForResponse((response) => response.url().endsWith("/ui/act"));
    await site.goto(`http://${host}:${other.address().port}/`).catch(() => {});
    check((await answered).status() === 403, `${host}: ${(await answered).status()}`);
    await site.close();
  }
  other.close();
  check(run("list", "--json") === before, "nothing was said");
  foreign.length = 0;
});

const attacks = ["<script>hacked=1</script>", "<img src=x onerror=hacked=1>", "\"><svg onload=hacked=1>", "' onfocus=hacked=1 autofocus x='", "javascript:hacked=1",
  "<iframe srcdoc='<script>parent.hacked=1</script>'>", "</title><script>hacked=1</script>", "</textarea><script>hacked=1</script>", "<base href=//evil.example>",
  "<meta http-equiv=refresh content='0;url=//evil.example'>", "<link rel=stylesheet href=//evil.example/x.css>", "<form action=//evil.example><button>x", "{{hacked=1}}", "${hacked=1}",
  "<style>*{display:none}</style>", "\u202Egnp.exe", "a\u200Bb\u200Bc", "<a href=//evil.example>x</a>", "<video src=//evil.example/v autoplay>", "<object data=//evil.example>",
  "<math><mtext></p><style><img src=x onerror=hacked=1>", "<!--<img src=\"--><img src=x onerror=hacked=1>\">", "&lt;script&gt;hacked=1&lt;/script&gt;", "\u2028hacked=1", "<body onload=hacked=1>"];
await part("50 hostile strings are words and nothing else", async () => {
  const strings = [...attacks, ...attacks.map((text) => `Todo ${text} in the middle`)];
  check(strings.length === 50, `${strings.length}`);
  const list = JSON.stringify(strings.map((content, at) => ({ content, status: ["pending", "in_progress", "completed"][at % 3], activeForm: content, priority: content, owner: content, description: content })));
  execFileSync(process.env.PROGRAM, ["--store", store, "import", "--session", "<script>hacked=1</script>", "--project", "<img src=x onerror=hacked=1>"], { input: list, stdio: ["pipe", "ignore", "ignore"] });
  const ids = JSON.parse(run("list", "--all", "--json")).filter((todo) => todo.content.includes("hacked")).map((todo) => todo.id);
  const searches = attacks.slice(0, 8).map((text) => "/ui/todos?status=all&q=" + encodeURIComponent(text));
  for (const path of [...all, ...searches, ...ids.slice(0, 12).map((id) => "/ui/todo/" + id)]) {
    await page.goto(base + path);
    const bad = await page.evaluate(() => [typeof hacked, document.querySelectorAll("main script, main img, main iframe, main style, main object, main video, main base, main [onfocus]").length]);
    check(bad[0] === "undefined" && bad[1] === 0, `${path}: ${bad}`);
  }
  await page.goto(base + "/ui/todos?status=all");
  check((await page.textContent("#main")).includes("<script>hacked=1</script>"), "they are shown as words");
  check(!/[\u202E\u200B\u2028]/.test(await page.textContent("#main")), "characters that nobody sees are not");
});

// So that what is said of agents that are started and of mirrors is looked at, too: one that is well, one that is not.
run("topics", "--pause");
for (const [name, ...where] of [["papers", "files", join(process.env.TMPDIR, "papers")], ["broken", "command", "echo '<img src=x onerror=hacked=1>' >&2; exit 1"]]) run("mirror", "add", name, ...where);
try {
  run("mirror", "sync");
} catch {} // One of them fails.
// One more that goes on until a file is there, to be caught while it does.
const go = join(process.env.TMPDIR, "go");
run("mirror", "add", "far", "command", `while [ ! -e ${go} ]; do sleep 0.05; done`);
await part("mirrors by keyboard, with a run that goes on, and without a script", async () => {
  await page.goto(base + "/ui/mirrors");
  await live(page);
  const standing = () => page.textContent("#is-far"), focused = () => page.evaluate(() => document.activeElement.id);
  await page.focus("#sync-far");
  await page.keyboard.press("Enter");
  await until("it is told", async () => (await page.textContent("#said")).startsWith("far: it is being brought up to date"));
  check((await standing()).startsWith("Being brought up to date, since"), await standing());
  check((await focused()) === "sync-far", `the focus is lost: ${await focused()}`);
  execFileSync("touch", [go]);
  await until("it is told that it is over", async () => (await standing()) === "Has everything");
  check((await focused()) === "sync-far", `the focus is lost: ${await focused()}`);
  await page.focus("#pause-far");
  await page.keyboard.press("Enter");
  await until("it is paused", async () => (await page.textContent("#pause-far")) === "Resume");
  check(JSON.parse(run("mirror", "list", "--json")).mirrors.find((one) => one.name === "far").paused, "the setting says so");
  const other = await open({ javaScriptEnabled: false });
  await other.page.goto(base + "/ui/mirrors");
  await other.page.click("#pause-far");
  check((await other.page.textContent("#said")).includes("is looked after"), await other.page.textContent("#said"));
  check(!JSON.parse(run("mirror", "list", "--json")).mirrors.find((one) => one.name === "far").paused, "the setting says so");
  await other.page.click("#sync-broken");
  check((await other.page.textContent("#said")).startsWith("Not done: broken: the command failed"), await other.page.textContent("#said"));
  await other.context.close();
});

await part("320 pixels, without scrolling sideways", async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  const [todo] = JSON.parse(run("list", "--json"));
  for (const path of [...all, "/ui/todo/" + todo.id]) {
    await page.goto(base + path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    check(width <= 320, `${path}: ${width}`);
    const small = await page.evaluate(() => [...document.querySelectorAll("button, nav a, select")].filter((one) => one.offsetHeight && one.offsetHeight < 44).map((one) => one.outerHTML));
    check(small.length === 0, `${path}: too small to touch: ${small[0]}`);
  }
});

await part("no barrier that axe finds, light, dark and in forced colours", async () => {
  const [todo] = JSON.parse(run("list", "--json"));
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { forcedColors: "active" }]) {
    const { context, page } = await open({ ...options, bypassCSP: true });
    for (const path of [...all, "/ui/todo/" + todo.id, "/ui/login", "/ui/todo/nothing"]) {
      await page.goto(base + path);
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => axe.run());
      const told = violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).slice(0, 2).join(" | ")}`);
      check(told.length === 0, `${path} ${JSON.stringify(options)}:\n${told.join("\n")}`);
    }
    await context.close();
  }
});

await part("nothing was asked of anybody else, and no script failed", async () => check(foreign.length === 0, foreign.join("\n")));
await browser.close();
process.exit(0);
