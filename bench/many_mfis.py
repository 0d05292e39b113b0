"""A server that grows: 10, 100 and 500 MFIs, and what each costs a worker at rest, Letsema's pages, and one MFI more.

    uv run python bench/many_mfis.py [--levels 10,100,500] [--people 1000000] [--seconds 60]

One throw-away PostgreSQL and MongoDB. At each level it opens what MFIs are lacking through the service, fills the list
of all people to its share of `--people` by SQL, lets the jobs stand as after a quiet day (done, the next spread over
their time), and measures:
  worker, server  CPU milliseconds a second of a `manage.py worker` with nothing to do, and of PostgreSQL meanwhile
  dashboard …     Letsema's dashboard, and the list of people: its first page, a name searched for, one MFI's people
  one more        opening one more MFI, and dropping it again
  no migration    `migrate_tenants` with nothing to do
  web, sessions   memory of a web process that has served a page of every MFI, and the server's connections meanwhile
Medians, and each figure's ratio of the last level to the first. Times are taken in turn with a page that asks nothing
of any MFI, and the last column is the ratio in units of it: what else the machine was doing is in both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.server import migrated, throw_away_server  # noqa: E402
from config.embedded.mongo import EmbeddedMongo  # noqa: E402
from config.embedded.postgres import free_port  # noqa: E402

if TYPE_CHECKING:
    from django.test import Client

ROUNDS = 25
YARDSTICK = "/admin/users/apitoken/"  # an empty list
SETTLED = 0.02  # of a core: a worker that uses less for a few seconds has nothing to do

PEOPLE = """
    INSERT INTO public.mfis_directoryentry
        (account_id, schema_name, full_name, email, phone, role, duties, is_active, has_signed_up, created_at)
    SELECT gen_random_uuid(), 'many_' || (1 + n %% %s),
           initcap(left(md5(n::text), 7) || ' ' || right(md5(n::text), 9)),
           NULL, '+2665' || lpad(n::text, 7, '0'), 'borrower', '', true, n %% 3 = 0, now()
      FROM generate_series(%s, %s) n
"""

QUIET = """
    DELETE FROM public.mfis_worknote;
    UPDATE public.mfis_job
       SET last_done_at = now(), took = 0.02, attempts = 0,
           due_at = now() + CASE WHEN name IN ('tidy') THEN interval '6 hours' ELSE interval '1 day' END
                    * (0.02 + 0.98 * (hashtext(schema_name || name) & 1023) / 1024.0);
    INSERT INTO public.mfis_portfoliosnapshot
        (mfi_id, taken_at, borrowers, loans_by_status, active_loans, outstanding_principal, par1, par30, outbox_waiting,
         accounts_of_borrowers, accounts_of_staff)
    SELECT id, now(), 90, '{}', 80, 100000 + (hashtext(schema_name) & 65535), 9000, 4000, 0, 200, 5
      FROM public.mfis_mfi
    ON CONFLICT (mfi_id) DO NOTHING
"""


def open_mfi(n: int) -> str:
    """Opens MFI number n through the service. Returns its schema."""
    from apps.mfis.core.actor import SYSTEM
    from apps.users.operators.services import onboard_mfi

    onboard_mfi(
        name=f"Many {n}",
        subdomain=f"many-{n}",
        licence_type="credit_only_3",
        district="berea",
        contact_email="a@many.example",
        admin_name="Lineo Matete",
        admin_email="l@many.example",
        actor=SYSTEM,
        notify=False,
    )
    return f"many_{n}"


class Figure(NamedTuple):
    """What was measured, and how long the yardstick took meanwhile."""

    value: float
    yardstick: float = 1.0


def in_turn(work: Callable[[], object], yardstick: Callable[[], object], rounds: int = ROUNDS) -> Figure:
    """The median milliseconds of both, after once for nothing."""
    work(), yardstick()
    took = [(timed(work), timed(yardstick)) for _ in range(rounds)]
    return Figure(*(median(times) * 1000 for times in zip(*took, strict=True)))


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu(pid: int) -> float:
    """CPU seconds of a process until now; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Megabytes that a process keeps in memory, without what it shares with another."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def sessions(application: str = "letsema") -> list[int]:
    """The server's own processes of our connections, but this one's."""
    from apps.mfis.core.database import fetch_all

    asked = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
    return [int(pid) for (pid,) in fetch_all(asked, [application])]


def at_rest(seconds: float) -> tuple[float, float]:
    """Milliseconds of CPU a second of a worker with nothing to do: its own, and of the server for it."""
    with running("manage.py", "worker") as worker:
        quiet_for = 0
        while quiet_for < 3:  # it has looked at every MFI once, as it does when it starts
            before = cpu(worker.pid)
            time.sleep(3)
            quiet_for = quiet_for + 1 if cpu(worker.pid) - before < 3 * SETTLED and time_of_start(worker) > 9 else 0
        asked = sessions()
        before, served = cpu(worker.pid), sum(map(cpu, asked))
        time.sleep(seconds)
        own, server = cpu(worker.pid) - before, sum(map(cpu, asked)) - served
    return own / seconds * 1000, server / seconds * 1000


