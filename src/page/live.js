// Keeps a page up to date while somebody looks at it. One stream of events for all tabs of a browser: whoever has the
// lock listens, and tells the others. Nothing is shown that the server did not send as a page.
"use strict";
(() => {
  const code = document.getElementById("code");
  if (code && location.hash.length > 1) {
    // A link that opens the pages once: the code never leaves the browser but by this form.
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    document.getElementById("login").submit();
    return;
  }
  const live = document.getElementById("live"), news = document.getElementById("news");
  if (!live || !window.EventSource || !window.BroadcastChannel) return;
  const tabs = new BroadcastChannel("chittysync");
  let last = live.dataset.at, state = "", changes = 0, stale = false, busy = false, source = null;

  const show = (word) => {
    state = word;
    live.dataset.is = word;
    live.textContent = word === "live" ? "live" : word + "…";
  };
  // What is the same stays: so do focus, what is half typed, and what is open.
  const morph = (old, next) => {
    if (old.isEqualNode(next)) return;
    if (old.nodeName !== next.nodeName) return old.replaceWith(next);
    if (old.nodeType !== 1) return void (old.nodeValue = next.nodeValue);
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    let at = old.firstChild;
    for (const fresh of [...next.childNodes]) {
      const same = fresh.id ? known.get(fresh.id) : at && !at.id && at.nodeName === fresh.nodeName ? at : null;
      if (!same) old.insertBefore(fresh, at);
      else if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      if (same) morph(same, fresh);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
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
        if (!answer.ok) throw new Error(answer.status);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const focus = document.activeElement && document.activeElement.id;
        document.title = page.title;
        for (const id of ["nav", "main"]) morph(document.getElementById(id), page.getElementById(id));
        if (focus && document.activeElement.id !== focus) {
          (document.getElementById(focus) || document.getElementById("main")).focus({ preventScroll: true });
        }
        last = page.getElementById("live").dataset.at;
      }
      if (changes) news.textContent = changes === 1 ? "1 change" : changes + " changes";
      changes = 0;
    } catch {
      stale = true;
      setTimeout(refresh, 2000);
    }
    busy = false;
  };
  const hear = ({ data }) => {
    if (data.ask && source) tabs.postMessage({ is: state });
    if (data.is) {
      const back = state && state !== data.is && data.is === "live";
      show(data.is);
      if (back) refresh();
    }
    if (data.at && data.at !== last) changes++, refresh();
  };
  const tell = (data) => (tabs.postMessage(data), hear({ data }));
  const listen = () => {
    source = new EventSource("/ui/events?since=" + last);
    source.onopen = () => tell({ is: "live" });
    source.onerror = () => {
      tell({ is: "reconnecting" });
      if (source.readyState === 2) setTimeout(() => source && (refresh(), listen()), 2000);
    };
    for (const kind of ["consolidated", "reset"]) source.addEventListener(kind, (event) => tell({ at: event.lastEventId || "?" }));
  };
  tabs.onmessage = hear;
  document.addEventListener("visibilitychange", () => document.hidden || (stale && refresh()));
  document.addEventListener("pointerup", () => setTimeout(() => stale && refresh(), 50));
  if (navigator.locks) navigator.locks.request("chittysync", () => new Promise(listen));
  else listen(); // Without locks each tab listens for itself.
  tabs.postMessage({ ask: 1 });
})();
