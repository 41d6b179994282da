/**
 * Decide on links: by button or key, one after the other; each decision can be taken back at once.
 */

import { sender, wrong } from "./sending.js";
import { element } from "../editor/elements.js";

const { addresses, language, words } = JSON.parse(document.getElementById("island").textContent);
const desk = document.getElementById("desk");
const { send } = sender(desk, words);
const options = () => [...document.querySelectorAll(".option")];
const waiting = () => options().filter((option) => ["open", "later"].includes(option.dataset.status));
const STATUS = { accept: "accepted", reject: "rejected", later: "later", reopen: "open" };

desk.querySelector(".keys").hidden = false;
document.querySelectorAll(".decide, form.other").forEach((part) => { part.hidden = false; });
options().forEach((option) => { option.tabIndex = 0; });

/** Send one decision; the page says what became of it. */
async function decide(option, verb, target = null) {
  const said = option.querySelector(".verdict");
  if (option.classList.contains("busy")) return;
  option.classList.add("busy");
  option.querySelector(".wrong-box")?.remove();
  said.textContent = words.working;
  const decision = { id: option.dataset.id, verb, seen: option.dataset.status, ...(target ? { as: target.key } : {}) };
  try {
    const answer = await send(addresses.review, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ decisions: [decision] }),
    });
    const told = await answer.json();
    said.textContent = "";
    if (!answer.ok) said.after(wrong(told));
    else done(option, told, target);
  } catch (error) {
    said.textContent = "";
    said.after(wrong(error));
  } finally {
    option.classList.remove("busy");
  }
}

/** Show the links of a record as they are now, and go on to the next that waits. */
function done(option, told, target) {
  const record = option.closest(".record");
  const before = [...record.querySelectorAll(".option")].map((one) => [one, one.dataset.status]);
  for (const link of told.links) {
    const one = record.querySelector(`.option[data-id="${link.id}"]`);
    if (one && one.dataset.status !== link.status) settle(one, link.status);
  }
  const said = option.querySelector(".verdict");
  if (target) said.textContent = `${words.accepted} ${target.name}`;
  if (told.changed) {
    const back = element("button", { type: "button", className: "plain back" }, words.undo);
    back.addEventListener("click", () => undo(option, told.version, before));
    said.append(" ", back);
  }
  record.classList.toggle("settled", !waiting().some((one) => record.contains(one)));
  const left = waiting();
  const next = left.find((one) => option.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? left[0];
  (next ?? said.querySelector(".back") ?? option).focus();
}

/** One option with its new status; what could be decided is hidden, what can be is shown. */
function settle(option, status) {
  option.dataset.status = status;
  option.querySelector(".verdict").textContent = status === "open" ? "" : words[status];
  option.querySelector(".decide").hidden = status === "accepted" || status === "rejected";
}

async function undo(option, version, before) {
  const said = option.querySelector(".verdict");
  option.classList.add("busy");
  try {
    const answer = await send(`${addresses.changes}/${version}/undo`, { method: "POST" });
    const told = await answer.json();
    if (!answer.ok) {
      said.after(wrong(told));
      return;
    }
    before.forEach(([one, status]) => settle(one, status));
    option.closest(".record").classList.remove("settled");
    said.textContent = words.undone;
    option.focus();
  } catch (error) {
    said.after(wrong(error));
  } finally {
    option.classList.remove("busy");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".decide button");
  if (button) decide(button.closest(".option"), button.dataset.verb);
});

const KEYS = { a: "accept", r: "reject", l: "later", w: "reopen" };

document.addEventListener("keydown", (event) => {
  const option = event.target.closest?.(".option");
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select")) {
    if (event.key === "Escape") event.target.closest(".record")?.querySelector(".option")?.focus();
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const all = options();
    const at = all.indexOf(option);
    const next = all[option ? at + (key === "j" ? 1 : -1) : 0];
    if (next) {
      next.focus();
      event.preventDefault();
    }
  } else if (option && key === "s") {
    option.closest(".record").querySelector("form.other input").focus();
    event.preventDefault();
  } else if (option && KEYS[key]) {
    const button = option.querySelector(`.decide:not([hidden]) [data-verb="${KEYS[key]}"]`);
    if (button) decide(option, KEYS[key]);
  }
});

/** The search for another thing: names as they are typed, each with a button. */
function searching(form) {
  const field = form.querySelector("input");
  const list = form.querySelector("ul");
  const note = form.querySelector(".note");
  let asked = 0;

  const show = ({ things, more }) => {
    list.replaceChildren(...things.map((thing) => {
      const name = thing.label[language] ?? Object.values(thing.label)[0] ?? thing.matched;
      const button = element("button", { type: "button", className: "plain" }, words.as);
      const item = element("li", {}, button, " ", element("a", { href: thing.url }, name), " ");
      if (!Object.values(thing.label).includes(thing.matched)) item.append(element("span", { className: "note" }, thing.matched));
      const kind = thing.kind?.label[language];
      if (kind) item.append(" ", element("span", { className: "note" }, kind), " ");
      item.append(element("code", {}, thing.key));
      button.setAttribute("aria-label", `${words.as}: ${name}`);
      button.addEventListener("click", () => decide(form.closest(".record").querySelector(".option"), "accept", { key: thing.key, name }));
      return item;
    }));
    note.textContent = things.length ? (more ? words.more : "") : words.none;
  };

  const look = async () => {
    const mine = ++asked;
    const text = field.value.trim();
    if (!text) {
      list.replaceChildren();
      note.textContent = "";
      return;
    }
    const address = new URL(addresses.suggest, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked) return;
    if (answer?.ok) show(await answer.json());
    else note.textContent = words.unreachable;
  };

  let clock = 0;
  field.addEventListener("input", (event) => {
    clearTimeout(clock);
    if (!event.isComposing) clock = setTimeout(look, 150);
  });
  field.addEventListener("compositionend", look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
}

document.querySelectorAll("form.other").forEach(searching);
