"""People from a spreadsheet by the admin's path, against reading with calamine and a bare COPY of the same rows.

    uv run python bench/imports.py [--rows 10000 100000] [--slow 10000]

  engine   the file is received (read by the child process, kept by COPY), its columns taken as proposed, its rows
           rehearsed and run: the services that the pages call, one after the other, on the worker's connection
  COPY     python-calamine reads the file, and psycopg2 copies accounts and profiles into the same tables, with the same
           triggers, 20,000 in a transaction (their keys' locks are counted); nothing is checked, cleaned or shown
  plain    the same into tables of the same columns that have no trigger and no index: what PostgreSQL itself takes
  library  django-import-export at its defaults: a resource of the account and one of the profile, one import
  admin    the same as its admin does it: a dry run for the preview with its differences, then the import
Each runs in a process of its own on one throw-away server, in an MFI of its own; memory is the most that process had.
`--slow` is how many rows the library is given. Engine and COPY take turns, and the better of two counts.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.server import migrated, throw_away_server

ROOT = Path(__file__).resolve().parent.parent
HEAD = ("Name", "Phone", "National ID", "Date of birth", "District", "Village", "Employer", "Net monthly income")
FIRST = ("Palesa", "Thabo", "Lineo", "Khotso", "Mpho", "Tšepo", "Naleli", "Retšelisitsoe")
LAST = ("Mokoena", "Pheko", "Letsie", "Moshoeshoe", "Sekonyela", "Tau", "Shale")
AT_ONCE = 20_000
DISTRICTS = ("Maseru", "Berea", "Leribe", "Mafeteng", "Quthing")


def people(rows: int) -> Iterator[tuple[object, ...]]:
    for n in range(rows):
        born = date(1960, 1, 1) + timedelta(days=n % 14000)
        name = f"{FIRST[n % 8]} {LAST[n % 7]} {chr(65 + n % 26)}{chr(65 + n // 26 % 26)}"
        place = (DISTRICTS[n % 5], f"Ha {LAST[n % 7]}", ("Self-employed", "Shoprite", "")[n % 3])
        yield name, f"{50_000_000 + n}", f"{200_000_000_000 + n}", born, *place, Decimal(2000 + n % 9000)


def make_file(path: Path, rows: int) -> None:
    from apps.users.exporting.writing import Table, write_to

    with open(path, "wb") as file:
        write_to(file, Table(HEAD, people(rows)), "xlsx")


def by_engine(path: Path, told: dict[str, float]) -> int:
    from apps.mfis.core.actor import SYSTEM
    from apps.users.spreadsheets.services.uploads import map_columns, receive_file
    from apps.users.spreadsheets.services.work import start_run, work_on

    run = timed(told, "read", lambda: receive_file(kind_name="people", path=path, file_name=path.name, actor=SYSTEM))
    map_columns(run_id=run.pk, targets={int(p): key for p, key in run.targets.items()}, actor=SYSTEM)
    timed(told, "rehearse", lambda: work_on(run.pk))
    start_run(run_id=run.pk, actor=SYSTEM)
    done = timed(told, "write", lambda: work_on(run.pk))
    assert (done.state, done.refused, done.faulty) == ("done", 0, 0), (done.state, done.error)
    return int(done.inserted)


def timed(told: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    outcome = work()
    told[name] = time.perf_counter() - started
    return outcome


def _read(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]


def _line(*values: object) -> str:
    return "\t".join("\\N" if value in ("", None) else str(value) for value in values) + "\n"


def by_copy(path: Path, told: dict[str, float], *, plain: bool = False) -> int:
    from django.db import connection, transaction

    rows = timed(told, "read", lambda: _read(path))
    tables = ("users_account", "users_borrowerprofile")
    if plain:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"CREATE TABLE plain_{table} (LIKE {table} INCLUDING DEFAULTS)")
        tables = ("plain_users_account", "plain_users_borrowerprofile")
    for first in range(0, len(rows), AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            _copy(cursor, rows[first : first + AT_ONCE], *tables)
    return len(rows)


def _copy(cursor: Any, rows: list[list[Any]], accounts: str, profiles: str) -> None:
    from apps.mfis.core.tables import new_id

    keys = [str(new_id()) for _ in rows]
    made = "".join(
        _line(key, row[0], f"+266{row[1]}", "borrower", "[]", "t", "en", "!" + key, "2026-03-02")
        for key, row in zip(keys, rows, strict=True)
    )
    columns = "id, full_name, phone, role, duties, is_active, language, password, created_at"
    cursor.copy_expert(f"COPY {accounts} ({columns}) FROM STDIN", io.StringIO(made))
    made = "".join(
        _line(key, *row[2:4])[:-1] + "\t" + "\t".join((str(row[4]).lower(), row[5], row[6], str(row[7]))) + "\n"
        for key, row in zip(keys, rows, strict=True)
    )
    columns = "account_id, national_id, date_of_birth, district, village, employer, net_monthly_income"
    cursor.copy_expert(f"COPY {profiles} ({columns}) FROM STDIN", io.StringIO(made))


def by_library(path: Path, told: dict[str, float], *, preview: bool = False) -> int:
    from import_export.formats.base_formats import XLSX
    from import_export.resources import modelresource_factory

    from apps.mfis.core.tables import new_id
    from apps.users.accounts.models import Account, BorrowerProfile

    def dataset(content: bytes) -> Any:
        data = XLSX().create_dataset(content)
        data.headers = [
            "full_name",
            "phone",
            "national_id",
            "date_of_birth",
            "district",
            "village",
            "employer",
            "net_monthly_income",
        ]
        keys = [str(new_id()) for _ in range(len(data))]
        data.append_col(keys, header="id")
        data.append_col(keys, header="account")
        data.append_col(["borrower"] * len(data), header="role")
        data.append_col(["!"] * len(data), header="password")
        return data

    class_ = modelresource_factory
    fields = ("id", "full_name", "phone", "role", "password")
    account = class_(Account, meta_options={"fields": fields, "import_id_fields": ("id",)})
    fields = ("account", "national_id", "date_of_birth", "district", "village", "employer", "net_monthly_income")
    profile = class_(BorrowerProfile, meta_options={"fields": fields, "import_id_fields": ("account",)})
    content = path.read_bytes()
    if preview:
        data = timed(told, "read", lambda: dataset(content))
        timed(told, "preview", lambda: account().import_data(data, dry_run=True))
    data = dataset(content)
    for resource_class in (account, profile):
        result = resource_class().import_data(data, dry_run=False, raise_errors=True)
        assert not result.has_errors()
    return len(data)


WAYS: dict[str, Callable[[Path, dict[str, float]], int]] = {
    "engine": by_engine,
    "COPY": by_copy,
    "plain": lambda path, told: by_copy(path, told, plain=True),
    "library": by_library,
    "admin": lambda path, told: by_library(path, told, preview=True),
}


def child(way: str, path: str, schema: str) -> None:
    """One way in this process; prints what it took as JSON."""
    import django

    django.setup()
    from django_tenants.utils import tenant_context

    from apps.mfis.tenancy.models import MFI

    told: dict[str, float] = {}
    with tenant_context(MFI.objects.get(schema_name=schema)):
        started = time.perf_counter()
        rows = WAYS[way](Path(path), told)
        told["all"] = time.perf_counter() - started
    told["rows"] = rows
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told["reader"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(told))


class Bench:
    """MFIs one after the other, each for one measurement."""

    def __init__(self) -> None:
        self.opened = 0

    def run(self, way: str, path: Path) -> dict[str, float]:
        from bench.lender import open_lender

        self.opened += 1
        schema = open_lender(f"bench{self.opened}").mfi.schema_name
        command = [sys.executable, __file__, "--child", way, str(path), schema]
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr[-3000:])
        found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
        return found

    def better(self, ways: tuple[str, ...], path: Path, rounds: int) -> dict[str, dict[str, float]]:
        """Each way several times, taking turns; the better counts."""
        found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way in ways:
                found[way].append(self.run(way, path))
        return {way: min(each, key=lambda told: told["all"]) for way, each in found.items()}


def show(way: str, told: dict[str, float], against: dict[str, float] | None) -> None:
    parts = ", ".join(f"{name} {told[name]:.2f} s" for name in ("read", "preview", "rehearse", "write") if name in told)
    ratio = f"  {told['all'] / against['all']:5.2f} x COPY" if against else ""
    reader = f", its reading child {told['reader']:.0f} MB" if way == "engine" else ""
    print(f"  {way:8} {told['all']:8.2f} s{ratio}  {told['memory']:.0f} MB{reader}  {f'({parts})' if parts else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--slow", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with throw_away_server(), TemporaryDirectory() as folder:
        migrated()
        bench, engine = Bench(), {}
        for rows in options.rows:
            path = Path(folder) / f"people-{rows}.xlsx"
            make_file(path, rows)
            print(f"{rows:,} people, {path.stat().st_size / 1e6:.1f} MB")
            found = bench.better(("engine", "COPY", "plain"), path, options.rounds)
            if rows == options.slow:
                found |= {way: bench.run(way, path) for way in ("library", "admin")}
            for way, told in found.items():
                show(way, told, found["COPY"] if way != "COPY" else None)
            engine[rows] = found["engine"]["all"]
            if rows == options.slow:
                print(
                    f"  the library takes {found['library']['all'] / engine[rows]:.1f} times the engine, its admin "
                    f"{found['admin']['all'] / engine[rows]:.1f} times"
                )
        few, *_, many = sorted(engine) if len(engine) > 1 else (0, 0)
        if few:
            print(f"{many:,} people take {engine[many] / engine[few]:.1f} times the time of {few:,}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:5])
    else:
        main()
