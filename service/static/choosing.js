/**
 * Long lists of values become a box in which one finds them by typing, in either language: the
 * editable combobox with list autocomplete of the WAI-ARIA Authoring Practices. The select, or the
 * field where there are too many values for a list, stays and is what the form sends; without this
 * script it is there to be used.
 */

const PAUSE = 150;
/** How many more things the search is asked for. */
const MORE = 20;

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** A value with the words by which it is found: both names, the key, and what else was typed for it. */
const choice = (key, text, name, other, ...more) => {
  const names = [name, other, key].filter(Boolean).map(folded);
  return { key, text, other, names, words: [...names, ...more.map(folded)].join(" ") };
};

/** What has all words of a text; names that are the text or begin with it come first. */
const fitting = (choices, text) => {
  const whole = folded(text.trim());
  const words = whole.split(/\s+/).filter(Boolean);
  const near = ({ names }) => (names.includes(whole) ? 0 : names.some((name) => name.startsWith(whole)) ? 1 : 2);
  return choices
    .filter((one) => words.every((word) => one.words.includes(word)))
    .sort((a, b) => near(a) - near(b));
};

/** The values of a select, all of them. */
const ofSelect = (select) => ({
  choices: [...select.options].map((option) => {
    const { name = option.text, other = "" } = option.dataset;
    return choice(option.value, option.text, name, other);
  }),
  chosen: () => ({ key: select.value, text: select.options[select.selectedIndex]?.text ?? "" }),
  choose: ({ key }) => {
    select.value = key;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  },
});

/** The most used values of a field; the search finds the others, and what is typed is sent as it is. */
const ofField = (field) => {
  const { name, things } = field.dataset;
  let now = { key: field.value, text: name || field.value };
  const choices = [...field.list.options].map((option) => choice(option.value, option.text, option.text, option.dataset.other));
  if (field.placeholder) choices.unshift(choice("", field.placeholder, field.placeholder, ""));
  const choose = ({ key, text }) => {
    now = { key, text: key ? text : "" };
    field.value = key;
  };
  const more = async (text, signal) => {
    const query = new URLSearchParams({ q: text, limit: MORE });
    const answer = await fetch(`${things}&${query}`, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { lang } = document.documentElement;
    const known = new Map(choices.map((one) => [one.key, one]));
    for (const { key, label, matched } of (await answer.json()).things) {
      const { [lang]: own, ...others } = label;
      const shown = own ?? label.zh ?? label.en ?? key;
      if (known.has(key)) known.get(key).words += ` ${folded(text)}`;
      else choices.push(choice(key, shown, shown, Object.values(others).filter((one) => one !== shown).join(" "), matched, text));
    }
  };
  return { choices, chosen: () => now, choose, more: things && more, free: true };
};

function enhance(field) {
  const { choices, chosen, choose: take, more, free = false } = field.matches("select") ? ofSelect(field) : ofField(field);
  const { id } = field;
  const { label, shown: told, none } = field.dataset;
  const input = element("input", {
    type: "text", role: "combobox", id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, placeholder: field.placeholder ?? "",
  });
  const list = element("ul", { id: `${id}-list`, role: "listbox", "aria-label": label });
  const said = element("span", { class: "unseen", "aria-live": "polite" });
  let shown = [];
  let active = -1;
  let asked;
  let timer;

  const restore = () => { input.value = chosen().text; };
  const isOpen = () => !list.hidden;

  const activate = (index) => {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = list.children[index];
    if (item && shown.length) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  /** Show what fits; what fits nothing is said when nobody is asked any more. */
  const open = (text, asking = false) => {
    shown = fitting(choices, text);
    if (!shown.length && asking) {
      close();
      return;
    }
    const items = shown.map(({ text: name, other }, at) => {
      const item = element("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false" }, name);
      // Why it is here, where its name in the reader's language does not say so.
      if (text && other && !folded(name).includes(folded(text.trim())))
        item.append(" ", element("span", { class: "other" }, other));
      return item;
    });
    if (!items.length) items.push(element("li", { class: "none", role: "option", "aria-disabled": "true" }, none));
    list.replaceChildren(...items);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = told.replace("{shown}", shown.length).replace("{total}", choices.length);
    const at = text ? 0 : shown.findIndex(({ key }) => key === chosen().key);
    activate(shown.length ? at : -1);
  };

  /** Ask for what is not in the list, and show it where one is still typing the same. */
  const ask = async (text) => {
    asked = new AbortController();
    try {
      await more(text, asked.signal);
      if (document.activeElement === input && input.value.trim() === text) open(text);
    } catch {
      // Left for the next letter, or the network is away: the list is as it was.
    }
  };

  const stop = () => {
    clearTimeout(timer);
    asked?.abort();
  };

  const close = () => {
    stop();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (one) => {
    take(one);
    restore();
    close();
  };

  const type = () => {
    const text = input.value.trim();
    stop();
    // The service knows names that are not in the list.
    if (free) take({ key: text, text });
    const asking = Boolean(more && text);
    open(input.value, asking);
    if (asking) timer = setTimeout(ask, PAUSE, text);
  };

  /** What was typed and not chosen: nothing means all, a whole name means its choice. */
  const settle = () => {
    const text = input.value.trim();
    const same = choices.filter(({ key, names }) => (text ? names.includes(folded(text)) : !key));
    if (same.length === 1 && same[0].key !== chosen().key) choose(same[0]);
    restore();
    close();
  };

  const keys = {
    ArrowDown: () => (isOpen() ? activate(Math.min(active + 1, shown.length - 1)) : open("")),
    ArrowUp: () => (isOpen() ? activate(Math.max(active - 1, 0)) : open("")),
    Enter: () => (isOpen() && shown[active] ? choose(shown[active]) : false),
    Escape: () => { restore(); close(); },
  };

  input.addEventListener("keydown", (event) => {
    const act = event.isComposing ? undefined : keys[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  input.addEventListener("input", type);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => { if (!isOpen()) open(""); });
  input.addEventListener("blur", settle);
  // The box keeps the focus while a finger or the mouse is on the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (shown[at]) choose(shown[at]);
  });
  // A page that one comes back to has kept the choice, not the text.
  addEventListener("pageshow", restore);

  list.hidden = true;
  field.removeAttribute("id");
  field.hidden = true;
  field.after(element("div", { class: "combobox" }, input, list, said));
  restore();
}

document.querySelectorAll("select[data-shown], input[data-shown]").forEach(enhance);
