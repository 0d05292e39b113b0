"""CSV of any encoding and separator."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from statistics import median

from charset_normalizer import from_bytes

from apps.users.spreadsheets.files.cells import Sink, UnreadableFile, cell_of, plain_text
from apps.users.spreadsheets.files.pages import read_page

SEPARATORS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets save in this part of the world: of those that fit equally well the first is taken.
_SINGLE_BYTE = ["cp1252", "mac_roman", "cp850", "cp1250"]
_AMISS = re.compile(r"[a-zß-ö][A-ZÀ-ÖØ-ÞŠŽŸ]|[^\w\s\x20-\x7e’‘“”–—…•€£°§©®´·]")


def read_delimited(content: bytes, sink: Sink) -> None:
    """Reads the one sheet of a CSV file.

    Raises:
        UnreadableFile: it is no text, or its quotes do not close.
    """
    text, encoding = decode(content)
    if text.lstrip("\ufeff \t\r\n")[:1] == "<":
        _read_marked_up(text, sink)
        return
    separator, text = _separator(text)
    sink.begin("")
    try:
        for number, row in enumerate(_rows(text, separator), start=1):
            found = ((column, cell_of(plain_text(value))) for column, value in enumerate(row, start=1))
            sink.put(number, {column: cell for column, cell in found if cell})
    except csv.Error as error:
        raise UnreadableFile(
            f"The CSV file cannot be read: {error}. Look for a quote that is not closed, or save it as XLSX."
        ) from None
    sink.end([], _note(encoding) if encoding else "")


def _read_marked_up(text: str, sink: Sink) -> None:
    if "<?xml" in text[:100] and "urn:schemas-microsoft-com:office:spreadsheet" in text[:2000]:
        raise UnreadableFile("The file is an XML spreadsheet of 2003; open it in Excel and save it as XLSX.")
    read_page(text, sink)


def _note(encoding: str) -> str:
    return (
        f"The file does not say how its letters are written, and was read as {encoding}: "
        "look at letters like š and é below, or save it as CSV UTF-8."
    )


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and, where the file does not tell, the encoding that it was taken for.

    Raises:
        UnreadableFile: it is in no encoding that is known.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding), ""
    if content[:200].count(0) > len(content[:200]) // 4:
        return _decoded(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"), ""
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _likeliest(content)


def _likeliest(content: bytes) -> tuple[str, str]:
    """The text in the encoding in which the fewest characters are out of place, and the encoding."""
    found = {match.encoding: str(match) for match in from_bytes(content, cp_isolation=_SINGLE_BYTE)}
    if not re.search(rb"[\x00-\x08\x81\x8d\x8f\x90\x9d]", content):
        found.setdefault("cp1252", content.decode("cp1252"))
    for encoding in _SINGLE_BYTE if found else []:
        with suppress(UnicodeDecodeError):
            found.setdefault(encoding, content.decode(encoding))
    if not found:
        raise UnreadableFile("The file is no text; save it as CSV (UTF-8) or XLSX.")
    names = [*_SINGLE_BYTE, *found]
    encoding = min(found, key=lambda name: (len(_AMISS.findall(found[name])), names.index(name)))
    return found[encoding], encoding


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("The file is no text; save it as CSV (UTF-8) or XLSX.") from None


def _separator(text: str) -> tuple[str, str]:
    """What parts the cells of a row, and the text without the line by which Excel says it (`sep=;`)."""
    said = re.match(r"sep=(.)(?:\r\n|\r|\n)", text, re.IGNORECASE)
    if said:
        return said[1], "\n" + text[said.end() :]  # an empty row, so that rows keep their numbers
    return max(SEPARATORS, key=lambda separator: _columns(text, separator)), text


def _columns(text: str, separator: str) -> float:
    """How many cells a usual row of the first fifty has."""
    sample = "\n".join(text.splitlines()[:50])
    try:
        counts = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if any(row)]
    except csv.Error:
        return 0
    return median(counts) if counts else 0


def _rows(text: str, separator: str) -> csv._reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
