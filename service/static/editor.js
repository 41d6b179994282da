/**
 * The editor: YASQE in place of the text field, a run that can be stopped, results in the page.
 *
 * Without this script the form and the links of the page do the same, one page after the other.
 */

import { completed } from "./editor/completing.js";
import { drafted, remember } from "./editor/drafts.js";
import { examples } from "./editor/examples.js";
import { marker } from "./editor/marking.js";
import { results } from "./editor/results.js";
import { runner } from "./editor/running.js";
import { sharing } from "./editor/sharing.js";

const form = document.getElementById("editor");
if (form && window.Yasqe) start(form, JSON.parse(form.querySelector('script[type="application/json"]').textContent));

function start(form, { addresses, words }) {
  const field = form.querySelector("textarea");
  field.value = drafted() ?? field.value;
  completed(window.Yasqe, fetch(addresses.terms).then((answer) => answer.json()), words);
  let runs = null;
  const editor = new window.Yasqe(field.parentNode, {
    value: field.value,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    pluginButtons: () => null,
    showQueryButton: false,
    resizeable: false,
    syntaxErrorCheck: false,
    editorHeight: "",
    viewportMargin: Infinity,
    hintConfig: { alignWithWord: true },
    // Tab leads on to the button, as in any form.
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-S": false, "Ctrl-Enter": () => runs.run(), "Cmd-Enter": () => runs.run() },
  });
  // It speaks English only; the line below the field says the same in the reader's language.
  editor.showNotification = () => {};
  const input = editor.getInputField();
  input.setAttribute("aria-label", words.editor);
  input.setAttribute("aria-describedby", "keys");
  field.after(editor.rootEl);
  field.hidden = true;
  field.required = false;
  form.querySelector("label").addEventListener("click", (event) => {
    event.preventDefault();
    editor.focus();
  });
  form.querySelector(".keys").hidden = false;
  editor.on("change", () => {
    field.value = editor.getValue();
  });
  const desk = {
    form, field, editor, addresses, words,
    place: room(form),
    mark: marker(editor),
  };
  const show = results(desk);
  runs = runner(desk, show);
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    runs.toggle();
  });
  sharing(desk);
  examples(desk);
  remember(field);
  if (form.dataset.line) desk.mark.at(Number(form.dataset.line), Number(form.dataset.column));
  show.ready();
}

/** Where results go; on the page of a problem, what it says stands there until the next run. */
function room(form) {
  const found = document.getElementById("results");
  if (found) return found;
  const place = document.createElement("section");
  place.id = "results";
  place.tabIndex = -1;
  const article = form.closest("article");
  if (article) {
    article.before(form, place);
    place.append(article);
  } else {
    form.after(place);
  }
  return place;
}
