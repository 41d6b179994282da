-- What helps to recognise the things of one graph. Things are numbered in the order of their IRIs.
CREATE TABLE thing (id INTEGER PRIMARY KEY, key TEXT NOT NULL, known TEXT NOT NULL);
-- Codes of ISO 3166-1.
CREATE TABLE code (code TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE identifier (scheme TEXT NOT NULL, value TEXT NOT NULL, thing INTEGER NOT NULL);
-- What equal names have in common, and the words of names.
CREATE TABLE name (name TEXT NOT NULL, thing INTEGER NOT NULL);
CREATE TABLE word (word TEXT NOT NULL, thing INTEGER NOT NULL);
