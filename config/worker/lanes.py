"""The lanes of a worker, and one round of everything."""

from __future__ import annotations

import time

from django.conf import settings
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.repository import StoreAway, ping
from apps.mfis.core.database import PUBLIC
from apps.mfis.nodes.agent import reconcile
from apps.mfis.tenancy.models import MFI
from apps.mfis.work import health
from apps.mfis.work.kinds import FILES, IMPORTS, OF_EACH_MFI, OF_THE_NODE, Kind, next_due
from apps.mfis.work.queries import bring_forward, due_jobs, holding, is_still_due, note_done, postpone
from config.worker.jobs import AT_AN_MFI, AT_THE_NODE, sweep
from config.worker.notes import take_up_notes, work_off
from config.worker.schedule import Lane, Worker, kept_apart, mfis_here

LONG_LANES = 2  # so that one MFI's long day end keeps no other's waiting

LOOK_EVERY = 2.0  # seconds between two looks for jobs

AGENT_EVERY = 1.0

ASK_EVERY, ASK_AGAIN = 10.0, 2.0  # seconds between two looks at MongoDB, and while it is away

AFTER_AWAY = 60.0  # seconds

KINDS: dict[tuple[bool, str], Kind] = {
    **{(True, kind.name): kind for kind in OF_THE_NODE},
    **{(False, kind.name): kind for kind in OF_EACH_MFI},
}
NAMES = sorted({name for _, name in KINDS} - {IMPORTS, FILES})


def lanes(which: str = "all") -> list[Lane]:
    """The lanes of a worker: `quick` what notes tell of, `long` the jobs, `all` both. Each looks after MongoDB."""
    chosen = [Lane("watch", watch)]
    if which in ("quick", "all"):
        chosen += [Lane("notes", take_up_notes)]
        chosen += [Lane("node", run_agent)] if settings.CLUSTER else []
    if which in ("long", "all"):
        chosen += [Lane(f"jobs {n + 1}", do_jobs) for n in range(LONG_LANES)]
        chosen += [Lane(f"{IMPORTS} {n + 1}", do_imports) for n in range(LONG_LANES)]
    return chosen


def prepare(worker: Worker) -> float:
    """What a worker does when it starts: the net, and the histories of an earlier release are looked for."""
    sweep(worker)
    bring_forward([mfi.schema_name for mfi in mfis_here()], ["histories"])
    return 0


def run_once(worker: Worker) -> None:
    """One round of everything, due or not, at every MFI; whatever fails is raised."""
    if settings.CLUSTER:
        run_agent(worker)
    watch(worker)
    schemas = [mfi.schema_name for mfi in mfis_here()]
    sweep(worker)
    for schema in [*schemas, PUBLIC]:
        work_off(worker, schema)
    for kind in OF_EACH_MFI:
        for schema in schemas:
            do_job(worker, schema, kind.name)
    for name in AT_THE_NODE:
        if name != "compare" or settings.CLUSTER:
            do_job(worker, PUBLIC, name)


def run_agent(worker: Worker) -> float:
    """Brings schemas, publication and streams in order."""
    done = reconcile()
    for line in done.did:
        worker.say(f"node {settings.NODE}: {line}")
    for line in done.problems:
        worker.warn(f"node {settings.NODE}: {line}")
    return AGENT_EVERY


def watch(worker: Worker) -> float:
    """Looks whether MongoDB answers. Once it does again, what waits for it is noted: first that it does, then what."""
    if not ping():
        health.met_failure(health.What.MONGODB, "MongoDB does not answer")
        return ASK_AGAIN
    if health.seen_well(health.What.MONGODB):
        worker.say("MongoDB answers again.")
        sweep(worker)
    return ASK_EVERY


def do_jobs(worker: Worker) -> float:
    """One round of the jobs that are due, each where no other worker is at its schema. With none it is one query."""
    return _do_due(worker, "jobs", NAMES)


def do_imports(worker: Worker) -> float:
    """One round of the spreadsheets that people have sent, or asked for. Each MFI's are done one after the other."""
    return _do_due(worker, IMPORTS, [IMPORTS, FILES])


def _do_due(worker: Worker, lane: str, names: list[str]) -> float:
    due = due_jobs(names, histories=health.What.MONGODB)
    done = False
    for schema, name in due:
        with holding(schema, lane) as mine:
            if mine and is_still_due(schema, name):
                done = True
                with kept_apart(worker, schema, name):
                    do_job(worker, schema, name)
    return 0 if done else LOOK_EVERY


def do_job(worker: Worker, schema: str, name: str) -> None:
    """Does one job, and notes when it is due again."""
    started, kind = time.monotonic(), KINDS[schema == PUBLIC, name]
    due_at = next_due(kind, schema, timezone.now())  # by the day on which it began
    try:
        wait = _work(worker, schema, name)
    except StoreAway as error:  # that is nobody's failure; it goes on when it is back
        health.met_failure(health.What.MONGODB, str(error))
        wait = AFTER_AWAY
    if wait is None:
        note_done(schema, name, due_at, time.monotonic() - started, kind.seconds_after_change)
    else:
        postpone(schema, name, wait)


def _work(worker: Worker, schema: str, name: str) -> float | None:
    if schema == PUBLIC:
        return AT_THE_NODE[name](worker)
    mfi = MFI.objects.filter(schema_name=schema).first()
    if mfi is None:  # its own row is still on its way from another node
        return AFTER_AWAY
    with tenant_context(mfi):
        return AT_AN_MFI[name](worker, mfi)
