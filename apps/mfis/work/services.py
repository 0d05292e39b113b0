"""What people may do about jobs."""

from __future__ import annotations

from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import NotFound
from apps.mfis.core.roles import Action
from apps.mfis.work.models import Job


@command(Action.MANAGE_MFIS)
def retry_job(*, job_id: int, actor: Actor) -> Job:
    """Makes a job due now, without its wait. How often it has failed stays until it is done.

    Raises:
        NotAllowed: duty. NotFound: there is no such job.
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.")
    job.due_at = timezone.now()
    job.save(update_fields=["due_at"])
    return job
