"""What dashboards show of jobs."""

from __future__ import annotations

from apps.mfis.work.kinds import title_of
from apps.mfis.work.models import Job

MAXIMUM_SHOWN = 5


def failing_jobs(schema: str | None = None) -> list[tuple[str, Job]]:
    """What each failing job is called, and the job, the longest failing first; of one schema, or of all."""
    jobs = Job.objects.failing()
    if schema is not None:
        jobs = jobs.filter(schema_name=schema)
    return [(title_of(job.name), job) for job in jobs[:MAXIMUM_SHOWN]]


def count_failing() -> int:
    """How many jobs fail, of all MFIs."""
    return Job.objects.failing().count()
