// Keys of the office: the key printed on a button (data-key) presses it; "/" goes to the find box.
// 读卡: a button with data-reader asks the reader agent of this computer and hands its JSON to the form.
"use strict";

const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;  // the page beneath is locked
  // One-letter keys belong to the text being typed; Enter to the control that has the focus.
  if (event.key.length === 1 && typing(event.target)) return;
  if (event.key === "Enter" && event.target.closest("a, button, input, select, textarea")) return;
  const place = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!place || place.disabled) return;
  event.preventDefault();
  if (place.matches("input[type=text], input[type=search]")) place.focus();
  else place.click();
});

async function readCard(button) {
  const form = button.form;
  const said = document.getElementById(button.dataset.said);
  said.textContent = "正在读卡，请把身份证平放在读卡器上";
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.reader, { headers: { Accept: "application/json" }, credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    form.elements[button.dataset.into].value = JSON.stringify(await answer.json());
    form.requestSubmit();
  } catch {
    said.textContent = "没有读到证件。请检查读卡器是否接好、证件是否放正，再按一次读卡；读不出时可以手工录入";
    button.disabled = false;
    button.focus();
  }
}

for (const button of document.querySelectorAll("button[data-reader]")) {
  button.hidden = false;
  button.addEventListener("click", () => readCard(button));
}

// A print opens in its own window; back here, the page shows what it has changed.
let printing = false;
document.addEventListener("submit", (event) => {
  if (event.target.target !== "_blank") return;
  printing = true;
  setTimeout(refresh, 2500);  // a PDF that is saved, not shown, opens no window to come back from
});
addEventListener("focus", refresh);

function refresh() {
  if (printing) location.replace(location.href);
}
