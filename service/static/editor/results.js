/** Results in the page: views as tabs, charts drawn when they are looked at, problems with their place. */

import { element, fill } from "./elements.js";
import { send } from "./running.js";

/** Characters of a response that are shown. */
const SHOWN = 200_000;
/** A query up to this length is put into the address of the page. */
const ADDRESSED = 2000;

/** Functions that show what came of a query. */
export function results(desk) {
  const { place, editor, addresses, words, mark } = desk;
  let chosen = "";
  let charts = null;
  const show = { again: null };

  /** The results out of a page that the service has made; returns how many there are. */
  show.page = (text, query) => {
    const made = new DOMParser().parseFromString(text, "text/html").getElementById("results");
    place.replaceChildren(...made.childNodes);
    address(query);
    show.ready();
    reveal(place);
    const sum = place.querySelector(".downloads span");
    return sum ? sum.textContent.trim().replace(/\s+/g, " ") : "";
  };

  show.note = (text) => place.replaceChildren(element("p", { className: "note", textContent: text }));

  /** Problem details (RFC 9457): marked in the text, told below it, mended by a click where we know how. */
  show.problem = (problem) => {
    if (problem.line) mark.at(problem.line, problem.column);
    const box = element("div", { className: "wrong-box" });
    box.setAttribute("role", "alert");
    box.append(element("h2", { textContent: problem.title }), element("p", { textContent: problem.detail }));
    if (problem.line) box.append(element("p", { className: "more", textContent: fill(words.place, problem) }));
    if (problem.hint) box.append(element("p", { className: "hint", textContent: problem.hint }));
    const line = /PREFIX [\w.-]*: <[^<>…\s]+>/.exec(problem.hint || "");
    if (line) {
      const insert = element("button", { type: "button", className: "insert", textContent: fill(words.insert, { line: line[0] }) });
      insert.addEventListener("click", () => {
        editor.replaceRange(`${line[0]}\n`, { line: 0, ch: 0 });
        editor.focus();
        place.replaceChildren();
      });
      box.append(element("p", {}, insert));
    }
    const more = element("a", { href: problem.type, textContent: words.more });
    box.append(element("p", { className: "more" }, more));
    place.replaceChildren(box);
    reveal(box);
  };

  /** The query that gave what is shown; the one in the editor may be another by now. */
  const ran = () => place.querySelector('.downloads input[name="query"]').value;

  /** Turn the views into tabs, and let pages of rows be turned in place. */
  show.ready = () => {
    const views = [...place.querySelectorAll(".view")];
    if (views.length) tabs(views);
    place.addEventListener("click", turn);
  };

  const turn = (event) => {
    const link = event.target.closest(".pages a");
    if (!link || !show.again) return;
    event.preventDefault();
    show.again(new URL(link.href).searchParams.get("page"), ran());
  };

  const tabs = (views) => {
    const list = element("div", { className: "tabs" });
    list.setAttribute("role", "tablist");
    const buttons = views.map((view) => {
      const button = element("button", { type: "button", id: `tab-${view.dataset.name}`, textContent: view.dataset.title });
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", `view-${view.dataset.name}`);
      view.id = `view-${view.dataset.name}`;
      view.setAttribute("role", "tabpanel");
      view.setAttribute("aria-labelledby", button.id);
      button.addEventListener("click", () => {
        chosen = view.dataset.name;
        choose(view);
      });
      return button;
    });
    const choose = (view) => {
      views.forEach((one, index) => {
        one.hidden = one !== view;
        buttons[index].setAttribute("aria-selected", String(one === view));
        buttons[index].tabIndex = one === view ? 0 : -1;
      });
      open(view);
    };
    list.addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!move) return;
      event.preventDefault();
      const next = buttons[(buttons.indexOf(document.activeElement) + move + buttons.length) % buttons.length];
      next.focus();
      next.click();
    });
    list.append(...buttons);
    views[0].before(list);
    choose(views.find((view) => view.dataset.name === chosen) || views[0]);
  };

  const open = (view) => {
    if (view.dataset.format) raw(view);
    const figures = [...view.querySelectorAll("figure.chart")];
    if (!figures.length || view.dataset.open) return;
    view.dataset.open = "yes";
    const kinds = view.querySelector(".kinds");
    const choose = () => figures.forEach((figure) => draw(figure, !kinds || figure.dataset.view === kinds.value));
    if (kinds) kinds.addEventListener("change", choose);
    choose();
  };

  /** Draw a chart the first time that it is seen, else show or hide it. */
  const draw = async (figure, seen) => {
    if (seen && !figure.dataset.drawn) {
      figure.dataset.drawn = "yes";
      charts ??= script(addresses.drawing).then(() => import(addresses.charts));
      await (await charts).start(figure);
    }
    if (figure.dataset.drawn) figure.hidden = !seen;
  };

  /** The response as a program gets it. */
  const raw = async (view) => {
    if (view.dataset.open) return;
    view.dataset.open = "yes";
    const answer = await send(desk, { query: ran() }, view.dataset.format).catch(() => null);
    if (!answer) return;
    const text = await answer.text();
    const said = [`HTTP ${answer.status}`, answer.headers.get("Content-Type")];
    view.querySelector(".formats").textContent = said.join(" · ");
    view.querySelector("code").textContent = text.slice(0, SHOWN);
    if (text.length > SHOWN) view.append(element("p", { className: "more", textContent: words.beginning }));
  };

  return show;
}

/** Put the query into the address, so that reload, back and the other language find it. */
function address(query) {
  const here = new URL(location.href);
  for (const name of ["example", "link", "page", "query", "timeout"]) here.searchParams.delete(name);
  if (query.length <= ADDRESSED) here.searchParams.set("query", query);
  here.pathname = document.getElementById("editor").getAttribute("action").split("#")[0];
  here.hash = "";
  history.replaceState(null, "", here);
  for (const link of document.querySelectorAll(".languages a")) {
    const there = new URL(here);
    there.searchParams.set("lang", link.hreflang);
    link.href = there;
  }
}

/** Bring what is new into view, if it is not there. */
function reveal(element) {
  const { top } = element.getBoundingClientRect();
  if (top < 0) element.scrollIntoView({ block: "start" });
  else if (top > window.innerHeight * 0.7) element.scrollIntoView({ block: "nearest" });
}

/** Load a script of this site once. */
function script(address) {
  return new Promise((resolve, reject) => {
    const tag = element("script", { src: address });
    tag.addEventListener("load", resolve);
    tag.addEventListener("error", reject);
    document.head.append(tag);
  });
}
