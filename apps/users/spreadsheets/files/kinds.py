"""What a file is, told by what stands in it and not by its name."""

from __future__ import annotations

from apps.users.spreadsheets.files.cells import UnreadableFile
from apps.users.spreadsheets.files.packed import members

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, old Word, and what has a password
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"Rar!": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"\x1f\x8b": "an archive",
}
_NO_SHEET = "The file is {}, whatever its name says; save the rows as XLSX or CSV where it was made."


def reader_of(content: bytes) -> str:
    """Who reads the file: "xlsx", "binary" or "delimited".

    Raises:
        UnreadableFile: it is something else, has a password, or is broken.
    """
    other = next((what for mark, what in _OTHERS.items() if content.startswith(mark)), "")
    if other:
        raise UnreadableFile(_NO_SHEET.format(other))
    if content.startswith(_OLE):
        if _PASSWORD in content:
            raise UnreadableFile("The file has a password; save it without one.")
        if "WordDocument".encode("utf-16-le") in content:
            raise UnreadableFile(_NO_SHEET.format("a text document"))
        return "binary"
    return _packed(content) if content.startswith(b"PK\x03\x04") else "delimited"


def _packed(content: bytes) -> str:
    names = set(members(content))
    if "xl/workbook.bin" in names:
        return "binary"
    if "word/document.xml" in names:
        raise UnreadableFile(_NO_SHEET.format("a text document"))
    if "ppt/presentation.xml" in names:
        raise UnreadableFile(_NO_SHEET.format("a presentation"))
    if "content.xml" in names:
        return "binary"
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(_NO_SHEET.format("an archive"))
    return "xlsx"
