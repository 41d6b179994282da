/** The list of imports: what became of each, and a way back. */

import { element } from "../editor/elements.js";
import { sender, wrong } from "./sending.js";
import { addresses, badge, careful, number, page, say, time, words } from "./telling.js";

const desk = document.getElementById("desk");
const place = document.getElementById("imports");
const desk_ = sender(desk, words);
desk.hidden = false;

/** Added and removed triples, or the number of errors. */
function counts(job) {
  const preview = job.preview;
  if (!preview) return "";
  if (job.state === "refused") return element("span", { className: "removed" }, say("faults", { number: number(preview.counts.violation) }));
  const diff = preview.diff ?? preview;
  return element("span", {},
    element("span", { className: "added" }, `+${number(diff.added)}`), " ",
    element("span", { className: "removed" }, `−${number(diff.removed)}`));
}

function row(job) {
  const what = element("td", {});
  const more = element("td", {});
  const names = job.files.map((file) => file.name).join(", ");
  what.append(badge(job.state));
  if (job.dryRun) what.append(" ", element("span", { className: "note" }, words.dryRun));
  if (job.links.revert) more.append(careful(words.revert, words.really, () => revert(job, more)));
  return element("tr", {},
    element("th", { scope: "row" }, element("a", { href: page(`${addresses.imports}/${job.id}`) }, job.source), element("span", { className: "note" }, names)),
    element("td", {}, time(job.created), element("span", { className: "note" }, say("who", { who: job.who }))),
    what,
    element("td", { className: "value" }, counts(job)),
    more);
}

async function revert(job, cell) {
  const answer = await desk_.send(job.links.revert, { method: "POST" });
  const told = await answer.json();
  if (answer.ok) load();
  else cell.append(wrong(told));
}

async function load(number_ = 1) {
  try {
    const answer = await desk_.send(`${addresses.imports}?page=${number_}`);
    const told = await answer.json();
    if (!answer.ok) {
      place.replaceChildren(wrong(told));
      return;
    }
    if (!told.total) {
      place.replaceChildren(element("p", { className: "empty" }, words.empty));
      return;
    }
    const head = ["source", "when", "state", "triples"].map((name, at) => element("th", { scope: "col", className: at === 3 ? "value" : "" }, words[name]));
    const table = element("table", { className: "imports" },
      element("thead", {}, element("tr", {}, ...head, element("td", {}))),
      element("tbody", {}, ...told.imports.map(row)));
    place.replaceChildren(element("div", { className: "wide" }, table));
    if (told.pages > 1) place.append(pages(told));
  } catch (error) {
    place.replaceChildren(wrong(error));
  }
}

function pages({ page: at, pages: last }) {
  const go = (to, text) => {
    const made = element("button", { type: "button", className: "plain" }, text);
    made.addEventListener("click", () => load(to));
    return made;
  };
  const bar = element("nav", { className: "pages" });
  if (at > 1) bar.append(go(at - 1, "←"));
  bar.append(element("span", {}, `${at} / ${last}`));
  if (at < last) bar.append(go(at + 1, "→"));
  return bar;
}

load();
