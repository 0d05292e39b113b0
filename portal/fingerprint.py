"""Prints a hash of everything the portal's build is made from."""

from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETTINGS = (
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "lingui.config.js",
    "openapi.json",
)

sources = [path for path in (HERE / "src").rglob("*") if "tests" not in path.relative_to(HERE).parts]
files = [*(HERE / name for name in SETTINGS), *sources]
digest = sha256()
for path in sorted(files):
    if path.is_file():
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
print(digest.hexdigest())
