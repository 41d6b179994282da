/** The report of an import: every finding with its place, the gravest first, to filter and to keep. */

import { element } from "../editor/elements.js";
import { wrong } from "./sending.js";
import { button, number, place, save, say, severities, told, words } from "./telling.js";

const SHOWN = 100;
const FORMS = [["csv", "CSV"], ["json", "JSON"], ["ttl", "SHACL (Turtle)"], ["txt", null]];

/**
 * Show the report.
 *
 * @param room Where.
 * @param send Sends requests with the token.
 * @param job The import.
 */
export async function showReport(room, send, job) {
  const answer = await send(job.links.report);
  const report = await answer.json();
  if (!answer.ok) {
    room.replaceChildren(wrong(report));
    return;
  }
  const body = element("tbody", {});
  const more = element("p", { className: "more" });
  let severity = "";
  let shown = SHOWN;

  const draw = () => {
    const fitting = report.findings.filter((finding) => !severity || finding.severity === severity);
    body.replaceChildren(...fitting.slice(0, shown).map(row));
    more.replaceChildren();
    if (fitting.length > shown) {
      more.append(`${say("from", { shown: number(shown), total: number(fitting.length) })} `, button(words.more, () => {
        shown += SHOWN;
        draw();
      }));
    }
  };

  room.replaceChildren(element("h2", {}, words.findings));
  if (!report.findings.length) {
    room.append(element("p", { className: "good" }, words.none));
    return;
  }
  room.append(filters(report, (chosen) => {
    severity = chosen;
    shown = SHOWN;
    draw();
  }));
  const head = element("tr", {}, ...["where", "value", "what"].map((name) => element("th", { scope: "col" }, words[name])));
  room.append(
    element("div", { className: "wide" }, element("table", { className: "findings" }, element("thead", {}, head), body)),
    more, downloads(send, job));
  draw();
}

/** Buttons that choose a severity; each tells how many there are. */
function filters(report, choose) {
  const bar = element("p", { className: "filters" });
  bar.setAttribute("role", "group");
  const every = [["", words.all, report.findings.length], ...told.order.severities.map((name) => [name, severities[name], report.counts[name]])];
  for (const [name, text, count] of every.filter(([name, , count]) => !name || count)) {
    const one = element("button", { type: "button", className: `plain ${name}` }, text, " ", element("span", { className: "count" }, number(count)));
    one.setAttribute("aria-pressed", String(!name));
    one.addEventListener("click", () => {
      bar.querySelectorAll("button").forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
      choose(name);
    });
    bar.append(one);
  }
  return bar;
}

function row(finding) {
  const [first, ...rest] = place(finding);
  const where = element("th", { scope: "row" }, element("span", { className: `severity ${finding.severity}` }, severities[finding.severity]));
  if (first) where.append(" ", element("strong", {}, rest.length ? rest.join(told.language === "zh" ? "，" : ", ") : first));
  if (rest.length) where.append(element("span", { className: "note" }, first));
  if (!first && finding.focus) where.append(" ", element("code", {}, finding.focus));
  const value = element("td", {});
  if (finding.value !== null && finding.value !== undefined) value.append(element("code", {}, finding.value));
  const said = finding.messages[told.language] ?? Object.values(finding.messages)[0] ?? "";
  return element("tr", {}, where, value, element("td", {}, said));
}

function downloads(send, job) {
  const line = element("p", { className: "formats" }, `${words.download} `);
  FORMS.forEach(([form, name]) => {
    const ask = async () => {
      const answer = await send(`${job.links.report}?format=${form}&lang=${told.language}`);
      if (answer.ok) await save(answer, `${job.source}-report.${form}`);
    };
    const one = button(name ?? words.text, ask, { className: "link" });
    line.append(one, " ");
  });
  return line;
}
