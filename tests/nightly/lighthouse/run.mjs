// Lighthouse before pages of a browser that is open already. Told on stdin: { port, out, throttling, pages: [{ name, url, warm }] };
// says one line of JSON a page and leaves its report in `out`.
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import lighthouse from "lighthouse";

const { port, out, throttling, pages } = JSON.parse(await text(process.stdin));
const AUDITS = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "total-byte-weight", "network-requests"];

for (const { name, url, warm } of pages) {
  const { lhr, report } = await lighthouse(url, {
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
