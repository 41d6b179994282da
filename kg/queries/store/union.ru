#+ title: {zh: 缺省图取各具名图之并集, en: The default graph is the union of the named graphs}
#+ note: A set, where the engine's own union counts a triple once for each graph that states it. Without the journal, which tells of times and not of the world.
PREFIX g: <https://w3id.org/istc-kg/graph/>
INSERT { ?s ?p ?o }
WHERE { GRAPH ?graph { ?s ?p ?o } FILTER(?graph != g:journal) }