def time_of_start(process: subprocess.Popen[bytes]) -> float:
    """For how many seconds a process has run."""
    ticks = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def web(mfis: int) -> tuple[float, int]:
    """Megabytes of a web process after a page of each MFI, and how many connections the server has then."""
    port = free_port()
    options = ("--workers=1", "--threads=2", "--log-level=error", "--no-control-socket")
    with running("-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{port}", *options) as process:
        for n in range(1, mfis + 1):
            ask(f"http://127.0.0.1:{port}/admin/login/", f"many-{n}.localhost")
        (worker,) = children(process.pid)
        return memory(worker), len(sessions())


def ask(url: str, host: str) -> None:
    """Asks until the server is up."""
    for attempt in range(100):
        try:
            with urlopen(Request(url, headers={"Host": host}), timeout=10) as answer:  # noqa: S310 - our own
                answer.read()
                return
        except OSError:
            if attempt == 99:
                raise
            time.sleep(0.1)


class Bench:
    """One server, and what stands on it."""

    def __init__(self, people: int, last: int, seconds: float) -> None:
        self.people, self.last, self.seconds = people, last, seconds
        self.mfis = self.entries = self.extra = 0
        self.client = self._letsema()

    def _letsema(self) -> Client:
        from django.test import Client

        from apps.mfis.core.actor import SYSTEM
        from apps.mfis.core.roles import Role
        from apps.users.staff.services import create_staff

        admin = create_staff(full_name="Naleli M", email="n@l.example", role=Role.LETSEMA_ADMIN, actor=SYSTEM)
        client = Client(HTTP_HOST="localhost")
        client.force_login(admin, backend="apps.users.access.backends.EmailOrPhoneBackend")
        return client

    def grow(self, level: int) -> None:
        """Opens MFIs and adds people up to a level, and lets everything be as after a quiet day."""
        from apps.mfis.core.database import connection, execute

        while self.mfis < level:
            self.mfis += 1
            open_mfi(self.mfis)
        wanted = self.people * level // self.last
        if wanted > self.entries:
            execute(PEOPLE, [level, self.entries + 1, wanted])
            self.entries = wanted
        execute(QUIET)
        execute("VACUUM ANALYZE public.mfis_directoryentry")
        connection.close()

    def get(self, path: str) -> None:
        assert self.client.get(path).status_code == 200, path

    def yardstick(self) -> None:
        self.client.get(YARDSTICK)

    def page(self, path: str) -> Figure:
        return in_turn(lambda: self.get(path), self.yardstick)

    def one_more(self) -> Figure:
        from apps.mfis.core.database import connection

        def opened() -> None:
            self.extra += 1
            open_mfi(1_000_000 + self.extra)

        connection.close()
        return in_turn(opened, self.yardstick, 9)

    def migrate(self) -> Figure:
        from django.core.management import call_command

        with open(os.devnull, "w") as nowhere:
            return in_turn(lambda: call_command("migrate_tenants", stdout=nowhere), self.yardstick, 7)

    def measure(self, level: int) -> dict[str, Figure]:
        """Every figure at a level."""
        self.grow(level)
        own, server = at_rest(self.seconds)
        people = "/admin/mfis/directoryentry/"
        figures = {
            "worker at rest, ms/s": Figure(own),
            "server for it, ms/s": Figure(server),
            "both, ms/s": Figure(own + server),
            "dashboard, ms": self.page("/admin/"),
            "people, first page, ms": self.page(people),
            "people, searched, ms": self.page(f"{people}?q=Ab12+cd"),
            "people of one MFI, ms": self.page(f"{people}?mfi=many_3"),
            "no migration, ms": self.migrate(),
            "one more MFI, ms": self.one_more(),
        }
        memory_of_web, connections = web(level)
        return figures | {"web process, MB": Figure(memory_of_web), "its connections": Figure(connections)}


def report(levels: list[int], found: list[dict[str, Figure]]) -> None:
    print(f"{'':<24}" + "".join(f"{level:>10}" for level in levels) + f"{'last/first':>12}{'by yardstick':>14}")
    for name in found[0]:
        figures = [at[name] for at in found]
        ratio = figures[-1].value / figures[0].value if figures[0].value else float("nan")
        corrected = ratio * figures[0].yardstick / figures[-1].yardstick
        print(f"{name:<24}" + "".join(f"{f.value:>10.1f}" for f in figures) + f"{ratio:>12.2f}{corrected:>14.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", default="10,100,500")
    parser.add_argument("--people", type=int, default=1_000_000, help="in the list at the last level")
    parser.add_argument("--seconds", type=float, default=60, help="for which the worker is watched at rest")
    arguments = parser.parse_args()
    levels = [int(n) for n in arguments.levels.split(",")]
    with throw_away_server(), tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder), throw_away=True)
        mongo.start()
        os.environ["MONGODB_URL"] = mongo.url()
        try:
            migrated()
            bench = Bench(arguments.people, levels[-1], arguments.seconds)
            report(levels, [bench.measure(level) for level in levels])
        finally:
            mongo.stop()


if __name__ == "__main__":
    main()
