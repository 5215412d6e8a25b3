// A half-screen sheet is a part of the page that opens by its address (#save) or by the class "open".
// This script only adds what a dialog owes to keyboard and screen reader: focus, Escape, the page behind at rest.
"use strict";

const sheet = document.querySelector(".sheet");

function settle() {
  const open = sheet.classList.contains("open") || location.hash === `#${sheet.id}`;
  const page = document.querySelector(".page");
  page.inert = open;
  if (open) {
    sheet.setAttribute("aria-modal", "true");
    (sheet.querySelector("[aria-invalid]") ?? sheet.querySelector("input:not([type=hidden])") ?? sheet).focus();
  } else {
    sheet.removeAttribute("aria-modal");
    page.querySelector(`[href="#${sheet.id}"]`)?.focus();
  }
}

if (sheet) {
  addEventListener("hashchange", settle);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && sheet.hasAttribute("aria-modal")) sheet.querySelector("[data-closes]")?.click();
  });
  const opened = sheet.classList.contains("open") || location.hash === `#${sheet.id}`;
  if (opened) settle();
}

// The error summary is the first thing read after a refusal.
document.querySelector(".errors")?.focus();
