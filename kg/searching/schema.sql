-- Things are numbered by how much the graph knows of them, so that what is found first is known best.
-- A name is numbered thing * 256 + place: the thing of a name needs no look-up.
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL, zh TEXT, en TEXT, other TEXT, language TEXT,
  kind INTEGER NOT NULL, statements INTEGER NOT NULL
);
CREATE TABLE kind (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, zh TEXT, en TEXT);
CREATE TABLE thing_kind (kind INTEGER, thing INTEGER, PRIMARY KEY (kind, thing)) WITHOUT ROWID;
CREATE TABLE thing_country (country INTEGER, thing INTEGER, PRIMARY KEY (country, thing)) WITHOUT ROWID;
CREATE TABLE name (
  id INTEGER PRIMARY KEY, sort INTEGER NOT NULL, language TEXT, text TEXT NOT NULL, form TEXT NOT NULL
);
-- Initials of English names, Chinese names in pinyin, and the initials of that.
CREATE TABLE code (code TEXT, name INTEGER, PRIMARY KEY (code, name)) WITHOUT ROWID;
-- Words, and Chinese in pairs of characters; contentless, since names stand above.
CREATE VIRTUAL TABLE word USING fts5(
  text, content='', columnsize=0, detail=full, prefix='1 2 3', tokenize="unicode61 remove_diacritics 0"
);
-- All words, with the number of names that have them, and the three-letter pieces of their letters.
CREATE TABLE term (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, names INTEGER NOT NULL);
CREATE TABLE piece (piece TEXT, term INTEGER, PRIMARY KEY (piece, term)) WITHOUT ROWID;
