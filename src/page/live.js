// Keeps a page up to date while somebody looks at it. One stream of events for all tabs of a browser: whoever has the
// lock listens, and tells the others. Nothing is shown that the server did not send as a page.
"use strict";
(() => {
  const at = (id, page = document) => page.getElementById(id), [code, live] = [at("code"), at("live")];
  if (code && location.hash.length > 1) {
    // A link that opens the pages once: what is in it leaves the browser by this form only.
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    return at("login").submit();
  }
  if (!live || !window.EventSource || !window.BroadcastChannel) return;
  const tabs = new BroadcastChannel("chittysync");
  let last = live.dataset.at, state = "", changes = 0, stale = false, busy = false, source = null;

  // What is the same stays: so do focus, what is half typed, and where one looks.
  const morph = (old, next) => {
    if (old.isEqualNode(next)) return;
    if (old.nodeName !== next.nodeName) return old.replaceWith(next);
    if (old.nodeType !== 1) return void (old.nodeValue = next.nodeValue);
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    let here = old.firstChild;
    for (const fresh of [...next.childNodes]) {
      const same = fresh.id ? known.get(fresh.id) : here && !here.id && here.nodeName === fresh.nodeName && here;
      if (same !== here || !same) old.insertBefore(same || fresh, here);
      else here = here.nextSibling;
      if (same) morph(same, fresh);
    }
    while (here) [here] = [here.nextSibling, here.remove()];
  };
  const put = (text, ...ids) => {
    const page = new DOMParser().parseFromString(text, "text/html"), focus = document.activeElement;
    const { id } = focus, near = focus.getAttribute("aria-describedby");
    document.title = page.title;
    for (const part of ids) morph(at(part), at(part, page));
    if (id && document.activeElement.id !== id) (at(id) || at(near) || at("main")).focus({ preventScroll: true });
    last = at("live", page).dataset.at;
  };
  const refresh = async () => {
    stale = true;
    if (busy || document.hidden || document.querySelector("main :active")) return;
    busy = true;
    try {
      while (stale) {
        stale = false;
        const answer = await fetch(location.href.split("#")[0], { cache: "no-store" });
        if (answer.status === 401) return void location.reload();
        put(await answer.text(), "nav", "main");
      }
      if (changes) at("news").textContent = changes + (changes === 1 ? " change" : " changes");
      changes = 0;
    } catch {
      stale = true;
      setTimeout(refresh, 2000);
    }
    busy = false;
  };
  // An act is a form like any other; sent from here, the page stays where it is.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/ui/act") return;
    event.preventDefault();
    try {
      const sent = { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) };
      const answer = await fetch("/ui/act", sent);
      if (!answer.ok) return void location.reload();
      if (new URL(answer.url).pathname !== location.pathname) return void location.assign(answer.url);
      put(await answer.text(), "nav", "main", "told");
      form.reset();
    } catch {
      at("told").textContent = "Not done: the hub does not answer.";
    }
  });
  const hear = ({ data }) => {
    if (data.ask && source) tabs.postMessage({ is: state });
    if (data.is) {
      if (state && state !== data.is && data.is === "live") refresh();
      live.dataset.is = state = data.is;
      live.textContent = state === "live" ? state : state + "…";
    }
    if (data.at && data.at !== last) changes++, refresh();
  };
  const tell = (data) => (tabs.postMessage(data), hear({ data }));
  const listen = () => {
    source = new EventSource("/ui/events?since=" + last);
    source.onopen = () => tell({ is: "live" });
    source.onerror = () => {
      tell({ is: "reconnecting" });
      if (source.readyState === 2) setTimeout(() => (refresh(), listen()), 2000);
    };
    for (const kind of ["consolidated", "reset"]) source.addEventListener(kind, (event) => tell({ at: event.lastEventId || "?" }));
  };
  tabs.onmessage = hear;
  for (const kind of ["visibilitychange", "pointerup"]) document.addEventListener(kind, () => setTimeout(() => stale && refresh(), 50));
  if (navigator.locks) navigator.locks.request("chittysync", () => new Promise(listen));
  else listen(); // Without locks each tab listens for itself.
  tabs.postMessage({ ask: 1 });
})();
