// Keeps a page up to date while somebody looks at it, and presses by keys what stands on it. One stream of events for all
// tabs of a browser: whoever has the lock listens, and tells the others. Nothing is shown that the server did not send.
"use strict";
(() => {
  const at = (id, page = document) => page.getElementById(id), [code, live, keys] = ["code", "live", "keys-on"].map((id) => at(id));
  // A link that opens the pages once: what is in it leaves the browser by this form only.
  const open = () => ((code.value = location.hash.slice(1)), history.replaceState(null, "", location.pathname), at("login").submit());
  if (code && location.hash.length > 1) return open();
  if (!at("nav")) return; // Nobody is known here, or there is nothing.
  const [row, first] = [() => document.activeElement.closest("main .rows > li"), (one) => one && one.querySelector("a, button")];
  const rows = () => [...document.querySelectorAll("main .rows > li")].filter((one) => one.offsetHeight && first(one));
  let begun = "", pressed = 0;
  const came = /^\/ui(?!\/login)/.test(document.referrer.replace(location.origin, ""));
  const back = () => (came ? history.back() : at("nav").querySelector("[aria-current]").click());
  const press = (event) => {
    const { key, target, timeStamp } = event, [here, all] = [row(), rows()];
    if (localStorage.getItem("keys") === "off" || event.ctrlKey || event.altKey || event.metaKey || (key.length > 1 && key !== "Escape")) return;
    if (target.closest("input:not([type=checkbox]), textarea, select")) return;
    const is = timeStamp - pressed < 3000 ? begun + key : key, named = `[data-key~="${CSS.escape(is)}"]`;
    [begun, pressed] = [is === "g" || is === "r" ? is : "", timeStamp];
    if (key === "Escape") return back();
    const next = first(all[all.indexOf(here) + { j: 1, k: -1 }[is]]), of = (one) => one && one.querySelector(is === "r" ? "[data-key^=r]" : named);
    const found = next || of(here) || [...document.querySelectorAll(named)].find((one) => !one.closest("main .rows"));
    if (!found) return;
    event.preventDefault();
    found.focus();
    if (!next && is !== "r" && found.type !== "search") found.click();
  };
  if (keys) [keys.checked, keys.onchange] = [localStorage.getItem("keys") !== "off", () => localStorage.setItem("keys", keys.checked ? "on" : "off")];
  document.addEventListener("keydown", press);
  if (!live || !window.EventSource || !window.BroadcastChannel) return;
  const tabs = new BroadcastChannel("chittysync");
  let last = live.dataset.at, state = "", changes = 0, stale = false, busy = false, source = null, timer = 0;
  // What is the same stays: so do focus, what is half typed, and where one looks.
  const morph = (old, next) => {
    if (old.isEqualNode(next)) return;
    if (old.nodeName !== next.nodeName) return old.replaceWith(next);
    if (old.nodeType !== 1) return void (old.nodeValue = next.nodeValue);
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    let here = old.firstChild, known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    for (const fresh of [...next.childNodes]) {
      const same = fresh.id ? known.get(fresh.id) : here && !here.id && here.nodeName === fresh.nodeName && here;
      here = same && same === here ? here.nextSibling : (old.insertBefore(same || fresh, here), here);
      if (same) morph(same, fresh);
    }
    while (here) [here] = [here.nextSibling, here.remove()];
  };
  const put = (text, ...ids) => {
    const page = new DOMParser().parseFromString(text, "text/html"), focus = document.activeElement, place = rows().indexOf(row());
    const { id } = focus, near = focus.getAttribute("aria-describedby");
    document.title = page.title;
    for (const part of ids) morph(at(part), at(part, page));
    if (id && document.activeElement.id !== id) (at(id) || at(near) || first(rows()[place]) || at("main")).focus({ preventScroll: true });
    [last] = [at("live", page).dataset.at, soon()];
  };
  const ask = (...what) => fetch(...what).then(async (answer) => [answer, await answer.text()]).catch(() => []);
  const soon = () => (clearTimeout(timer), (timer = document.querySelector("[data-soon]") && setTimeout(refresh, 1000))); // It goes on, and moves no branch.
  const refresh = async () => {
    stale = true;
    if (busy || document.hidden || document.querySelector("main :active")) return;
    [busy, stale] = [true, false];
    const [answer, text] = await ask(location.href.split("#")[0], { cache: "no-store" });
    busy = false;
    if (answer && answer.status === 401) return void location.reload();
    if (!answer || !answer.ok) return void setTimeout(refresh, 2000);
    put(text, "nav", "main");
    if (changes) at("news").textContent = changes + (changes === 1 ? " change" : " changes");
    changes = 0;
    if (stale) refresh();
  };
  // An act is a form like any other; sent from here, the page stays where it is.
  document.addEventListener("submit", async (event) => {
    if (event.target.getAttribute("action") !== "/ui/act") return;
    event.preventDefault();
    const [answer, text] = await ask("/ui/act", { method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter)) });
    if (!answer) return void (at("told").textContent = "Not done: the hub does not answer.");
    if (!answer.ok) return void location.reload();
    if (new URL(answer.url).pathname !== location.pathname) return void location.assign(answer.url);
    put(text, "nav", "main", "told");
    event.target.reset();
  });
  const hear = ({ data }) => {
    if (data.ask && source) tabs.postMessage({ is: state });
    if (data.is === "live" && state && state !== data.is) refresh();
    if (data.is) [live.dataset.is, live.textContent] = [(state = data.is), state === "live" ? state : state + "…"];
    if (data.at && data.at !== last) changes++, refresh();
  };
  const tell = (data) => (tabs.postMessage(data), hear({ data }));
  const listen = () => {
    source = new EventSource("/ui/events?since=" + last);
    source.onopen = () => tell({ is: "live" });
    source.onerror = () => (tell({ is: "reconnecting" }), source.readyState === 2 && setTimeout(() => (refresh(), listen()), 2000));
    for (const kind of ["consolidated", "reset"]) source.addEventListener(kind, (event) => tell({ at: event.lastEventId || "?" }));
  };
  tabs.onmessage = hear;
  for (const kind of ["visibilitychange", "pointerup"]) document.addEventListener(kind, () => setTimeout(() => stale && refresh(), 50));
  navigator.locks ? navigator.locks.request("chittysync", () => new Promise(listen)) : listen(); // Without locks, each tab listens.
  tabs.postMessage({ ask: 1 }), soon();
})();
