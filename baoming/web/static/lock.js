// 锁定: covers the page of a desk that is left. What was typed stays beneath until its operator's PIN is given.
// The server locks the desk by itself (web/sessions.py); this hides what the screen shows, and keeps it.
"use strict";

const cover = document.getElementById("lock");
const asked = cover.querySelector("form");
const said = document.getElementById("lock-said");
const longest = Number(cover.dataset.after) * 1000;  // milliseconds without a touch
const TOUCHED = "desk-touched", LOCKED = "desk-locked";  // kept for the other pages of this browser: times, nothing else
let locked = false;

const kept = (key) => Number(localStorage.getItem(key)) || 0;
const sent = () => ({ method: "POST", body: new URLSearchParams(new FormData(asked)), redirect: "manual" });

function hide() {
  locked = true;
  if (!cover.open) cover.showModal();
}

function show() {
  locked = false;
  cover.close();
  said.textContent = "";
}

async function lock() {
  if (locked) return;
  hide();
  localStorage.setItem(LOCKED, String(Date.now()));
  await fetch(cover.dataset.lock, sent()).catch(() => {});  // without a network the page is hidden all the same
}

async function open(event) {
  event.preventDefault();
  const answer = await fetch(asked.action, sent()).catch(() => null);
  asked.elements.pin.value = "";
  asked.elements.pin.focus();
  if (answer === null) said.textContent = "网络不通，没有解锁。请接好网络再试";
  else if (answer.status === 422) said.textContent = "不对，请再填一次。连续填错5次就要重新登录";
  else if (answer.status !== 204) location.assign(asked.action);  // the server says what is the matter
  else {
    localStorage.setItem(TOUCHED, String(Date.now()));
    localStorage.removeItem(LOCKED);
    show();
  }
}

asked.addEventListener("submit", open);
cover.addEventListener("close", () => locked && hide());  // Esc pressed twice closes any dialog
for (const button of document.querySelectorAll("button[data-lock]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    lock();
  });
}
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => locked || localStorage.setItem(TOUCHED, String(Date.now())), { capture: true, passive: true });
}
addEventListener("storage", ({ key, newValue }) => key === LOCKED && (newValue ? hide() : show()));
// A page that reads itself again (web/sessions.py) is touched by nobody.
if (!kept(TOUCHED) || !new URLSearchParams(location.search).has("itself")) localStorage.setItem(TOUCHED, String(Date.now()));
localStorage.removeItem(LOCKED);  // the server has just shown this page: the desk is open
setInterval(() => Date.now() - kept(TOUCHED) >= longest && lock(), 5000);
