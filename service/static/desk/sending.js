/**
 * Requests that need a token: asked for once, kept in this tab, sent in a header and nowhere else.
 */

import { element } from "../editor/elements.js";

const KEPT = "istc-token";

/**
 * A sender for the form of `imports/_token.html`.
 *
 * @param place The element that holds the form.
 * @param words Words in the reader's language; `unreachable` is needed.
 * @returns `send(address, options)`, which gives the response whatever its status; `ask()`, which
 *   waits for a token; `held()`, whether there is one; and `changed(act)`, which calls `act` when it
 *   comes or goes.
 */
export function sender(place, words) {
  const form = place.querySelector("form.token");
  const field = form.querySelector("input");
  const refused = form.querySelector(".refused");
  const signed = place.querySelector(".signed");
  const watching = [];
  let waiting = [];

  const held = () => sessionStorage.getItem(KEPT) || "";
  const show = () => {
    signed.hidden = !held();
    if (held()) form.hidden = true;
    watching.forEach((act) => act(Boolean(held())));
  };
  const forget = (why = "") => {
    sessionStorage.removeItem(KEPT);
    refused.textContent = why;
    show();
  };
  const ask = () => {
    form.hidden = false;
    field.focus();
    return new Promise((given) => waiting.push(given));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (!token) return;
    sessionStorage.setItem(KEPT, token);
    field.value = "";
    refused.textContent = "";
    show();
    const all = waiting;
    waiting = [];
    all.forEach((given) => given());
  });
  signed.querySelector(".forget").addEventListener("click", () => forget());

  /** Send a request; without a token, or with a wrong one, ask for it first and then send it. */
  const send = async (address, { headers = {}, ...options } = {}) => {
    for (;;) {
      if (!held()) await ask();
      const answer = await fetch(address, {
        ...options,
        headers: {
          Accept: "application/json",
          "Accept-Language": document.documentElement.lang,
          ...headers,
          Authorization: `Bearer ${held()}`,
        },
      }).catch(() => null);
      if (!answer) throw new Error(words.unreachable);
      if (answer.status !== 401) return answer;
      const problem = await answer.json();
      forget(problem.detail);
    }
  };
  show();
  return { send, ask, held, changed: (act) => watching.push(act) };
}

/** What went wrong, from problem details (RFC 9457) or from an error. */
export function wrong(problem) {
  if (problem instanceof Error) return element("div", { className: "wrong-box" }, element("p", {}, problem.message));
  const box = element("div", { className: "wrong-box" }, element("h3", {}, problem.title), element("p", {}, problem.detail));
  if (problem.where) box.append(element("p", {}, element("code", {}, problem.where)));
  if (problem.hint) box.append(element("p", {}, problem.hint));
  return box;
}
