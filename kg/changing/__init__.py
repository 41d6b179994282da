"""One path for every change: do → own → derive → check → commit, all or nothing.

    step ─► child: copy of the graph, the step, rules, shapes and checks ─► two lists of quads
         ─► one commit with its journal entry and its change file (`kg.store.truth`)

Whoever changes the graph comes this way: SPARQL Update, the Graph Store Protocol, imports, undo.
Blank nodes get names, graphs that a build makes are refused, what follows from the facts is derived
anew, and what breaks a rule is refused with the whole report. All the work is done in a child
process without network and under limits of time and memory; the writer's lock is held meanwhile,
so that nobody's change is lost.
"""

from kg.changing.hiding import hide
from kg.changing.preparing import Prepared, commit, prepare
from kg.changing.running import Changed, Guard, change, undo
from kg.changing.steps import Drop, Load, Part, Quads, Several, Step, Update, quads

__all__ = [
    "Changed",
    "Drop",
    "Guard",
    "Load",
    "Part",
    "Prepared",
    "Quads",
    "Several",
    "Step",
    "Update",
    "change",
    "commit",
    "hide",
    "prepare",
    "quads",
    "undo",
]
