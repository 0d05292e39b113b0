"""Puts a gzip and a brotli file beside each built script and style, and says what a first visit loads of them.

A phone on a slow line is sent a third of the bytes. Brotli comes from Node, which the build needs anyway.
"""

import gzip
import json
import subprocess
from pathlib import Path

DIST = Path(__file__).resolve().parent / "dist"
BROTLI = """
const { readFileSync, writeFileSync } = require("node:fs");
const { brotliCompressSync, constants } = require("node:zlib");
for (const path of process.argv.slice(1)) {
  const content = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(path + ".br", brotliCompressSync(content, { params }));
}
"""


def size(file: str, ending: str) -> int:
    """How many bytes a file of the build has, compressed."""
    return (DIST / f"{file}{ending}").stat().st_size


paths = sorted(path for path in (DIST / "assets").iterdir() if path.suffix in (".js", ".css"))
for path in paths:
    # mtime 0: the same build gives the same bytes.
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
subprocess.run(["node", "-e", BROTLI, *map(str, paths)], check=True)

built = json.loads((DIST / ".vite" / "manifest.json").read_text(encoding="utf-8"))
entry = built["index.html"]
scripts = [entry["file"], *(built[key]["file"] for key in entry.get("imports", []))]
words = built["src/locales/st.po"]["file"]
for name, ending in (("brotli", ".br"), ("gzip", ".gz")):
    entry_size = sum(size(file, ending) for file in scripts)
    print(
        f"{name}: the entry {entry_size:,} bytes, with the words of one language {entry_size + size(words, ending):,}"
    )
