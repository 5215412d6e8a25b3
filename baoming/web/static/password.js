// 显示/隐藏 beside a password box. Without this script the button stays hidden and the box works.
"use strict";

for (const button of document.querySelectorAll("button[data-shows]")) {
  const box = document.getElementById(button.dataset.shows);
  if (!box) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = box.type === "password";
    box.type = show ? "text" : "password";
    button.firstChild.data = show ? "隐藏" : "显示";
    box.focus();
  });
  // A shown password is hidden again before it leaves: browsers keep what was typed into plain text boxes.
  box.form?.addEventListener("submit", () => { box.type = "password"; });
}
