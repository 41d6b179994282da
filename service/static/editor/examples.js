/** The catalogue of questions beside the editor: found by words of both languages, loaded by a click. */

import { fill } from "./elements.js";

/** Let the examples be searched, and load the one that is clicked. */
export function examples({ editor, form, words }) {
  const list = document.querySelector(".examples");
  if (!list) return;
  const search = list.querySelector(".search");
  const found = list.querySelector(".found");
  const progress = form.querySelector(".progress");
  const themes = [...list.querySelectorAll("details")];
  const open = themes.filter((theme) => theme.open);
  search.hidden = false;
  search.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    for (const theme of themes) {
      let some = 0;
      for (const item of theme.querySelectorAll("li")) {
        const text = item.dataset.words.toLowerCase();
        item.hidden = !wanted.every((word) => text.includes(word));
        if (!item.hidden) some += 1;
      }
      theme.hidden = some === 0;
      theme.open = wanted.length ? some > 0 : open.includes(theme);
      number += some;
    }
    found.textContent = wanted.length ? fill(words.found, { number }) : "";
  });
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-query]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.dataset.query);
    if (!answer.ok) {
      location.assign(link.href);
      return;
    }
    const text = await answer.text();
    editor.setValue(`${text.replace(/^#\+.*\n/gm, "").trim()}\n`);
    editor.focus();
    form.scrollIntoView({ block: "nearest" });
    progress.textContent = fill(words.loaded, { title: link.textContent.trim() });
  });
}
