/** What an import would change: names found in the graph, numbers by graph, the first triples. */

import { element } from "../editor/elements.js";
import { wrong } from "./sending.js";
import { addresses, button, number, page, save, say, short, told, words } from "./telling.js";

const SHOWN = 40;
const TERM = /<([^>]*)>|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[\w-]+)?|_:\S+/g;

/** Records that are, or may be, things of the graph: with score and reasons. */
export function showLinks(room, job) {
  const links = job.preview.links ?? [];
  room.replaceChildren();
  if (!links.length) return;
  const list = element("ul", { className: "linked" });
  for (const link of [...links].sort((a, b) => a.status.localeCompare(b.status) || b.score - a.score).slice(0, SHOWN)) list.append(item(link));
  room.append(element("h2", {}, words.links), list);
  if (links.length > SHOWN) room.append(element("p", { className: "more" }, say("from", { shown: SHOWN, total: number(links.length) })));
  const waiting = new Set(links.filter((link) => link.status === "open").map((link) => link.candidate)).size;
  if (waiting) room.append(element("p", {}, `${say("pending", { number: number(waiting) })} `, element("a", { href: addresses.review }, words.review)));
}

function item(link) {
  const sure = link.status === "linked" || link.status === "accepted";
  const target = link.target
    ? element("a", { href: page(`${addresses.doc}/${encodeURI(link.target)}`) }, link.targetLabel || link.target)
    : element("span", { className: "note" }, words.unknown);
  const made = element("li", {}, element("strong", {}, link.label), ` ${sure ? words.linked : words.doubtful} `, target);
  if (link.target) made.append(" ", element("data", { value: String(link.score) }, link.score.toFixed(2)));
  const why = link.why[told.language] || Object.values(link.why)[0];
  if (why) made.append(element("span", { className: "note" }, why));
  return made;
}

/** The difference: numbers, things, and the first triples of both sides. */
export async function showDifference(room, send, job) {
  const answer = await send(job.links.diff);
  const diff = await answer.json();
  if (!answer.ok) {
    room.replaceChildren(wrong(diff));
    return;
  }
  const graphs = element("table", { className: "graphs" },
    element("thead", {}, element("tr", {}, ...[words.graph, words.add, words.take].map((text, at) => element("th", { scope: "col", className: at ? "value" : "" }, text)))),
    element("tbody", {}, ...Object.entries(diff.graphs).map(([iri, sides]) => element("tr", {},
      element("th", { scope: "row" }, meaning(iri), element("code", { className: "note" }, short(iri))),
      element("td", { className: "value added" }, sides.added ? `+${number(sides.added)}` : ""),
      element("td", { className: "value removed" }, sides.removed ? `−${number(sides.removed)}` : "")))));
  room.replaceChildren(element("h2", {}, words.changes), element("p", {}, say("things", { number: number(diff.thingsTotal) })));
  if (!diff.added && !diff.removed) {
    room.append(element("p", {}, words.nothing));
    return;
  }
  room.append(element("div", { className: "wide" }, graphs));
  const lines = [...diff.first.removed.map((line) => ["−", line]), ...diff.first.added.map((line) => ["+", line])];
  const text = element("pre", { className: "patch" }, ...lines.map(([sign, line]) =>
    element("span", { className: sign === "+" ? "added" : "removed" }, `${sign} ${readable(line)}\n`)));
  text.tabIndex = 0;
  room.append(text);
  const save_ = button(words.patch, async () => {
    const patch = await send(`${job.links.diff}?format=rdfp`);
    if (patch.ok) await save(patch, `${job.source}.rdfp`);
  }, { className: "link" });
  room.append(element("p", { className: "formats" }, `${say("first", { shown: number(lines.length), total: number(diff.added + diff.removed) })} `, save_));
}

/** What is in a graph, where its name says it. */
function meaning(iri) {
  const end = short(iri).replace(/^g:/, "").split("/")[0];
  return told.graphs[end] ? `${told.graphs[end]} ` : "";
}

/** A line of N-Quads with short names; the graph, which is the same in nearly all, is left out. */
function readable(line) {
  const terms = line.match(TERM) ?? [line];
  return terms.slice(0, 3).map((term) => (term.startsWith("<") ? short(term.slice(1, -1)) : term.replace(/\^\^<([^>]*)>$/, (_, iri) => `^^${short(iri)}`))).join(" ");
}
