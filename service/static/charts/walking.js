/**
 * Walks through a network: the ties of a thing are added when it is opened and taken away when it is
 * closed. What is open stands in the fragment of the address, so that a walk can be sent and kept.
 */

const OPEN = "open";
const LISTED = 60;
const BASE = /^.*\/id\//;

/** Let a network be walked. `draw` draws the chart again after it has changed. */
export function walking(figure, chart, draw) {
  const { walk } = chart;
  const answers = new Map([[walk.focus, piece(chart)]]);
  const place = figure.querySelector(".walk");
  const live = figure.querySelector("[aria-live]");
  let open = [walk.focus];
  let chosen = walk.focus;
  chart.places = new Map();

  /** The ties of all that is open, as one network. */
  function join() {
    const nodes = new Map();
    const links = new Map();
    chart.rows = [];
    chart.total = 0;
    chart.shown = 0;
    for (const id of open) {
      const answer = answers.get(id);
      const shift = chart.rows.length;
      chart.rows.push(...answer.rows);
      chart.total += answer.total;
      chart.shown += answer.shown;
      for (const node of answer.nodes) {
        const known = nodes.get(node.id);
        const start = node.id === walk.focus;
        if (!known) nodes.set(node.id, { ...node });
        else if (!start && node.id !== id) known.kind = node.kind;
      }
      for (const link of answer.links) {
        const key = [link.source, link.target].join(" ");
        if (!links.has(key)) links.set(key, { ...link, rows: link.rows.map((row) => row + shift) });
      }
    }
    chart.links = [...links.values()];
    chart.nodes = [...nodes.values()].map((node) => ({
      ...node,
      chosen: node.id === chosen,
      degree: chart.links.filter((link) => link.source === node.id || link.target === node.id).length,
    }));
  }

  /** Open things that have lost their way to the start are closed with it. */
  function reachable() {
    const kept = [walk.focus];
    for (const id of open) {
      if (!kept.includes(id) && kept.some((other) => answers.get(other).nodes.some((node) => node.id === id))) kept.push(id);
    }
    open = kept;
  }

  async function load(id) {
    if (answers.has(id)) return true;
    const address = new URL(walk.data, location);
    address.searchParams.set("focus", id);
    const reply = await fetch(address);
    if (!reply.ok) return false;
    const answer = await reply.json();
    answers.set(id, answer.nodes ? piece(answer) : { nodes: [], links: [], rows: [], total: 0, shown: 0 });
    return true;
  }

  function show(said = "") {
    join();
    draw();
    list();
    const more = open.slice(1).map((id) => id.replace(BASE, ""));
    if (figure.dataset.keep !== undefined) {
      history.replaceState(null, "", more.length ? `#${OPEN}=${more.map((key) => encodeURIComponent(key).replaceAll("%2F", "/")).join(",")}` : location.pathname + location.search);
    }
    if (said) live.textContent = said;
  }

  /** Choose a thing; a second time opens or closes it. */
  async function choose(id) {
    chosen = id;
    if (!open.includes(id)) {
      if (!(await load(id))) return show(chart.words.failed);
      open.push(id);
    }
    const node = answers.get(id).nodes.length;
    show(`${name(id)}: ${chart.words.ties.replace("{number}", Math.max(0, node - 1))}`);
  }

  function close(id) {
    open = open.filter((one) => one !== id || one === walk.focus);
    reachable();
    if (!seen(chosen)) chosen = walk.focus;
    show(`${chart.words.closed}: ${name(id)}`);
  }

  const seen = (id) => open.some((one) => answers.get(one).nodes.some((node) => node.id === id)) || id === walk.focus;
  const name = (id) => (chart.nodes.find((node) => node.id === id) || { name: id }).name;

  /** The chosen thing in words: what can be done, and its ties as a list. */
  function list() {
    const { words } = chart;
    const node = chart.nodes.find((one) => one.id === chosen) || { name: "", href: null };
    const here = new URL(walk.page, location);
    here.searchParams.set("focus", chosen);
    const heading = element("p", "", "chosen");
    heading.append(element("strong", node.name));
    const doing = element("p", "", "doing");
    if (open.includes(chosen) && chosen !== walk.focus) doing.append(button(words.close, () => close(chosen)));
    if (!open.includes(chosen)) doing.append(button(words.open, () => choose(chosen)));
    if (open.length > 1) doing.append(button(words.back, () => {
      const last = open[open.length - 1];
      chosen = last;
      close(last);
      chosen = open[open.length - 1];
      show();
    }));
    if (node.href) doing.append(link(words.page, node.href));
    if (chosen !== walk.focus || figure.dataset.keep === undefined) doing.append(link(words.start, here.pathname + here.search));
    const ties = element("ul");
    const own = chart.links.filter((one) => one.source === chosen || one.target === chosen);
    for (const one of own.slice(0, LISTED)) {
      const out = one.source === chosen;
      const other = out ? one.target : one.source;
      const item = element("li");
      item.append(element("span", out ? `${one.labels.join(" / ")} → ` : `← ${one.labels.join(" / ")} `, "tie"), button(name(other), () => choose(other), open.includes(other)));
      ties.append(item);
    }
    const focused = place.contains(document.activeElement);
    place.replaceChildren(heading, doing, ties);
    if (focused) (place.querySelector("button, a") || place).focus();
  }

  async function begin() {
    const found = figure.dataset.keep !== undefined && location.hash.match(/^#open=([^&]+)/);
    for (const key of found ? found[1].split(",").slice(0, 12) : []) {
      const id = walk.base + decodeURIComponent(key);
      if ((await load(id)) && !open.includes(id)) open.push(id);
    }
    reachable();
    show();
  }

  begin();
  return { choose, close: () => close(chosen), chosen: () => chosen };
}

function piece({ nodes, links, rows, total, shown }) {
  return { nodes, links, rows, total, shown };
}

function element(tag, words = "", name = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (name) made.className = name;
  return made;
}

function button(words, act, pressed = false) {
  const made = element("button", words);
  made.type = "button";
  if (pressed) made.setAttribute("aria-pressed", "true");
  made.addEventListener("click", act);
  return made;
}

function link(words, href) {
  const made = element("a", words);
  made.href = href;
  return made;
}
