"""The tables of `benchmarks.endpoint`, in Markdown."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks import machine

if TYPE_CHECKING:
    from benchmarks.endpoint import Export, Measured, Size

_NONE = "–"
#: The bare engine behind a server: no peer to be faster than.
_SAME_ENGINE = "oxigraph"
#: What our layer may add to the bare engine at p50; also the bound for a repeated question.
_ADDED_MS, _ADDED_SHARE = 2.0, 0.1


def text(sizes: list[Size], about: str, command: str) -> str:
    """The section of the page.

    Args:
        sizes: What was measured.
        about: The machine.
        command: What was run.

    Returns:
        Markdown.
    """
    parts = [
        "## The endpoint, the bare engine and its peers",
        f"{about}. `{command}`",
        "“A pass” is one call of each of the twelve queries: the sum of their medians. In "
        "brackets: how many times that of the bare engine it is. Texts that are *distinct* were "
        "never asked before; *repeated* ones were.",
    ]
    for size in sizes:
        parts += [f"### {size.quads:,} quads", _targets(size), _summary(size), _queries(size)]
        parts += [_exports(size), _told(size)]
    return "\n\n".join(part for part in parts if part)


def _pass(by_query: dict[str, list[float]], names: list[str]) -> float | None:
    if not names or any(name not in by_query for name in names):
        return None
    return sum(statistics.median(by_query[name]) for name in names)


def _against(value: float | None, base: float | None, digits: int = 1) -> str:
    if value is None:
        return _NONE
    shown = f"{value:,.{digits}f}"
    return f"{shown} ({value / base:.2f})" if base else shown


def _rate(one: Measured, kind: str) -> float | None:
    """Answers a second with eight clients."""
    return one.under[kind].each_second if kind in one.under else None


def _summary(size: Size) -> str:
    base = size.measured[0]
    names = list(base.distinct)
    rows = []
    for one in size.measured:
        under = one.under.get("distinct")
        rows.append(
            [
                one.name,
                f"{one.loaded:.1f}",
                _against(_pass(one.first, names), _pass(base.first, names), 0),
                _against(_pass(one.distinct, names), _pass(base.distinct, names)),
                _against(_pass(one.repeated, names), _pass(base.repeated, names)),
                _against(_rate(one, "distinct"), _rate(base, "distinct")),
                f"{under.p50:.1f} / {under.p95:.1f}" if under else _NONE,
                _against(_rate(one, "repeated"), _rate(base, "repeated")),
                f"{one.mib:,.0f}",
            ]
        )
    head = [
        "",
        "ready, s",
        "first pass, ms",
        "a pass, distinct, ms",
        "a pass, repeated, ms",
        "8 clients, distinct, /s",
        "p50 / p95, ms",
        "8 clients, repeated, /s",
        "memory, MiB",
    ]
    return machine.table(head, rows)


def _cell(one: Measured, name: str) -> str:
    taken = one.distinct.get(name)
    if not taken:
        return _NONE
    return f"{statistics.median(taken):.2f} / {machine.percentile(taken, 0.95):.2f}"


def _queries(size: Size) -> str:
    base, mine = size.measured[0], size.measured[1]
    rows = []
    for name in base.distinct:
        own = mine.distinct.get(name)
        kept = mine.repeated.get(name)
        added = statistics.median(own) - statistics.median(base.distinct[name]) if own else 0.0
        rows.append(
            [
                name,
                *(_cell(one, name) for one in size.measured),
                f"{added:+.2f}",
                f"{statistics.median(kept):.2f}" if kept else _NONE,
            ]
        )
    head = ["p50 / p95, ms, distinct", *(one.name for one in size.measured)]
    return machine.table([*head, "ours adds at p50, ms", "ours, repeated, p50"], rows)


def _exports(size: Size) -> str:
    rows = [
        [one.name, *(_export(one.exports.get(kind)) for kind in ("csv", "nt"))]
        for one in size.measured
    ]
    unit = "first byte s / whole s / MB / memory MiB"
    return machine.table(["all triples", f"CSV: {unit}", f"N-Triples: {unit}"], rows)


def _export(one: Export | None) -> str:
    if one is None:
        return _NONE
    return f"{one.first:.2f} / {one.seconds:.1f} / {one.size / 1e6:.0f} / {one.mib:,.0f}"


def _targets(size: Size) -> str:
    """What was promised of our layer, and whether this run keeps it."""
    base, mine, *others = size.measured
    peers = [peer for peer in others if not peer.name.startswith(_SAME_ENGINE)]
    names = list(base.distinct)
    lines = []
    over = []
    for name in names:
        bare, own = base.distinct[name], mine.distinct.get(name)
        added = statistics.median(own) - statistics.median(bare) if own else float("inf")
        if added > max(_ADDED_MS, _ADDED_SHARE * statistics.median(bare)):
            over.append(f"{name} {added:+.1f} ms")
    lines.append(_verdict(not over, "at most 2 ms or 10 % more than the bare engine at p50", over))
    rate, most = _rate(mine, "distinct"), _rate(base, "distinct")
    if rate is not None and most:
        share = [f"{rate / most:.0%} of the bare engine's"]
        lines.append(_verdict(rate >= 0.9 * most, "90 % of its throughput, 8 clients", share))
    for kind in ("distinct", "repeated"):
        told = []
        won = True
        for peer in peers:
            names = [n for n in getattr(peer, kind) if n in getattr(mine, kind)]
            theirs, ours = _pass(getattr(peer, kind), names), _pass(getattr(mine, kind), names)
            if not theirs or not ours:
                continue
            won &= theirs > ours
            left = f" without {len(base.distinct) - len(names)}" * (len(names) < len(base.distinct))
            told.append(f"{peer.name} takes {theirs / ours:.1f} times as long{left}")
        if told:
            lines.append(_verdict(won, f"a pass through the mix before the peers, {kind}", told))
    for phase, what in (("repeated", "from the kept answers"), ("unchanged", "as 304")):
        served = mine.served.get(phase, {})
        slow = [f"{name} {ms:.1f} ms" for name, ms in served.items() if ms >= _ADDED_MS]
        middle = [f"median {statistics.median(served.values()):.2f} ms"] if served else []
        promise = f"a repeated question {what} in 2 ms of our server's time, with sending"
        lines.append(_verdict(not slow, promise, [*middle, *slow]))
    return "\n".join(lines)


def _verdict(kept: bool, promise: str, told: list[str]) -> str:
    return f"- {'kept' if kept else '**missed**'}: {promise}{': ' * bool(told)}{'; '.join(told)}"


def _told(size: Size) -> str:
    lines = []
    for one in size.measured:
        lines += [f"- {one.name}: {what} failed: {why}" for what, why in one.failures.items()]
        for kind, under in one.under.items():
            if under.failed:
                lines.append(f"- {one.name}: {under.failed} {kind} answers failed with 8 clients")
    lines += [f"- {name}: left out, {why}" for name, why in size.missing.items()]
    return "\n".join(lines)
