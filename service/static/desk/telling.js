/** What the pages of importing share: words, times, numbers, and where a finding is. */

import { element, fill } from "../editor/elements.js";

export const told = JSON.parse(document.getElementById("island").textContent);
export const { words, states, severities, stages, addresses } = told;

/** A sentence of the page with its gaps filled. */
export const say = (name, values = {}) => fill(words[name], values);

export const number = (value) => Number(value ?? 0).toLocaleString(told.language);

/** A time as an element that keeps it for programs. */
export const time = (iso) =>
  element("time", { dateTime: iso }, new Date(iso).toLocaleString(told.language, { dateStyle: "medium", timeStyle: "short" }));

/** An address of a page in the languages that this page was asked for. */
export const page = (path) => (addresses.reader ? `${path}${path.includes("?") ? "&" : "?"}${addresses.reader}` : path);

export const badge = (state) => element("span", { className: `badge ${state}` }, states[state] ?? state);

/** A button; what it does may fail, and what went wrong is shown by `trouble`. */
export function button(text, act, { plain = true, className = "" } = {}) {
  const made = element("button", { type: "button", className: `${plain ? "plain" : ""} ${className}`.trim() }, text);
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act(made);
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/** A button that asks once more before it does what cannot be done twice. */
export function careful(text, question, act) {
  let sure = false;
  return button(text, async (made) => {
    if (sure) return act(made);
    sure = true;
    made.textContent = question;
    made.classList.add("sure");
    return null;
  }, { className: "careful" });
}

/** File, sheet, row and column of a finding, in words. */
export function place(finding) {
  const parts = [];
  if (finding.file) parts.push(finding.file);
  for (const name of ["sheet", "line", "row", "column"]) {
    if (finding[name]) parts.push(say(name, { [name]: finding[name] }));
  }
  return parts;
}

/** A file that the reader gets, from an answer that needed a token. */
export async function save(answer, name) {
  const address = URL.createObjectURL(await answer.blob());
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** An IRI as people read it: with its prefix, or its end. */
export function short(iri) {
  let best = null;
  for (const [prefix, start] of Object.entries(told.prefixes)) {
    if (iri.startsWith(start) && iri.length > start.length && (!best || start.length > best.length)) best = { prefix, length: start.length };
  }
  return best ? `${best.prefix}:${iri.slice(best.length)}` : iri;
}
