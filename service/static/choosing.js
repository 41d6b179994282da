/**
 * Long lists of values become a box in which one finds them by typing, in either language: the
 * editable combobox with list autocomplete of the WAI-ARIA Authoring Practices. The select stays
 * and is what the form sends; without this script it is there to be used.
 */

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** Options with the words by which they are found: both names and the key. */
const found = (select) =>
  [...select.options].map((option) => {
    const { name = option.text, other = "" } = option.dataset;
    const names = [name, other, option.value].filter(Boolean).map(folded);
    return { option, other, names, words: names.join(" ") };
  });

/** What has all words of a text; names that are the text or begin with it come first. */
const fitting = (choices, text) => {
  const whole = folded(text.trim());
  const words = whole.split(/\s+/).filter(Boolean);
  const near = ({ names }) => (names.includes(whole) ? 0 : names.some((name) => name.startsWith(whole)) ? 1 : 2);
  return choices
    .filter((choice) => words.every((word) => choice.words.includes(word)))
    .sort((a, b) => near(a) - near(b));
};

function enhance(select) {
  const choices = found(select);
  const { id } = select;
  const input = element("input", {
    type: "text", role: "combobox", id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
  });
  const list = element("ul", { id: `${id}-list`, role: "listbox", "aria-label": select.dataset.label });
  const said = element("span", { class: "unseen", "aria-live": "polite" });
  let shown = [];
  let active = -1;

  const chosen = () => select.options[select.selectedIndex];
  const restore = () => { input.value = chosen()?.text ?? ""; };
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

  const open = (text) => {
    shown = fitting(choices, text);
    const items = shown.map(({ option, other }, at) => {
      const item = element("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false" }, option.text);
      // Why it is here, where its name in the reader's language does not say so.
      if (text && other && !folded(option.text).includes(folded(text.trim())))
        item.append(" ", element("span", { class: "other" }, other));
      return item;
    });
    if (!items.length) items.push(element("li", { class: "none", role: "option", "aria-disabled": "true" }, select.dataset.none));
    list.replaceChildren(...items);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = select.dataset.shown.replace("{shown}", shown.length).replace("{total}", choices.length);
    const at = text ? 0 : shown.findIndex(({ option }) => option.selected);
    activate(shown.length ? at : -1);
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (option) => {
    select.value = option.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    restore();
    close();
  };

  /** What was typed and not chosen: nothing means all, a whole name means its choice. */
  const settle = () => {
    const text = input.value.trim();
    const same = choices.filter(({ option, names }) => (text ? names.includes(folded(text)) : !option.value));
    if (text !== chosen()?.text && same.length === 1) choose(same[0].option);
    restore();
    close();
  };

  const keys = {
    ArrowDown: () => (isOpen() ? activate(Math.min(active + 1, shown.length - 1)) : open("")),
    ArrowUp: () => (isOpen() ? activate(Math.max(active - 1, 0)) : open("")),
    Enter: () => (isOpen() && shown[active] ? choose(shown[active].option) : false),
    Escape: () => { restore(); close(); },
  };

  input.addEventListener("keydown", (event) => {
    const act = event.isComposing ? undefined : keys[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => { if (!isOpen()) open(""); });
  input.addEventListener("blur", settle);
  // The box keeps the focus while a finger or the mouse is on the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (shown[at]) choose(shown[at].option);
  });
  // A page that one comes back to has kept the choice, not the text.
  addEventListener("pageshow", restore);

  list.hidden = true;
  select.removeAttribute("id");
  select.hidden = true;
  select.after(element("div", { class: "combobox" }, input, list, said));
  restore();
}

document.querySelectorAll("select[data-shown]").forEach(enhance);
