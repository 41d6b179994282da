"""Who may change the graph: bearer tokens (RFC 6750), also as the password of HTTP Basic.

Basic is taken since SPARQLWrapper and rdflib can send nothing else; the user name does not count.
"""

from __future__ import annotations

from flask import request

from kg.errors import NotAllowed, Unauthorized
from kg.tokens import Token, Tokens
from service.state import state

_HINT = "Send the header Authorization: Bearer with a token; istc token create makes one."


def require(scope: str) -> Token:
    """The token of this request.

    Args:
        scope: What it must allow, one of `kg.tokens.SCOPES`.

    Returns:
        The token.

    Raises:
        Unauthorized: There is none, or it is unknown, revoked or expired.
        NotAllowed: It does not allow this.
    """
    given = _given()
    if not given:
        raise Unauthorized("Changes need a token.", where="Authorization", hint=_HINT)
    token = Tokens(state().settings).find(given)
    if token is None:
        raise Unauthorized("The token is not valid.", where="Authorization", hint=_HINT)
    if token.expired():
        raise Unauthorized(
            f"The token has expired on {token.expires}.", where="Authorization", hint=_HINT
        )
    if not token.allows(scope):
        raise NotAllowed(
            f"The token does not allow this: it lacks the scope {scope}.",
            where="Authorization",
            hint=f"Who runs the service makes one: istc token create NAME --scope {scope}.",
            extra={"scopeNeeded": scope, "scopes": list(token.scopes)},
        )
    return token


def _given() -> str:
    authorization = request.authorization
    if authorization is None:
        return ""
    if authorization.type == "bearer":
        return authorization.token or ""
    return (authorization.password or "") if authorization.type == "basic" else ""
