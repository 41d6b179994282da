/**
 * The search box suggests while one types: the editable combobox with list autocomplete of the
 * WAI-ARIA Authoring Practices. Enter on a suggestion opens it, Enter without one searches; without
 * this script the box is a plain form.
 */

const PAUSE = 120;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** A name with its parts that fit marked; places count characters, not units of UTF-16. */
const marked = (text, spans) => {
  const characters = [...text];
  const parts = [];
  let at = 0;
  for (const [start, end] of spans) {
    parts.push(characters.slice(at, start).join(""), element("mark", {}, characters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, characters.slice(at).join("")];
};

const pick = (label, language) => label[language] ?? label.zh ?? label.en ?? Object.values(label)[0] ?? "";

/** What a suggestion says: the name, the name that fits where it is another one, and the kind. */
const described = (thing, language) => {
  const name = pick(thing.label, language) || thing.key;
  const same = thing.matched === name;
  const parts = [element("span", { class: "name" }, ...(same ? marked(name, thing.spans) : [name]))];
  const other = pick(thing.label, language === "zh" ? "en" : "zh");
  if (!same) parts.push(" ", element("span", { class: "other" }, ...marked(thing.matched, thing.spans)));
  else if (other && other !== name) parts.push(" ", element("span", { class: "other" }, other));
  parts.push(" ", element("span", { class: "sort" }, pick(thing.kind.label, language)));
  return parts;
};

function enhance(input) {
  const { id, form } = input;
  const { language } = input.dataset;
  const list = element("ul", { id: `${id}-list`, role: "listbox", "aria-label": input.dataset.list });
  const said = element("span", { class: "unseen", "aria-live": "polite" });
  let addresses = [];
  let active = -1;
  let typed = "";
  let asked;
  let timer;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const activate = (index) => {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = list.children[index];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  /** An address with the languages that this page was asked for. */
  const kept = (address) => {
    const url = new URL(address, location.href);
    for (const name of ["lang", "clang"])
      if (form.elements[name] && !url.searchParams.has(name)) url.searchParams.set(name, form.elements[name].value);
    return url.href;
  };

  const show = ({ things, questions = [] }) => {
    const found = [
      ...things.map((thing) => ({ url: thing.url, parts: described(thing, language) })),
      ...questions.map((question) => ({
        url: question.url,
        parts: [
          element("span", { class: "name" }, pick(question.title, language)), " ",
          element("span", { class: "other" }, question.labels.map((label) => pick(label, language)).join(" · ")), " ",
          element("span", { class: "sort" }, input.dataset.question),
        ],
      })),
    ];
    addresses = found.map(({ url }) => kept(url));
    list.replaceChildren(
      ...found.map(({ parts }, at) => element("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false" }, ...parts)),
      element("li", { role: "option", id: `${id}-all`, class: "all", "aria-selected": "false" }, input.dataset.all.replace("{text}", typed)),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = input.dataset.found.replace("{number}", found.length);
    activate(-1);
  };

  const ask = async () => {
    typed = input.value.trim();
    asked?.abort();
    if (!typed) {
      close();
      return;
    }
    asked = new AbortController();
    const query = new URLSearchParams({ q: typed, limit: 7, questions: 3 });
    try {
      const answer = await fetch(`${input.dataset.suggest}?${query}`, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (answer.ok && document.activeElement === input) show(await answer.json());
      else close();
    } catch {
      // Left for the next letter, or the network is away: the form still searches.
    }
  };

  const go = (index) => {
    if (addresses[index]) location.assign(addresses[index]);
    else form.requestSubmit();
  };

  const count = () => list.children.length;
  const keys = {
    ArrowDown: () => (list.hidden ? ask() : activate((active + 1) % count())),
    ArrowUp: () => (list.hidden ? false : activate(active <= 0 ? count() - 1 : active - 1)),
    Enter: () => (list.hidden || active < 0 ? false : go(active)),
    Escape: () => (list.hidden ? false : close()),
  };

  input.addEventListener("keydown", (event) => {
    // While an input method composes, its keys choose characters.
    const act = event.isComposing ? undefined : keys[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); close(); });
  // The box keeps the focus while a finger or the mouse is on the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (at >= 0) go(at);
  });

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  list.hidden = true;
  const box = element("div", { class: "combobox suggesting" });
  input.before(box);
  box.append(input, list, said);
  close();
}

document.querySelectorAll("input[data-suggest]").forEach(enhance);
