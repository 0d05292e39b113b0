"""Prints a hash of everything the portal's build is made from."""

from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
files = [HERE / n for n in ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "openapi.json")]
digest = sha256()
for path in sorted([*files, *(HERE / "src").rglob("*"), *(HERE / "public").rglob("*")]):
    if path.is_file():
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
print(digest.hexdigest())
