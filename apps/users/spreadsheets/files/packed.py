"""What XLSX and ODS have in common: they are zip files, which may unpack to far more than they are."""

from __future__ import annotations

import io
from zipfile import BadZipFile, ZipFile

from apps.users.spreadsheets.files.cells import UnreadableFile

MAXIMUM_UNPACKED = 300 * 1024 * 1024  # bytes


def members(content: bytes) -> list[str]:
    """The names of what a zip file holds.

    Raises:
        UnreadableFile: it is broken, or unpacks to more than `MAXIMUM_UNPACKED`.
    """
    try:
        packed = ZipFile(io.BytesIO(content)).infolist()
    except BadZipFile:
        raise UnreadableFile("The file is broken; save it anew as XLSX or CSV.") from None
    if sum(member.file_size for member in packed) > MAXIMUM_UNPACKED:
        raise UnreadableFile(
            f"The file unpacks to more than {MAXIMUM_UNPACKED // 1024**2} MB; copy the rows alone into a new file."
        )
    return [member.filename for member in packed]
