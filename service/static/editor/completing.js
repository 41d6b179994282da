/** Completion from this graph: prefixes, and classes and properties by prefixed name, IRI or label. */

const MOST = 60;
/** A name, an IRI or a word of any script, as far as it is written. */
const WORD = /(?:<[^<>\s]*|[\w\u0080-\uffff:-]*)$/;
/** What stands before a class. */
const CLASSES = /^(a|rdf:type|rdfs:domain|rdfs:range|rdfs:subClassOf)$/;

/** Teach YASQE the prefixes and terms of the graph; it asks nobody else. */
export function completed(Yasqe, loading, words) {
  const known = loading.then(({ prefixes, classes, properties }) => ({
    prefixes,
    classes: classes.map((term) => entry(term, prefixes)),
    properties: properties.map((term) => entry(term, prefixes)),
  }));
  Yasqe.Autocompleters.prefixes = {
    ...Yasqe.Autocompleters.prefixes,
    persistenceId: undefined,
    get: async () => Object.entries((await known).prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`).sort(),
  };
  let offered = new Map();
  Yasqe.registerAutocompleter({
    name: "terms",
    bulk: false,
    autoShow: false,
    isValidCompletionPosition: (yasqe) => spot(yasqe) !== null,
    preProcessToken: (yasqe, token) => {
      const here = spot(yasqe);
      return here && { ...token, ...here, from: { ch: here.start.ch }, to: { ch: here.start.ch + here.word.length } };
    },
    get: async (yasqe, { kind, word }) => {
      const { prefixes, classes, properties } = await known;
      const own = yasqe.getPrefixesFromQuery();
      const found = matching(kind === "class" ? classes : properties, word, own);
      offered = new Map(found.map((term) => [written(term, own, prefixes), { ...term, kind: words[kind] }]));
      return [...offered.keys()];
    },
    postprocessHints: (_yasqe, hints) => hints.map((hint) => ({ ...hint, render: (element) => draw(element, hint.text, offered.get(hint.text)) })),
  });
  // Its own completers of classes and properties ask a service elsewhere.
  Yasqe.defaults.autocompleters = ["variables", "prefixes", "terms"];
}

/** A term with all that it can be found by. */
function entry(term, prefixes) {
  const [prefix, base] = Object.entries(prefixes).find(([, iri]) => term.iri.startsWith(iri)) || ["", ""];
  const local = base ? term.iri.slice(base.length) : "";
  const labels = Object.values(term.label);
  return { ...term, prefix, base, local, words: [`${prefix}:${local}`, local, ...labels].map((word) => word.toLowerCase()) };
}

/** What is written before the cursor, and what may stand there: a class after `a`, a property as verb. */
function spot(yasqe) {
  const cursor = yasqe.getDoc().getCursor();
  const line = yasqe.getLine(cursor.line).slice(0, cursor.ch);
  const word = WORD.exec(line)[0];
  const start = { line: cursor.line, ch: cursor.ch - word.length };
  if (/[?$]/.test(line.charAt(start.ch - 1))) return null;
  const token = yasqe.getTokenAt(start);
  const before = /^\s*$/.test(token.string) ? yasqe.getPreviousNonWsToken(start.line, token) : token;
  if (["string", "comment", "variable-3"].includes(token.type)) return null;
  const next = token.state.possibleNext || [];
  const kind = CLASSES.test(before.string) ? "class" : next.includes("a") ? "property" : null;
  return kind && { kind, word, start };
}

/** Terms that begin with what is written, then those that hold it; the most used first. */
function matching(terms, text, own) {
  const typed = text.trim().replace(/^</, "").toLowerCase();
  const [prefix, local] = typed.includes(":") ? typed.split(/:(.*)/s) : [null, typed];
  const base = prefix === null ? undefined : own[prefix];
  const scored = [];
  for (const term of terms) {
    const words = base && term.iri.startsWith(base) ? [...term.words, `${prefix}:${term.iri.slice(base.length)}`.toLowerCase()] : term.words;
    const near = base !== undefined && term.iri.startsWith(base) && Object.values(term.label).some((label) => label.toLowerCase().includes(local));
    if (!typed || term.iri.toLowerCase().startsWith(typed) || words.some((word) => word.startsWith(typed))) scored.push([0, term]);
    else if (near || words.some((word) => word.includes(typed))) scored.push([1, term]);
  }
  return scored.sort((a, b) => a[0] - b[0]).slice(0, MOST).map(([, term]) => term);
}

/** How a term is written in this query: with a prefix of the query, else with ours. */
function written(term, own, prefixes) {
  for (const [prefix, base] of Object.entries(own)) {
    if (term.iri.startsWith(base) && plain(term.iri.slice(base.length))) return `${prefix}:${term.iri.slice(base.length)}`;
  }
  const free = term.prefix && (own[term.prefix] ?? prefixes[term.prefix]) === term.base;
  return free && plain(term.local) ? `${term.prefix}:${term.local}` : `<${term.iri}>`;
}

/** Whether a local name needs no escapes. */
function plain(local) {
  return /^[\w\u0080-\uffff][\w\u0080-\uffff-]*$/.test(local);
}

function draw(element, text, term) {
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = text;
  element.append(name);
  if (!term) return;
  const language = document.documentElement.lang;
  const labels = [term.label[language], ...Object.entries(term.label).filter(([tag]) => tag !== language).map(([, label]) => label)];
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = `${[...new Set(labels.filter(Boolean))].join(" · ")} · ${term.kind} ${term.uses}`.replace(/^ · /, "");
  element.append(said);
}
