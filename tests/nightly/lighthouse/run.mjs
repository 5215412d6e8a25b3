// Lighthouse before pages of a browser that is open already. Told on stdin: { port, out, throttling, pages: [{ name, url, warm }] };
// says one line of JSON a page and leaves its report in `out`.
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import lighthouse from "lighthouse";

const { port, out, throttling, pages } = JSON.parse(await text(process.stdin));
const AUDITS = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "total-byte-weight", "network-requests"];

// Now and then the browser's trace has no beginning (NO_NAVSTART), and nothing was measured: the page is opened again.
async function measured(url, settings, tries = 3) {
  const found = await lighthouse(url, settings);
  const read = AUDITS.every((audit) => !found.lhr.audits[audit]?.errorMessage);
  return read || tries === 1 ? found : measured(url, settings, tries - 1);
}

for (const { name, url, warm } of pages) {
  const { lhr, report } = await measured(url, {
    port, output: "html", logLevel: "error", onlyAudits: AUDITS, formFactor: "mobile",
    screenEmulation: { mobile: true, width: 390, height: 844, deviceScaleFactor: 2 },
    throttlingMethod: "devtools", throttling,
    disableStorageReset: warm,  // what was kept by the pages before is there, as it is for the person
    maxWaitForLoad: 30_000,
  });
  if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  const value = (audit) => lhr.audits[audit].numericValue;
  writeFileSync(`${out}/${name}.html`, report);
  console.log(JSON.stringify({
    name, landed: lhr.finalDisplayedUrl, first: value("first-contentful-paint"), largest: value("largest-contentful-paint"),
    blocked: value("total-blocking-time"), bytes: value("total-byte-weight"),
  }));
}
