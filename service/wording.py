"""Sentences of errors in the reader's language.

`kg` words its errors in English and knows no reader. The sentences that reach the web are listed
here as patterns with named gaps; one that fits is translated with the gaps filled in, and one that
fits none is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache

from service.language import DEFAULT, interface, translate


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


PATTERNS = (
    # addresses and formats
    _("“%(name)s” is not a format of this answer."),
    _("Use one of: %(names)s."),
    _("None of the types that you accept can be sent."),
    _("The graph says nothing of this thing."),
    _("Look for it on the home page."),
    _("It was taken out of the graph with change %(number)s on %(day)s (%(reason)s)."),
    _("It was taken out of the graph with change %(number)s."),
    _("Only classes have a list of their things."),
    _("a key such as country/CHN or University"),
    _("The address does not name a thing."),
    _("“%(iri)s” is not an absolute IRI."),
    _("The parameter %(name)s is missing."),
    _("For example %(example)s"),
    _("There is no such file."),
    # versions and changes
    _("Data version %(number)s is no longer kept."),
    _("Change %(number)s is no longer kept."),
    _("There is no data version %(number)s."),
    _("“%(text)s” is not the number of a data version."),
    _("Give a whole number, %(least)s or more."),
    _("%(number)s patches are being put together."),
    _("There is no type of problem “%(slug)s”."),
    # requests to the endpoint
    _("The parameters are not UTF-8."),
    _("Encode them as UTF-8 (%(why)s)."),
    _("The query is not UTF-8."),
    _("Byte %(number)s is not valid UTF-8."),
    _("The endpoint answers queries only."),
    _("The parameter %(name)s is given %(number)s times."),
    _("Give it once."),
    _("The time limit must be a number of seconds above zero."),
    _("The query is given in the body and in the address."),
    _("A request holds a query or an update, not both."),
    _("The query is missing."),
    _("Send it as the parameter query or as the body."),
    _("A query id has up to 128 letters, digits, and . _ ~ -"),
    _("No query of this id is running."),
    _("It may have ended. Send your own id in the header Query-Id."),
    # questions and their parameters
    _("Parameters given more than once: %(names)s."),
    _("Give each parameter once."),
    _("one value"),
    _("There is no page %(number)s."),
    _("The pages are 1 to %(last)s."),
    _("a number from 1 to %(last)s"),
    _("There is no question “%(id)s”."),
    _("Did you mean %(near)s?"),
    _("List them with: istc questions."),
    _("Wrong parameters: %(names)s."),
    _("%(parameter)s must be %(expected)s, e.g. %(example)s."),
    _("%(parameter)s must be %(expected)s."),
    _("%(what)s not below %(low)s"),
    _("%(what)s not above %(high)s"),
    _("a parameter of this question"),
    _("a thing of %(kind)s"),
    _("a concept of %(scheme)s"),
    _("a year such as 2020 between %(low)s and %(high)s"),
    _("a year such as 2020"),
    _("a number between %(low)s and %(high)s"),
    _("a range of years such as %(example)s between %(low)s and %(high)s"),
    _("a range of years such as %(example)s"),
    _("a range of numbers such as %(example)s between %(low)s and %(high)s"),
    _("a range of numbers such as %(example)s"),
    _("a range that begins before it ends"),
    _("one of several with this name"),
    _("a number"),
    # search
    _("The index for search is being made."),
    _("Try again in some seconds."),
    _("a name, a part of one, or an identifier"),
    _("a class with things, such as Organization, or org"),
    _("the key of a country, such as CHN"),
    # frozen answers and files
    _("The answer has %(number)s bytes; up to %(most)s can be frozen."),
    _("Choose values that give fewer rows."),
    _("This service keeps %(number)s %(things)s and holds as many."),
    _("Cite the permanent link with its data version, or ask who runs the service."),
    _("%(number)s %(things)s have been made within an hour, as many as allowed."),
    _("frozen answers"),
    _("Try again after the seconds given in Retry-After."),
    _("There is no frozen answer of this hash."),
    _("It has 64 hexadecimal digits and was given when the answer was frozen."),
    _("A frozen answer has been changed on disk."),
    _("A sheet cannot hold more than %(number)s rows."),
    _("Ask for CSV or JSON."),
    _("The graph is being replaced."),
    # short links
    _("short links"),
    _("The query has %(number)s bytes; a short link holds up to %(most)s."),
    _("Share the query as a file."),
    _("Share the address of the query, or the query itself."),
    _("There is no short link of this name."),
    _("It has %(number)s letters and digits and was given when the link was made."),
    _("The query of a short link has been changed on disk."),
    # queries
    _("The query is empty."),
    _("Begin with SELECT, ASK, CONSTRUCT or DESCRIBE."),
    _("“%(word)s” is not a query form."),
    _("There is no function <%(iri)s>."),
    _("Use the functions of SPARQL 1.1, the casts of XSD, or those of GeoSPARQL."),
    _("The query is not valid SPARQL: something is missing or does not belong here."),
    _("The query is not valid SPARQL: expected %(wanted)s."),
    _("The query is not valid SPARQL: %(said)s"),
    _("The IRI is not valid, or is relative."),
    _("A variable is selected that is not in GROUP BY."),
    _("The prefix %(prefix)s: is not declared."),
    _("Add this line at the top: %(line)s"),
    _("Declare it at the top: %(line)s"),
    _("%(word)s is an update; the endpoint answers queries only."),
    _("Change the graph with an import."),
    _("%(word)s would reach another machine and is not offered."),
    _("Query the other endpoint by itself and join the answers."),
    _("A query with the id %(id)s is running."),
    _("Use a new id for each query."),
    # limits
    _("The query was stopped after %(number)s seconds."),
    _("Make it more selective, or ask for fewer rows."),
    _("The answer is larger than %(number)s bytes."),
    _("Ask for fewer rows with LIMIT, or download the whole graph."),
    _("The query needs more than %(number)s bytes of memory."),
    _("Join fewer patterns, or ask for fewer rows."),
    _("The query was cancelled."),
    _("The client left before its query began."),
    _("The client left before its query had ended."),
    _("All %(number)s workers were in use for %(seconds)s seconds."),
    _("Try again shortly."),
    _("Try again."),
    # the store
    _("There is no graph yet."),
    _("Run: istc build"),
    _("Data version %(number)s cannot be loaded."),
    _("Check memory and files, then try again."),
    _("The process that holds the graph has ended."),
    # changes
    _("Changes need a token."),
    _("Send the header Authorization: Bearer with a token; istc token create makes one."),
    _("The token is not valid."),
    _("The token has expired on %(moment)s."),
    _("The token does not allow this: it lacks the scope %(scope)s."),
    _("Use a token that was made with this scope."),
    _("The update is not UTF-8."),
    _("The update is given in the body and in the address."),
    _("The update is missing."),
    _("Send it as the parameter update, or as the body."),
    _("The graphs are given in the request and by %(word)s in the update."),
    _("Give them in one place."),
    _("The update cannot be done: %(said)s"),
    _("The update changes the default graph, which is the union of all graphs."),
    _("Name the graph: INSERT DATA { GRAPH <…> { … } }, or WITH <…> before DELETE and INSERT."),
    _(
        "The document states triples outside any graph; here the default graph is the "
        "union of all graphs."
    ),
    _("Put them into a graph, or send them to a graph: ?graph=…"),
    _("The change touches a graph that is built from tables."),
    _("Correct the row of the table, or use a graph of your own."),
    _("The journal is written by commits only."),
    _("Say in a graph of your own what you have to say."),
    _("The document names graphs, but it is sent into one graph."),
    _("Send it to the whole store, without a graph."),
    _("The document refers to a remote JSON-LD context, which is not fetched."),
    _("Put the context into the document."),
    _("The document has a document type (DTD), which is not read."),
    _("Save it without <!DOCTYPE …> and entities; RDF libraries do."),
    _("The RDF cannot be read: %(said)s"),
    _("Check the place, and that the media type is that of the content."),
    _("The form holds no file."),
    _("Send each document as a file with its Content-Type."),
    _("The body is not a whole gzip archive."),
    _("Pack it again, or send it as it is."),
    _("The address names more than one graph."),
    _("Give graph once, or default, not both."),
    _("The default graph is the union of all graphs and cannot be changed itself."),
    _("Name a graph of your own: ?graph=…"),
    _("There is no graph “%(name)s”."),
    _("The graphs are: %(names)s."),
    _("It has changed since you read it."),
    _("Read it again, and send the new entity tag."),
    _("It exists already."),
    _("Leave the header out to replace it."),
    _("There is no change %(number)s."),
    _("The newest is %(number)s."),
    _("No change with the number %(number)s is kept."),
    _("The change was stopped after %(number)s seconds; nothing was changed."),
    _("%(number)s changes are waiting for each other."),
    _("Change less at a time."),
    _("The client left before its change was done; nothing was changed."),
    _("The change needs more than %(number)s bytes of memory; nothing was changed."),
    _("The change needs more disk than it may take; nothing was changed."),
    _("%(who)s is writing to the graph."),
    _("Wait until it has finished, or stop it; nothing is lost, the lock ends with it."),
    _("There is no table “%(kind)s”."),
    _("The tables are: %(names)s."),
    # links and decisions on them
    _("There is no link “%(id)s”."),
    _("List them with: istc review --all"),
    _("The link of “%(label)s” has been decided meanwhile: %(status)s."),
    _("open"),
    _("later"),
    _("linked"),
    _("accepted"),
    _("rejected"),
    _("Look at the list again, then decide."),
    _("The disk is full; nothing was changed."),
    _("Free disk space, then try again."),
    _("Somebody has changed meanwhile what this change replaces."),
    _("Look at it again, then repeat the change."),
    _("“%(label)s” has become %(target)s in change %(number)s."),
    _("Take that decision back with its data: istc undo %(number)s"),
    _("The link of “%(label)s” names no thing."),
    _("Say what it is: istc review accept %(id)s --as country/…"),
    _("“%(label)s” cannot be two things."),
    _("Accept one of them; the others are rejected by that."),
    _("The link of “%(label)s” is decided twice."),
    _("Decide on each link once."),
    _("“%(number)s” is the beginning of %(count)s ids."),
    _("Give more of its characters."),
    _("There is no thing “%(key)s”."),
    _("Give its key, e.g. org/cas."),
    _("Somebody has changed the graph meanwhile."),
    _("Look at the list again, then repeat the decision."),
    _("The body is not JSON: %(said)s."),
    _("Send %(example)s."),
    _("a list of %(low)s to %(high)s decisions"),
    _("an object with id and verb"),
    _("a member of a decision"),
    _("a text"),
    _("one of several"),
    _("left out, unless the verb is accept"),
    # imports
    _("queued"),
    _("running"),
    _("checked"),
    _("refused"),
    _("failed"),
    _("cancelled"),
    _("committing"),
    _("committed"),
    _("reverted"),
    _("This can be done when it is: %(states)s."),
    _("checked, queued"),
    _("queued, running"),
    _("%(number)s of your imports are waiting already."),
    _("Send the next one when one of them is done."),
    _("There is no import “%(id)s” of yours."),
    _("List them with: GET /imports."),
    _("The import is being committed or taken back."),
    _("Look again when that has ended."),
    _("The import was sent to be checked only."),
    _("Send it again without dry_run."),
    _("The import no longer conforms: the graph has changed since it was checked."),
    _("Read the report of the import, mend the file and send it again."),
    _("The import has changed nothing."),
    _("Nobody committed the import in time; its files are gone."),
    _("Send the files again."),
    _("The import was stopped after %(seconds)s seconds."),
    _("Import less at a time."),
    _("The import needs more than %(bytes)s bytes of memory."),
    _("The import needs more than %(bytes)s bytes of disk, or the disk is full."),
    _("The import could not be checked; it has been logged."),
    _("%(number)s others are following imports already."),
    _("Ask for the import itself now and then."),
    _("%(number)s others are waiting already."),
    _("The client left before its files were checked."),
    _("The check was stopped after %(seconds)s seconds."),
    _("Check less at a time, or with a token as a job."),
    _("The import is %(state)s; it has no report."),
    _("The import is %(state)s; it has no difference."),
    _("The import is %(state)s."),
    _("Look at the import: %(address)s"),
    _("Send each file in a field named file."),
    _("The body is empty."),
    _("Send a table or a document of RDF."),
    _("“%(source)s” is no key of a source."),
    _("Write lower-case letters, digits and hyphens, e.g. office-register."),
    _("The name of the file gives no key of a source."),
    _("Name the source: lower-case letters, digits and hyphens, e.g. office-register."),
    _("one of: %(names)s"),
    _("There is no room for the file on the disk."),
    _("Tell who runs the service; nothing was taken in."),
    # places
    _("line %(line)s, column %(column)s"),
    _("question %(id)s"),
)

_GAP = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            pattern,
            re.compile(_GAP.sub(lambda m: f"(?P<{m[1] or m[2]}>.+?)", re.escape(pattern)), re.S),
        )
        for pattern in PATTERNS
    )


def reworded(sentence: str) -> str:
    """A sentence of an error in the reader's language.

    Args:
        sentence: As `kg` words it.

    Returns:
        Its translation; the sentence itself when there is none.
    """
    if interface() != DEFAULT:
        return sentence
    for source, pattern in _compiled():
        found = pattern.fullmatch(sentence)
        if found is not None:
            gaps = {name: reworded(text) for name, text in found.groupdict().items()}
            return translate(source, **gaps)
    return translate(sentence)
