/** The first step: files that are chosen or dropped, or cells and RDF that are pasted. */

import { element } from "../editor/elements.js";
import { sender, wrong } from "./sending.js";
import { addresses, page, words } from "./telling.js";

const TYPES = { tsv: "text/tab-separated-values", csv: "text/csv", ttl: "text/turtle", jsonld: "application/ld+json", nq: "application/n-quads" };

const desk = document.getElementById("desk");
const form = document.getElementById("giving");
const { send } = sender(desk, words);
const at = (id) => document.getElementById(id);
const trouble = form.querySelector(".trouble");
const progress = form.querySelector(".progress");
const drop = form.querySelector(".drop");
let chosen = [];
let named = false;

desk.hidden = false;
const given = new URLSearchParams(location.search).get("source");
if (given) {
  at("source").value = given;
  named = true;
}

/** A key from a file's name, as long as nobody has typed one. */
const key = (name) => name.replace(/\..*$/, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

function show() {
  form.querySelector(".chosen").replaceChildren(...chosen.map((file, index) => {
    const leave = element("button", { type: "button", className: "plain" }, words.remove);
    leave.setAttribute("aria-label", `${words.remove}: ${file.name}`);
    leave.addEventListener("click", () => {
      chosen.splice(index, 1);
      show();
    });
    return element("li", {}, element("span", {}, file.name), " ", element("span", { className: "note" }, size(file.size)), " ", leave);
  }));
  if (!named && chosen[0]) at("source").value = key(chosen[0].name);
}

const size = (bytes) => (bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function take(files) {
  for (const file of files) {
    chosen = [...chosen.filter((other) => other.name !== file.name), file];
  }
  show();
}

at("files").addEventListener("change", (event) => {
  take(event.target.files);
  event.target.value = "";
});
at("source").addEventListener("input", () => { named = Boolean(at("source").value); });
at("form").addEventListener("change", () => { form.querySelector(".table").hidden = !["tsv", "csv"].includes(at("form").value); });
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files);
  });
}

/** What was pasted, as a file; the table is told by its name. */
function pasted() {
  const text = at("pasted").value;
  if (!text.trim()) return null;
  const kind = at("form").value;
  const name = at("table").value || "pasted";
  return new File([text.endsWith("\n") ? text : `${text}\n`], `${name}.${kind}`, { type: TYPES[kind] });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble.replaceChildren();
  const files = [...chosen, ...[pasted()].filter(Boolean)];
  if (!files.length) {
    trouble.replaceChildren(wrong(new Error(words.chooseOne)));
    at("files").focus();
    return;
  }
  const body = new FormData();
  files.forEach((file) => body.append("file", file, file.name));
  if (at("source").value.trim()) body.append("source", at("source").value.trim());
  if (at("bar").value) body.append("bar", at("bar").value);
  if (at("mapping").files[0]) body.append("mapping", at("mapping").files[0]);
  if (at("dry").checked) body.append("dry_run", "true");
  const submit = form.querySelector('[type="submit"]');
  submit.disabled = true;
  progress.textContent = words.sending;
  try {
    const answer = await send(addresses.imports, { method: "POST", body });
    const told = await answer.json();
    if (answer.ok) location.assign(page(told.links.self));
    else trouble.replaceChildren(wrong(told));
  } catch (error) {
    trouble.replaceChildren(wrong(error));
  } finally {
    submit.disabled = false;
    progress.textContent = "";
  }
});
