"""The processes that work on jobs.

python -P -m kg.importing.jobs check FOLDER PARENT       read and check a job
python -P -m kg.importing.jobs difference FOLDER         show its change anew, print the numbers
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from kg.importing.jobs import preview, worker

what, folder = sys.argv[1], Path(sys.argv[2])
if what == preview.DIFFERENCE:
    json.dump(preview.write_difference(folder), sys.stdout)
else:
    code = worker.main(folder, int(sys.argv[3]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Without waiting for memory to be given back piece by piece.
    os._exit(code)
