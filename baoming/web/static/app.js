// The portal as an app: its service worker, what is said while there is no network, the large letters without one.
"use strict";

// The one address a worker of ours may come from; the page's policy lets no other policy be made.
const workers = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => "/worker.js" });
const bar = document.getElementById("offline");
const { body } = document;

addEventListener("load", () => {
  navigator.serviceWorker?.register(workers ? workers.createScriptURL("") : "/worker.js").catch(() => {});
});

function said() {
  if (bar) bar.textContent = navigator.onLine ? "" : bar.dataset.says;
}

// What was typed stays on its page until it can arrive.
document.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  said();
  bar?.focus();
});
addEventListener("offline", said);
addEventListener("online", said);
said();

// A kept page is a stranger's: whether the letters are large is known to this browser alone.
const LARGE = "large";
try {
  if ("kept" in body.dataset) {
    if (localStorage.getItem(LARGE)) body.dataset.weuiMode = "care";
  } else if (body.dataset.weuiMode) localStorage.setItem(LARGE, "1");
  else localStorage.removeItem(LARGE);
} catch { /* a browser that keeps nothing shows the usual letters */ }

// Chrome's own question comes when the button is pressed, never by itself.
const button = document.getElementById("install");
if (button) addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  button.hidden = false;
  button.onclick = () => event.prompt();
});
