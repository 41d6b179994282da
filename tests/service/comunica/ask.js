// node ask.js ENDPOINT QUERY: the rows of a SELECT query as JSON lines, or the quads of a CONSTRUCT.
import { createRequire } from "node:module";

// The packages stand in the folder that this is run from, not beside this file.
const { QueryEngine } = createRequire(`${process.cwd()}/`)("@comunica/query-sparql");

const [endpoint, query] = process.argv.slice(2);
const found = await new QueryEngine().query(query, { sources: [endpoint] });
if (found.resultType === "bindings") {
  for await (const row of await found.execute()) {
    const cells = [...row].map(([name, term]) => [name.value, term.value]);
    console.log(JSON.stringify(Object.fromEntries(cells)));
  }
} else {
  for await (const quad of await found.execute()) {
    console.log(JSON.stringify([quad.subject.value, quad.predicate.value, quad.object.value]));
  }
}
