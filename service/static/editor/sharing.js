/** A short link to the query as it stands, ready to be copied. */

import { element } from "./elements.js";

/** Make the button give a link in the page. */
export function sharing({ form, field, addresses, words, mark }) {
  const place = form.querySelector(".link");
  const button = form.querySelector("button[formaction]");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ query: field.value });
    const answer = await fetch(addresses.links, { method: "POST", headers: { Accept: "application/json" }, body }).catch(() => null);
    if (answer === null) {
      place.textContent = words.unreachable;
      return;
    }
    const said = await answer.json();
    if (!answer.ok) {
      if (said.line) mark.at(said.line, said.column);
      place.textContent = [said.detail, said.hint].filter(Boolean).join(" ");
      return;
    }
    const shown = element("input", { type: "text", readOnly: true, value: said.link, size: said.link.length });
    shown.setAttribute("aria-label", words.link);
    const copy = element("button", { type: "button", className: "plain", textContent: words.copy });
    copy.addEventListener("click", async () => {
      shown.select();
      // The clipboard is closed to pages that did not come over TLS; what is selected can be copied there.
      if (navigator.clipboard) await navigator.clipboard.writeText(said.link);
      else document.execCommand("copy");
      copy.textContent = words.copied;
    });
    place.replaceChildren(element("span", { textContent: words.link }), shown, copy);
    shown.select();
  });
}
