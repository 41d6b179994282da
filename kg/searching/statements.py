"""The SQL of search, over the tables of `schema.sql`.

Lists come back as one row of JSON: each row that is fetched would hand the interpreter to the other
threads. Words come in the order of things, so that a limit ends the search early. 256 is the number
of names that a thing may have.
"""

from __future__ import annotations

#: Things whose names meet a condition of FTS5, and the filters.
MATCHING = """
SELECT json_group_array(thing) FROM (
  SELECT DISTINCT rowid / 256 AS thing FROM word WHERE word MATCH :condition
  AND (:kind IS NULL OR EXISTS (
    SELECT 1 FROM thing_kind k WHERE k.kind = :kind AND k.thing = word.rowid / 256))
  AND (:first IS NULL OR EXISTS (
    SELECT 1 FROM thing t WHERE t.id = word.rowid / 256 AND t.iri > :first AND t.iri < :last))
  AND (:country IS NULL OR EXISTS (
    SELECT 1 FROM thing_country c WHERE c.country = :country AND c.thing = word.rowid / 256))
  LIMIT :limit)
"""
#: Those of a list of things, in its order, that meet the filters.
FILTERED = """
SELECT json_group_array(thing) FROM (
  SELECT value AS thing FROM json_each(:things)
  WHERE (:kind IS NULL OR EXISTS (
    SELECT 1 FROM thing_kind k WHERE k.kind = :kind AND k.thing = value))
  AND (:first IS NULL OR EXISTS (
    SELECT 1 FROM thing t WHERE t.id = value AND t.iri > :first AND t.iri < :last))
  AND (:country IS NULL OR EXISTS (
    SELECT 1 FROM thing_country c WHERE c.country = :country AND c.thing = value))
  ORDER BY key LIMIT :limit)
"""
ADDRESSED = """
SELECT json_group_array(id) FROM thing WHERE iri IN (SELECT value FROM json_each(:iris))
"""
NAMED = """
SELECT json_group_array(thing) FROM (
  SELECT DISTINCT id / 256 AS thing FROM name WHERE replace(form, ' ', '') = :form
  ORDER BY thing LIMIT :limit)
"""
CODED = """
SELECT json_group_array(thing) FROM (
  SELECT DISTINCT name / 256 AS thing FROM code WHERE code = :form ORDER BY thing LIMIT :limit)
"""
#: Identifiers that begin so; what lies between two forms is read from the index alone.
IDENTIFIED = """
SELECT json_group_array(thing) FROM (
  SELECT DISTINCT thing FROM (
    SELECT id / 256 AS thing FROM name
    WHERE replace(form, ' ', '') > :form AND replace(form, ' ', '') < :form || char(1114111)
    AND sort = 2 LIMIT :most)
  ORDER BY thing LIMIT :limit)
"""
SPELT = """
SELECT json_group_array(thing) FROM (
  SELECT DISTINCT thing FROM (
    SELECT name / 256 AS thing FROM code
    WHERE code > :form AND code < :form || char(1114111) LIMIT :most)
  ORDER BY thing LIMIT :limit)
"""
#: Names, with their forms, that meet a condition of FTS5.
FORMS = """
SELECT json_group_array(json_array(n.id, n.form)) FROM (
  SELECT rowid AS id FROM word WHERE word MATCH :condition LIMIT :limit) w
JOIN name n ON n.id = w.id
"""
#: Words that have a text inside them, not at their beginning.
CONTAINING = """
SELECT json_group_array(word) FROM (
  SELECT t.word FROM term t
  WHERE t.id IN (
    SELECT term FROM piece WHERE piece IN (SELECT value FROM json_each(:pieces))
    GROUP BY term HAVING count(*) = json_array_length(:pieces))
  AND instr(t.word, :text) > 1
  ORDER BY t.names DESC LIMIT :limit)
"""
#: Words, with how many names have them.
KNOWN = """
SELECT json_group_array(json_array(word, names)) FROM term
WHERE word IN (SELECT value FROM json_each(:words))
"""
#: Words that share most pieces with one.
NEAR = """
SELECT json_group_array(word) FROM (
  SELECT t.word FROM term t JOIN (
    SELECT term, count(*) AS shared FROM piece
    WHERE piece IN (SELECT value FROM json_each(:pieces))
    GROUP BY term ORDER BY shared DESC LIMIT :limit) near ON near.term = t.id
  WHERE length(t.word) BETWEEN :shortest AND :longest)
"""
THINGS = """
SELECT id, iri, zh, en, other, language, kind, statements FROM thing
WHERE id IN (SELECT value FROM json_each(:things))
"""
NAMES = """
SELECT n.id / 256, n.sort, n.language, n.text FROM json_each(:things) t
JOIN name n ON n.id BETWEEN t.value * 256 AND t.value * 256 + 255 ORDER BY n.id
"""
COUNTRIES = """
SELECT c.thing, t.iri FROM thing_country c JOIN thing t ON t.id = c.country
WHERE c.thing IN (SELECT value FROM json_each(:things)) ORDER BY 1, 2
"""
LABELS = """
SELECT iri, zh, en FROM thing WHERE iri IN (SELECT value FROM json_each(:iris))
"""
KIND_FACET = """
SELECT kind, count(*) FROM thing_kind WHERE thing IN (SELECT value FROM json_each(:things))
GROUP BY kind
"""
#: How many of some things are of two kinds at once.
SHARED = """
SELECT count(*) FROM thing_kind a JOIN thing_kind b ON b.thing = a.thing AND b.kind = :other
WHERE a.kind = :kind AND a.thing IN (SELECT value FROM json_each(:things))
"""
COUNTRY_FACET = """
SELECT t.iri, t.zh, t.en, count(*) FROM thing_country c JOIN thing t ON t.id = c.country
WHERE c.thing IN (SELECT value FROM json_each(:things)) GROUP BY t.id
ORDER BY 4 DESC, 1 LIMIT :limit
"""
OF_PREFIX = "SELECT EXISTS (SELECT 1 FROM thing WHERE iri > :first AND iri < :last)"
NUMBER = "SELECT id FROM thing WHERE iri = :iri"
