"""The committed build of the portal is what its sources and the locked packages make."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(shutil.which("npm") is None, reason="without Node only the fingerprint of the sources is compared")
def test_the_committed_portal_built_anew_is_the_same(tmp_path: Path) -> None:
    """The build itself, from a clean copy of the sources and the locked packages."""
    portal = tmp_path / "portal"
    left_out = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(ROOT / "portal", portal, ignore=left_out)
    for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "describe"], ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=portal, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-2000:]}"
    types = (portal / "src" / "schema.ts").read_bytes()
    assert types == (ROOT / "portal" / "src" / "schema.ts").read_bytes()

    def files(dist: Path) -> dict[str, bytes]:
        found = {p.relative_to(dist).as_posix(): p for p in dist.rglob("*") if p.is_file()}
        return {n: p.read_bytes() for n, p in found.items() if not n.endswith((".gz", ".br", "sources.sha256"))}

    built, committed = files(portal / "dist"), files(ROOT / "portal" / "dist")
    assert built.keys() == committed.keys()
    assert [name for name in built if built[name] != committed[name]] == []
