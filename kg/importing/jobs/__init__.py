"""Imports as jobs: taken in at once, read and checked one after the other, committed when asked.

    home/jobs/<id>/     job.json · files/ · work/ (the prepared change) · report.* · diff.*

    POST ─► queued ─► running ─► checked ─► committing ─► committed ─► reverted
                         ├─────► refused    (with the report)
                         ├─────► failed     (a limit, or a fault of ours)
                         └─────► cancelled

The folder is the job: whoever runs the service next goes on where the last one was interrupted.
Reading and checking is done by `imports.check` in a child process (`worker`), the commit by
`imports.commit`, as for everybody else; whether a commit has happened is told by the journal.
"""

from kg.importing.jobs.job import ACTIVE, STATES, File, Job
from kg.importing.jobs.jobs import Jobs
from kg.importing.jobs.runner import Runner

__all__ = ["ACTIVE", "STATES", "File", "Job", "Jobs", "Runner"]
