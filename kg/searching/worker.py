"""The process that makes an index, beside the service that goes on answering.

    python -m kg.searching.worker FOLDER FILE PARENT NICE

It ends with its parent.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kg.searching.making import make
from kg.store.keeper import end_with_parent, leave_network


def main(arguments: list[str]) -> None:
    """Make the index of a data version.

    Args:
        arguments: Folder of the version, the file to make, the process that waits for it, and how
            far it lets others go first.
    """
    folder, target, parent, nice = arguments
    end_with_parent(int(parent))
    leave_network()
    os.nice(int(nice))
    make(Path(folder), Path(target))


if __name__ == "__main__":
    main(sys.argv[1:])
