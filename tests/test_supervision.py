"""What dies under `make run` is started again, each time after a longer wait; the rest goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.embedded.mongo import EmbeddedMongo
from config.embedded.postgres import CannotStart, EmbeddedPostgres
from config.embedded.system import FIRST_WAIT, LONGEST_WAIT, Restart, System


def test_each_restart_waits_longer_and_a_long_run_begins_anew() -> None:
    restart, now, waits = Restart(), 1000.0, []
    for _ in range(8):
        waits.append(restart.after_end(now))
        now += waits[-1]
        restart.begin(now)
        now += 1
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert restart.after_end(now + LONGEST_WAIT + 1) == FIRST_WAIT


def test_a_killed_worker_is_started_again_and_the_rest_stays(tmp_path: Path) -> None:
    said: list[str] = []
    system = System(tmp_path, tmp_path, port=1, say=said.append)
    for name in ("application", "worker"):
        system._child(name, sys.executable, "-c", "import time; time.sleep(60)")
    before = dict(system.children)
    try:
        before["worker"].kill()
        before["worker"].wait()
        until = time.monotonic() + 10
        while system.children["worker"] is before["worker"] and time.monotonic() < until:
            system._restart_children()
            time.sleep(0.1)
        assert system.children["worker"].poll() is None
        assert system.children["worker"] is not before["worker"]
        assert system.children["application"] is before["application"]
        assert "The worker has ended" in said[0]
    finally:
        system._stop_children()
    assert isinstance(before["worker"], subprocess.Popen)


def test_what_was_prepared_is_not_prepared_again_until_the_release_changes(tmp_path: Path) -> None:
    var, migrations = tmp_path / "var", tmp_path / "apps" / "loans" / "migrations"
    migrations.mkdir(parents=True)
    (tmp_path / "manage.py").write_text("import sys; sys.exit(sys.argv[1] == 'fail')")
    system = System(tmp_path, var, port=1)
    system._prepare_folder()
    system.postgres, system.mongo = EmbeddedPostgres(var), EmbeddedMongo(var)
    assert not system.is_prepared
    with pytest.raises(CannotStart):
        system.prepare("fail")
    assert not system.is_prepared
    system.prepare("load_demo")
    assert system.is_prepared
    (migrations / "0002_more.py").write_text("")
    assert not system.is_prepared
    system.prepare("load_demo")
    system.mongo = None  # one that is given
    assert not system.is_prepared
