"""Files as lenders send them: of each what is said, and what is kept. Nothing is guessed, and nothing dropped unsaid.

`said` is part of what is said of the file: its refusal, a note, a warning, a fault, or why there is nothing to do.
`kept` is part of what would be kept of the first good row; None where no row is good.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from apps.mfis.core.errors import ServiceError
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests import messy
from apps.users.spreadsheets.tests.messy import (
    GOOD,
    ODS,
    ODS_ROW,
    PHONE,
    Variant,
    all_hidden,
    book,
    born,
    born_cell,
    called,
    csv,
    filtered,
    hide_column,
    hide_row,
    html,
    identified,
    kept,
    named,
    not_kept,
    pays,
    pays_cell,
    phoned,
    rows_with,
    said_once,
    with_hidden,
    xls,
    xlsb,
)
from apps.users.spreadsheets.tests.rehearsals import rehearsed
from apps.users.spreadsheets.tests.workbooks import opendocument, sheets
from tests.factories import Branch

HEAD = "Name,Phone"
MAY = {"date_of_birth": "27 May 1990"}
HEADS = [
    kept("Sesotho words", csv("Lebitso,Mohala", GOOD)),
    kept("capitals and trailing spaces", csv(" NAME ,PHONE  ", GOOD)),
    kept("a star for what is required", csv("Name *,Phone *", GOOD)),
    kept("a unit in brackets", csv("Name,Phone,Income (M)", f"{GOOD},4500"), net_monthly_income="4500"),
    kept("a line break in a head", csv('Name,"Phone\nnumber"', GOOD)),
    kept("a title of three rows above", csv("Clients,", ",", "2026,", HEAD, GOOD)),
    kept("two rows of heads", messy.loan_book_of_people, "2 headings and 3 totals are left out", good=3),
    kept("heads merged down beside groups", csv("Name,CONTACT,", ",Phone,E-mail", "Khotso Pheko,59900001,")),
    not_kept(
        "two heads of one name",
        csv("Name,Phone,Mobile", f"{GOOD},59900002"),
        "Nothing takes what stands under “Phone” (B), “Mobile” (C)",
    ),
    kept("a byte order mark", b"\xef\xbb\xbf" + csv(HEAD, GOOD)),
    kept("a blank that does not break", csv("Name,Phone\u00a0number", GOOD)),
    kept("an abbreviated head", csv("Name,Cell No.", GOOD)),
    Variant(
        "name in parts",
        csv("First name,Middle name,Surname,Phone", "Khotso,Neo,Pheko,59900001"),
        "",
        {"full_name": "Khotso Neo Pheko"},
    ),
    not_kept("no column of names", csv("Phone,Town", "59900001,Roma"), "No column of the file is taken for"),
    kept(
        "a head in another language",
        csv("Name,Phone,Geburtsort", f"{GOOD},Roma"),
        "Nothing takes what stands under “Geburtsort”",
    ),
    not_kept("no head at all", csv(GOOD, "Thabo Tau,59900002"), "No column of the file is taken for"),
    not_kept("an empty head over a filled column", csv("Name,Phone,", f"{GOOD},x"), "under no heading"),
]
DATES = [
    *[
        kept(f"the date {text}", born(text), **MAY)
        for text in (
            *("1990-05-27", "27/05/1990", "27.05.1990", "27-05-1990", "27 May 1990", "27-May-1990", "May 27, 1990"),
            *("27 Motšeanong 1990", "27 Motseanong 1990", "1990/05/27", "19900527", "27th May 1990", "MAY 27th, 1990"),
            "1990-05-27 10:31:00",
        )
    ],
    kept("a date cell", born_cell(date(1990, 5, 27), "dd/mm/yyyy"), **MAY),
    kept("a cell of date and time", born_cell(datetime.fromisoformat("1990-05-27 10:31"), "dd/mm/yyyy hh:mm"), **MAY),
    kept("a number of year, month and day", born_cell(19900527), **MAY),
    kept(
        "a workbook that counts from 1904", born_cell(date(1990, 5, 27), "dd/mm/yyyy", is_1904=True), "from 1904", **MAY
    ),
    not_kept("a day that may be the month", born("05/06/1990"), "may be 5 June 1990 or 6 May 1990"),
    not_kept("a year of two digits", born("27/05/90"), "with all four digits of the year"),
    not_kept("a number in a General cell", born_cell(33020), "days as spreadsheets count them"),
    said_once("27 as the day", born("05/27/1990"), {"date_of_birth.days": "month-first"}, **MAY),
    not_kept("a day that is none", born("31/02/1990"), "is not a date"),
    not_kept("a month in no language known", born("27 Mai 1990"), "is not a date"),
    said_once("day first", born("05/06/1990"), {"date_of_birth.days": "day-first"}, date_of_birth="5 June 1990"),
    said_once("month first", born("05/06/1990"), {"date_of_birth.days": "month-first"}, date_of_birth="6 May 1990"),
    said_once("years of two digits", born("27/05/90"), {"date_of_birth.years": "past"}, **MAY),
    said_once("numbers are days", born_cell(33020), {"date_of_birth.serials": "1900"}, date_of_birth="27 May 1990"),
    said_once(
        "numbers are days from 1904", born_cell(31558), {"date_of_birth.serials": "1904"}, date_of_birth="27 May 1990"
    ),
]
AMOUNTS = [
    kept("a comma before cents", pays("4500,50"), net_monthly_income="4500.50"),
    kept("commas between thousands", pays("4,500.00"), net_monthly_income="4500.00"),
    kept("a currency and a blank", pays("M 4 500"), net_monthly_income="4500"),
    kept("a blank that does not break in an amount", pays("4\u00a0500.00"), net_monthly_income="4500.00"),
    not_kept("a point before three digits", pays("4.500"), "may be read in two ways"),
    not_kept("an amount in brackets", pays("(4 500.00)"), "is not an amount"),
    not_kept("a minus behind", pays("4500-"), "is not an amount"),
    not_kept("three decimals", pays("4500.505"), "may be read in two ways"),
    not_kept("another currency", pays_cell(4500, "[$R-1C09] #,##0.00"), "is in another currency"),
    not_kept("a percentage", pays_cell(0.5, "0%"), "percentage"),
    not_kept("a power of ten", pays("1e4"), "is not an amount"),
    not_kept("the word nil", pays("nil"), "is not an amount"),
    not_kept("a dash", pays("-"), "is not an amount"),
    said_once(
        "the point parts thousands", pays("4.500"), {"net_monthly_income.point": "thousands"}, net_monthly_income="4500"
    ),
    said_once(
        "the point parts cents", pays("4.500"), {"net_monthly_income.point": "decimals"}, net_monthly_income="4.50"
    ),
    said_once("nil is zero", pays("nil"), {"net_monthly_income.nil": "zero"}, net_monthly_income="0"),
    said_once("a dash says nothing", pays("-"), {"net_monthly_income.nil": "empty"}, net_monthly_income=""),
    Variant(
        "brackets are below zero",
        pays("(4 500.00)"),
        "Income is between 0",
        None,
        {"readings": {"net_monthly_income.negatives": "below-zero"}},
        0,
    ),
]
NUMBERS = [
    kept("zeros of a format", identified(12345678901, "000000000000"), national_id="012345678901"),
    not_kept("more digits than a number holds", identified(1234567890123456), "more than 15 digits"),
    not_kept("a number that a program wrote", identified("2E+11"), "as programs write numbers"),
    not_kept("a number with a decimal", identified("200000000001.0"), "as programs write numbers"),
    kept("an apostrophe before an ID", csv("Name,Phone,ID No", f"{GOOD},'012345678901"), national_id="012345678901"),
    not_kept(
        "an XLS does not tell zeros",
        xls(["Name", "Phone", "ID No"], ["Khotso Pheko", PHONE, 12345678901.0]),
        "does not tell its leading zeros",
    ),
    not_kept("letters in a phone", phoned("call me"), "not a phone number"),
    *[kept(f"the phone {text}", phoned(text)) for text in ("+266 5990 0001", "26659900001", "0026659900001", 59900001)],
    not_kept("two phones in a cell", phoned("59900001/62981234"), "phone"),
    not_kept("a phone that became a date", phoned(date(2026, 5, 27)), "holds a date"),
]
CELLS = [
    not_kept("#N/A", called("#N/A"), "shows an error"),
    not_kept("#REF!", phoned("#REF!"), "shows an error"),
    not_kept("a formula that was never computed", phoned("=1+1"), "shows an error"),
    kept("a formula with its result", messy.computed),
    not_kept("true or false", called(True), "true or false"),
    not_kept(
        "merged down",
        book(
            ["Name", "Phone"], ["Khotso Pheko", PHONE], [None, "59900002"], change=lambda _, s: s.merge_cells("A2:A3")
        ),
        "are merged",
    ),
    not_kept(
        "merged across",
        book(["Name", "Phone", "Town"], ["Khotso Pheko", PHONE, None], change=lambda _, s: s.merge_cells("B2:C2")),
        "are merged",
    ),
    kept("blanks around", called("  Khotso\u00a0Pheko ")),
    not_kept("a character without width", called("Khotso\u200b Pheko"), "cannot be seen"),
    not_kept("a mark of direction", called("Khotso\u202e Pheko"), "cannot be seen"),
    not_kept("a control character", csv(HEAD, "Khotso\x07 Pheko,59900001"), "cannot be seen"),
    not_kept("a line break in a name", called("Khotso\nPheko"), "line break"),
    not_kept("40,000 characters", csv(HEAD, f"{'a' * 40_000},59900001"), "more than 32,767 characters"),
    Variant("an emoji", called("Khotso 🐄"), "", {"full_name": "Khotso 🐄"}),
    Variant("marked up text", called("<b>Khotso</b>"), "", {"full_name": "<b>Khotso</b>"}),
    not_kept("a formula written as text", csv(HEAD, '"=HYPERLINK(""x"")",call'), "phone"),
]
NAMES = [
    named("surname first", "MOKOENA, Palesa", "surname_first", full_name="Palesa MOKOENA"),
    named(
        "surname first, laid out",
        "TS'EHLANA, Palesa",
        "surname_first",
        "lay_out_capitals",
        full_name="Palesa Ts'ehlana",
    ),
    named("nothing said of names", "MOKOENA, Palesa", full_name="MOKOENA, Palesa"),
    Variant(
        "surname first without a comma",
        called("Palesa Mokoena"),
        "a comma and first names",
        None,
        {"options": {"surname_first": "yes"}},
        0,
    ),
    kept("somebody in two rows just so", csv(HEAD, GOOD, GOOD), "as in row 2"),
    kept(
        "somebody in two rows otherwise",
        csv(HEAD, GOOD, GOOD.replace("Pheko", "Tau")),
        "already belongs to Khotso Pheko",
    ),
]


INCOME = "Name,Phone,Income"
SHEETS = [
    kept("a hidden row", rows_with(hide_row), "1 row is hidden in the file, and read"),
    kept("a hidden column", rows_with(hide_column), "1 column is hidden in the file, and read"),
    kept("a hidden sheet", with_hidden("hidden"), "The hidden sheet “Old” is not read"),
    kept("a very hidden sheet", with_hidden("veryHidden"), "The hidden sheet “Old” is not read"),
    not_kept("the only filled sheet is hidden", rows_with(all_hidden), "The file is empty. The hidden sheet"),
    kept(
        "two sheets that fit",
        sheets(A=[["Name", "Phone"], ["Khotso Pheko", PHONE]], B=[["Name", "Phone"]]),
        "The sheets “A” and “B” both fit, and “A” is read",
    ),
    not_kept("an empty sheet", book(), "The file is empty"),
    kept("a total that agrees", csv(INCOME, f"{GOOD},100", "Total,,100"), "1 total is left out: row 3"),
    kept(
        "a total that differs",
        csv(INCOME, f"{GOOD},100", "Total,,120"),
        "says 120.00 under Net monthly income, and the rows above it add up to 100.00",
    ),
    kept("a total in Sesotho", csv(INCOME, f"{GOOD},100", "Kakaretso,,100"), "1 total is left out"),
    kept("a sum without a word", csv(INCOME, f"{GOOD},100", ",,100"), "1 total is left out"),
    kept(
        "a heading of a section",
        csv(INCOME, "MASERU BRANCH,,", f"{GOOD},100"),
        "1 heading is left out: row 2 (“MASERU BRANCH”)",
    ),
    kept("heads again at each page", csv(INCOME, f"{GOOD},100", INCOME), "1 heading is left out"),
    kept("somebody whose name is a sum's", csv("Name,Phone,Town", GOOD + ",Roma", "Total Moeti,59900002,Roma"), good=2),
    kept("blank rows between", csv(HEAD, "", GOOD, ",", "Thabo Tau,59900002"), good=2),
    not_kept("a row longer than the head", csv(HEAD, f"{GOOD},500.00"), "under no heading"),
    kept("a filter, and frozen rows", rows_with(filtered)),
    not_kept(
        "a cell at the far end",
        book(["Name", "Phone"], change=lambda _, s: s.__setitem__("XFD1048576", "x")),
        "Cell XFD1048576 holds",
    ),
]


PAGE = "<table><tr><th>Name<th>Phone<tr><td>Khotso<br>Pheko</td><td>59900001</td></tr></table>"
FILES = [
    kept("UTF-16 with its mark", csv(HEAD, GOOD, encoding="utf-16")),
    kept("UTF-16 without a mark", csv(HEAD, GOOD, encoding="utf-16-le")),
    kept(
        "cp1252",
        csv("Name,Phone,Town", f"{GOOD},Roma", "Šeko Tau,59900002,Roma", encoding="cp1252"),
        "was read as cp1252",
        good=2,
    ),
    kept("semicolons", csv(HEAD, GOOD).replace(b",", b";")),
    kept("tabs", csv(HEAD, GOOD).replace(b",", b"\t")),
    kept("pipes", csv(HEAD, GOOD).replace(b",", b"|")),
    kept("a line that says the separator", b"sep=;\r\n" + csv(HEAD, GOOD, end="\r\n").replace(b",", b";")),
    kept("lines that end in CR alone", csv(HEAD, GOOD, end="\r")),
    kept("the separator said, and CR alone", b"sep=;\r" + csv(HEAD, GOOD, end="\r").replace(b",", b";")),
    not_kept("quotes over two lines", csv(HEAD, '"Khotso\nPheko",59900001'), "line break"),
    not_kept("a quote that is not closed", csv(HEAD, '"Khotso Pheko,59900001'), "quote that is not closed"),
    kept("ragged rows", csv("Name,Phone,Town", GOOD)),
    not_kept("NULs", csv(HEAD, "Khotso\0Pheko,59900001"), "cannot be seen"),
    not_kept("nothing", b"", "The file is empty"),
    not_kept("a head alone", csv(HEAD), ""),
    not_kept("a password", messy._container("EncryptedPackage", b"x" * 5000), "has a password"),
    not_kept("an old text document", messy._container("WordDocument", b"x" * 5000), "is a text document"),
    not_kept("DOCX", messy.packed(word_document_xml="<x/>"), "is a text document"),
    not_kept("PDF", b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
    not_kept("a picture", b"\x89PNG\r\n\x1a\n", "is a picture"),
    not_kept("an archive", messy.packed(rows_people_csv="x"), "is an archive"),
    not_kept("a web page", html("<p>Sign in</p>"), "web page and no spreadsheet"),
    kept("a web page called .xls", html(PAGE), "web page that is called a spreadsheet"),
    not_kept(
        "XML of 2003",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "XML spreadsheet of 2003",
    ),
    not_kept("XLSX cut short", rows_with(filtered)[:-400], "is broken"),
    kept("XLS", xls(["Name", "Phone"], ["Khotso Pheko", PHONE])),
    kept("XLSB", xlsb(["Name", "Phone"], ["Khotso Pheko", PHONE])),
    kept("XLSM with a macro", messy.repacked(rows_with(filtered), {"xl/vbaProject.bin": lambda _: b"macro"})),
    kept("ODS", opendocument(ODS, ODS_ROW)),
    kept("an ODS with all its empty rows", opendocument(ODS, messy.repeated(ODS_ROW, 1_048_574))),
    not_kept(
        "a zip bomb",
        lambda: messy.repacked(rows_with(filtered), {"sheet1.xml": messy.before_rows(b"<row/>" * 60_000_000)}),
        "unpacks to more than",
    ),
    not_kept("XML entities", messy.repacked(rows_with(filtered), {"sheet1.xml": messy.with_entities}), "broken"),
]
VARIANTS = [*HEADS, *DATES, *AMOUNTS, *NUMBERS, *CELLS, *NAMES, *SHEETS, *FILES]


def told(run: ImportRun) -> str:
    """All that is said of a rehearsed file."""
    said = [*run.notes, *run.warnings]
    for line in run.lines.exclude(state="left"):
        said += [message for messages in (line.errors or {}).values() for message in messages]
        said.append(line.note)
    return "\n".join(said)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_messy_file(alpha: Branch, variant: Variant) -> None:
    content = variant.content() if callable(variant.content) else variant.content
    refusal, run = "", None
    try:
        run = rehearsed("people", content, actor=alpha.staff["officer"].actor, **variant.settings)
    except ServiceError as error:
        refusal = error.message
    said = told(run) if run else refusal
    assert variant.said in said
    assert (run.good if run else 0) == (variant.good if variant.kept is not None else 0), said
    if run and variant.kept is not None:
        first = run.lines.filter(state="waiting", sheet=run.sheet, number__gt=run.head_row).order_by("number")[0]
        assert {key: (first.kept or {}).get(key) for key in variant.kept} == variant.kept


def test_there_are_enough_of_them() -> None:
    assert len(VARIANTS) >= 62
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
