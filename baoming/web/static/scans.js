// Signed pages: what is too much for one sending goes in several, a few files at a time. Without script it is chosen so by hand.
"use strict";

const MOST = 11 * 1024 * 1024; // bytes; the portal takes 12 MB, the form's own words among them
const MOST_FILES = 30; // of one sending

function parts(files) {
  const found = [];
  let size = MOST;
  for (const file of files) {
    if (size + file.size > MOST || found.at(-1).length === MOST_FILES) {
      found.push([]);
      size = 0;
    }
    found.at(-1).push(file);
    size += file.size;
  }
  return found;
}

async function sendInParts(form, box, files) {
  const said = form.querySelector("[role=status]");
  let sent = 0;
  for (const part of parts(files)) {
    said.textContent = `正在上传，已传${sent}个，共${files.length}个，请不要离开这一页`;
    const body = new FormData(form);
    body.delete(box.name);
    part.forEach((file) => body.append(box.name, file));
    body.set("key", crypto.randomUUID());
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error("refused");
    sent += part.length;
  }
  window.location.assign(form.action);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-in-parts]");
  const box = form?.querySelector("[type=file]");
  const files = [...(box?.files ?? [])];
  if (files.length < 2 || parts(files).length === 1) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  sendInParts(form, box, files).catch(() => {
    form.querySelector("[role=status]").textContent = "没有传完。传过的在左边的名单里，其余的请重新选择，一个一个上传，看原因";
    button.disabled = false;
  });
});
