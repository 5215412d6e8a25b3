// A page that waits for an answer reads itself again, but not under the hands of somebody who stands at one of its controls.
// Without scripts the page does so by its <noscript>; see the macro `again`.
"use strict";

const { seconds, place } = document.currentScript.dataset;

setInterval(() => {
  const { activeElement: one, body } = document;
  if (!one || one === body) location.replace(place);
}, seconds * 1000);
