/** Run and stop: the query gets an id, and stopping by this id stops the work of the server. */

import { fill } from "./elements.js";

/** What the keys and the button do: `run`, which does nothing while a query runs, and `toggle`. */
export function runner(desk, show) {
  const { form, field, addresses, words, mark } = desk;
  const button = form.querySelector('button[type="submit"]');
  const progress = form.querySelector(".progress");
  let running = null;

  const run = async (page = 1, query = field.value) => {
    if (running) return;
    const limit = form.elements.timeout.value || form.elements.timeout.max;
    const state = { id: random(), began: performance.now(), stopping: false };
    running = state;
    mark.clear();
    button.textContent = words.stop;
    form.classList.add("running");
    const tell = () => {
      if (!state.stopping) progress.textContent = fill(words.running, { now: seconds(state), limit });
    };
    tell();
    const clock = setInterval(tell, 100);
    let said = "";
    try {
      const answer = await send(desk, { query, timeout: limit }, "text/html, application/problem+json", { page }, state.id);
      const body = await answer.text();
      if (answer.ok) said = show.page(body, query);
      else if (state.stopping && answer.status === 409) show.note(fill(words.stopped, { now: seconds(state) }));
      else show.problem(JSON.parse(body));
    } catch {
      show.note(words.unreachable);
    } finally {
      clearInterval(clock);
      running = null;
      progress.textContent = said;
      button.textContent = words.run;
      form.classList.remove("running");
    }
  };

  const stop = async () => {
    const state = running;
    if (state.stopping) return;
    state.stopping = true;
    progress.textContent = words.stopping;
    const answer = await fetch(`${addresses.running}/${state.id}`, { method: "DELETE" }).catch(() => null);
    // It may have ended by itself; then its answer is on the way.
    if (answer && answer.status === 404) state.stopping = false;
  };

  show.again = run;
  return { run, toggle: () => (running ? stop() : run()) };
}

/** Send a query by POST, so that it may be of any length. */
export function send({ addresses }, fields, accept, more = {}, id = null) {
  const address = new URL(addresses.query, location.href);
  for (const [name, value] of Object.entries(more)) address.searchParams.set(name, value);
  const headers = { Accept: accept, ...(id ? { "Query-Id": id } : {}) };
  return fetch(address, { method: "POST", headers, body: new URLSearchParams(fields) });
}

/** An id that nobody guesses; `randomUUID` is missing where the page did not come over TLS. */
function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function seconds(state) {
  return ((performance.now() - state.began) / 1000).toFixed(1);
}

