/** One import: follow its check, read what is wrong and what would change, commit, take back. */

import { element } from "../editor/elements.js";
import { showDifference, showLinks } from "./difference.js";
import { follow } from "./following.js";
import { showReport } from "./report.js";
import { sender, wrong } from "./sending.js";
import { addresses, badge, button, careful, number, page, say, stages, time, told, words } from "./telling.js";

const desk = document.getElementById("desk");
const { send } = sender(desk, words);
const room = (id) => document.getElementById(id);
const trouble = desk.querySelector(".trouble");
const STEP = { checked: "commit", committing: "commit", committed: "commit", reverted: "commit" };
let shownFor = null;
desk.hidden = false;

/** A bar that is full when the known steps are done, and runs while nobody knows how many there are. */
function bar({ stage, done, total }) {
  const text = stages[stage] ?? stage;
  const made = element("progress", {});
  made.setAttribute("aria-label", text);
  if (total) Object.assign(made, { max: total, value: done ?? 0 });
  const told_ = element("p", { className: "stage" }, made, " ", text);
  if (done) told_.append(` ${number(done)}${total ? ` / ${number(total)}` : ""}`);
  return told_;
}

function numbers(job) {
  const { rows, newThings } = job.preview;
  const counts = Object.entries(rows ?? {}).map(([table, count]) => `${told.tables[table] ?? table} ${number(count)}`);
  const parts = counts.length ? [`${words.rows} ${counts.join(" · ")}`] : [];
  if (newThings) parts.push(say("new", { number: number(newThings) }));
  return parts.map((part) => element("span", {}, part));
}

/** Post to one of the things that can be done, and show what became of the import. */
async function act(address, method = "POST") {
  trouble.replaceChildren();
  try {
    const answer = await send(address, { method });
    const said = await answer.json();
    if (!answer.ok) {
      trouble.replaceChildren(problem(said));
      return;
    }
    await follow(send, said.import ?? said, show);
    show(said.import ?? said);
  } catch (error) {
    trouble.replaceChildren(wrong(error));
  }
}

/** A problem; of a change that cannot be taken back also what has changed since. */
function problem(said) {
  const box = wrong(said);
  if (said.changed?.length) {
    box.append(element("h3", {}, words.since), element("ul", {}, ...said.changed.slice(0, 50).map((one) => element("li", {}, element("code", {}, one.quad ?? JSON.stringify(one))))));
  }
  return box;
}

function choices(job) {
  const line = element("p", { className: "buttons" });
  const diff = job.preview?.diff;
  const again = element("a", { className: "door", href: page(`${addresses.new.split("?")[0]}?source=${encodeURIComponent(job.source)}`) }, words.again);
  if (job.state === "queued" || job.state === "running") line.append(button(words.cancel, () => act(job.links.self, "DELETE")));
  if (job.links.commit) {
    line.append(button(words.commit, (made) => {
      made.textContent = words.committing;
      return act(job.links.commit);
    }, { plain: false, className: "commit" }));
    if (diff) line.append(element("span", { className: "note" }, say("ready", { added: number(diff.added), removed: number(diff.removed) })));
  }
  if (["refused", "failed", "cancelled"].includes(job.state)) line.append(again);
  if (job.state === "refused") line.append(element("span", { className: "note" }, words.refused));
  if (job.state === "committed") {
    if (job.version && job.changed) {
      line.append(
        element("a", { className: "door", href: page(`${addresses.graph}/${job.source}`) }, words.inGraph),
        element("a", { href: job.links.change ?? `${addresses.changes}/${job.version}`, className: "change" }, say("change", { number: job.version })));
    } else {
      line.append(element("span", {}, words.nothing));
    }
    if (job.links.revert) line.append(careful(words.revert, words.really, () => act(job.links.revert)));
  }
  if (job.state === "reverted") {
    line.append(element("span", {}, words.reverted));
    if (job.undoneBy) line.append(element("a", { href: `${addresses.changes}/${job.undoneBy}`, className: "change" }, say("change", { number: job.undoneBy })));
  }
  return line;
}

function show(job) {
  document.querySelector("h1 .about").textContent = job.source;
  document.querySelectorAll(".steps li").forEach((step) => {
    step.toggleAttribute("aria-current", false);
    if (step.dataset.step === (STEP[job.state] ?? "check")) step.setAttribute("aria-current", "step");
  });
  const files = job.files.map((file) => file.name).join(", ");
  const state = room("state");
  state.dataset.state = job.state;
  state.replaceChildren(
    element("p", { className: "headline" }, badge(job.state), " ", element("span", {}, files), " ",
      element("span", { className: "note" }, time(job.created), ` ${say("who", { who: job.who })}`)));
  if (job.ahead) state.append(element("p", {}, say("ahead", { number: number(job.ahead) })));
  if (job.progress) state.append(bar(job.progress));
  else if (job.active) state.append(bar({ stage: "link" }));
  if (job.problem) state.append(wrong(job.problem));
  if (job.preview) state.append(element("p", { className: "numbers" }, ...numbers(job)));
  state.append(choices(job));
  // A commit that finds the graph changed lets it be checked again.
  if (job.links.report && !job.active && shownFor !== job.checked) {
    shownFor = job.checked;
    showReport(room("report"), send, job);
    showLinks(room("links"), job);
    if (job.links.diff) showDifference(room("difference"), send, job);
  }
}

async function begin() {
  try {
    const answer = await send(`${addresses.imports}/${told.id}`);
    const job = await answer.json();
    if (!answer.ok) {
      trouble.replaceChildren(wrong(job));
      return;
    }
    show(job);
    await follow(send, job, show);
  } catch (error) {
    trouble.replaceChildren(wrong(error));
  }
}

begin();
