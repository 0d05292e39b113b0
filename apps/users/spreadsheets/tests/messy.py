"""Files as lenders send them, made byte by byte where no library would make them so."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

PHONE = "59900001"
GOOD = "Khotso Pheko,59900001"

KHOTSO = {"full_name": "Khotso Pheko", "phone": "+26659900001"}
TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ODS = TEXT.format("Name") + TEXT.format("Phone")
ODS_ROW = TEXT.format("Khotso Pheko") + TEXT.format(PHONE)


@dataclass(frozen=True)
class Variant:
    """One way in which a file is messy."""

    name: str
    content: bytes | Callable[[], bytes]
    said: str = ""
    kept: dict[str, str] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    good: int = 1


def kept(name: str, content: bytes | Callable[[], bytes], said: str = "", good: int = 1, **values: str) -> Variant:
    """Read, with these values in its first good row."""
    return Variant(name, content, said, KHOTSO | values, good=good)


def not_kept(name: str, content: bytes | Callable[[], bytes], said: str) -> Variant:
    """Refused, or with a fault in its only row."""
    return Variant(name, content, said, good=0)


def said_once(name: str, content: bytes, readings: dict[str, str], **values: str) -> Variant:
    """Read as it was said once of its column."""
    return Variant(name, content, "", KHOTSO | values, {"readings": readings})


def named(name: str, text: str, *options: str, **values: str) -> Variant:
    settings = {"options": dict.fromkeys(options, "yes")}
    return Variant(name, called(text), "", values, settings)


Change = Callable[[bytes], bytes]


def csv(*rows: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return end.join([*rows, ""]).encode(encoding)


def book(*rows: Sequence[Any], change: Callable[[Any, Any], object] | None = None) -> bytes:
    """An XLSX of one sheet; `change` is given the workbook and the sheet."""
    made = Workbook()
    sheet: Any = made.active
    for row in rows:
        sheet.append(row)
    if change:
        change(made, sheet)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def repacked(content: bytes, changes: Mapping[str, Change]) -> bytes:
    """A zip file whose members are changed, by the end of their names; what is no member is added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = next((changes[end] for end in changes if name.endswith(end)), None)
            new.writestr(name, change(old.read(name)) if change else old.read(name))
        for name in changes.keys() - set(old.namelist()):
            if not any(member.endswith(name) for member in old.namelist()):
                new.writestr(name, changes[name](b""))
    return packed.getvalue()


def packed(**members: str) -> bytes:
    """A zip file; the names of members have _ for / and .: word_document_xml."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in members.items():
            folder, _, rest = name.partition("_")
            file.writestr(f"{folder}/{rest.replace('_', '.')}", text)
    return content.getvalue()


def before_rows(xml: bytes) -> Change:
    return lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + xml)


def with_entities(sheet: bytes) -> bytes:
    """The XML of a sheet whose cells grow by entities within entities."""
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    bomb = f'<!DOCTYPE worksheet [<!ENTITY e0 "lol">{"".join(names)}]>'.encode()
    at = sheet.index(b"<worksheet")
    return sheet[:at] + bomb + sheet[at:].replace(b"<sheetData>", b"<sheetData><row><c><v>&e9;</v></c></row>")


def repeated(sheet_rows: str, count: int) -> str:
    """The rows of an ODS, the last of which is empty and repeated."""
    empty = f'<table:table-row table:number-rows-repeated="{count}"><table:table-cell/></table:table-row>'
    return f"{sheet_rows}</table:table-row>{empty}<table:table-row>"


def xls(*rows: Sequence[Any]) -> bytes:
    """A BIFF8 workbook of one sheet in its container."""
    cells = b"".join(
        _xls_cell(row, column, value) for row, values in enumerate(rows) for column, value in enumerate(values)
    )
    bof = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = b"Sheet"
    sheet_at = len(bof) + 4 + 8 + len(name) + 4
    bound = _record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + _record(0x0A, b"")
    return _container("Workbook", bof + bound + _record(0x0A, b"") + sheet)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _xls_cell(row: int, column: int, value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    return _record(0x203, struct.pack("<HHHd", row, column, 0, value))


def _container(name: str, stream: bytes) -> bytes:
    """A compound file of one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    entries = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    return header + table + entries.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


def xlsb(*rows: Sequence[str]) -> bytes:
    """A binary workbook of one sheet of texts."""
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Sheet")
    workbook = _brt(0x83) + _brt(0x8F) + _brt(0x9C, bundle) + _brt(0x90) + _brt(0x84)
    sheet = _brt(0x81) + _brt(0x94, struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + _brt(0x91)
    for row, values in enumerate(rows):
        sheet += _brt(0x00, struct.pack("<I", row) + b"\0" * 13)
        for column, value in enumerate(values):
            sheet += _brt(0x06, struct.pack("<II", column, 0) + _wide(value))
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = (
        f'<Relationships><Relationship Id="rId1" Type="{relation}" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("xl/workbook.bin", workbook)
        file.writestr("xl/_rels/workbook.bin.rels", relations)
        file.writestr("xl/worksheets/sheet1.bin", sheet + _brt(0x92) + _brt(0x82))
    return content.getvalue()


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _brt(kind: int, content: bytes = b"") -> bytes:
    said = bytes([kind]) if kind < 0x80 else bytes([kind & 0xFF, 1])
    return said + bytes([len(content)]) + content


def loan_book_of_people() -> bytes:
    """Branches with their sums, under headings in two rows and a title."""

    def merged(_book: Any, sheet: Any) -> None:
        for area in ("A1:D1", "A2:B2", "C2:D2", "A4:D4", "A8:D8"):
            sheet.merge_cells(area)

    return book(
        ["CLIENTS AS AT 30 NOVEMBER"],
        ["WHO", None, "WORK", None],
        ["Name", "Phone", "Employer", "Income"],
        ["MASERU BRANCH"],
        ["Khotso Pheko", "59900001", "Self-employed", 4500],
        ["Thabo Tau", "59900002", "Self-employed", 500.5],
        ["Sub-total Maseru", None, None, 5000.5],
        ["LERIBE BRANCH"],
        ["Palesa Shale", "59900003", "Self-employed", 100],
        ["Sub-total Leribe", None, None, 90],
        ["GRAND TOTAL", None, None, 5100.5],
        change=merged,
    )


def from_1904(made: Any, sheet: Any) -> None:
    """Counts the days of a workbook from 1904, as old Macs did."""
    made.epoch = CALENDAR_MAC_1904


def born(text: str) -> bytes:
    return csv("Name,Phone,DOB", f'{GOOD},"{text}"')


def born_cell(value: Any, number_format: str = "General", **how: Any) -> bytes:
    def change(made: Any, sheet: Any) -> None:
        sheet["C2"].number_format = number_format
        if how.get("is_1904"):
            from_1904(made, sheet)

    return book(["Name", "Phone", "DOB"], ["Khotso Pheko", PHONE, value], change=change)


def pays(text: str) -> bytes:
    return csv("Name,Phone,Income", f'{GOOD},"{text}"')


def pays_cell(value: Any, number_format: str = "General") -> bytes:
    def change(_made: Any, sheet: Any) -> None:
        sheet["C2"].number_format = number_format

    return book(["Name", "Phone", "Income"], ["Khotso Pheko", PHONE, value], change=change)


def identified(value: Any, number_format: str = "General") -> bytes:
    def change(_made: Any, sheet: Any) -> None:
        sheet["C2"].number_format = number_format

    return book(["Name", "Phone", "ID No"], ["Khotso Pheko", PHONE, value], change=change)


def called(name: Any) -> bytes:
    return book(["Name", "Phone"], [name, PHONE])


def phoned(value: Any) -> bytes:
    return book(["Name", "Phone"], ["Khotso Pheko", value])


def rows_with(change: Callable[[Any, Any], object]) -> bytes:
    return book(["Name", "Phone"], ["Khotso Pheko", PHONE], change=change)


def with_hidden(state: str) -> Callable[[], bytes]:
    def made() -> bytes:
        def change(of: Any, _sheet: Any) -> None:
            other = of.create_sheet("Old")
            other.append(["Name", "Phone"])
            other.sheet_state = state

        return rows_with(change)

    return made


def hide_row(_made: Any, sheet: Any) -> None:
    sheet.row_dimensions[2].hidden = True


def hide_column(_made: Any, sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True


def filtered(_made: Any, sheet: Any) -> None:
    sheet.auto_filter.ref, sheet.freeze_panes = "A1:B2", "A2"


def all_hidden(made: Any, sheet: Any) -> None:
    made.create_sheet("Empty")
    sheet.sheet_state = "hidden"


def html(table: str) -> bytes:
    return f"<html><head><style>td {{}}</style></head><body>{table}</body></html>".encode()


def computed() -> bytes:
    """A phone that a formula makes, with its result."""
    result = f"<f>1+1</f><v>{PHONE}</v>".encode()

    def with_result(sheet: bytes) -> bytes:
        return re.sub(rb"<f>1\+1</f><v ?(/>|></v>)", result, sheet)

    return repacked(phoned("=1+1"), {"sheet1.xml": with_result})
