"""Lays a paper out as a PDF: heading, facts, a table, notes, and a code that leads to the page that verifies it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

INK, QUIET, LINE = colors.HexColor("#17231f"), colors.HexColor("#51605a"), colors.HexColor("#dfe6e2")

TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13, textColor=INK)

SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=11, textColor=QUIET)

HEAD = ParagraphStyle("head", parent=TEXT, fontName="Helvetica-Bold", fontSize=16, leading=20)

TITLE = ParagraphStyle("title", parent=HEAD, fontSize=11.5, leading=15, spaceBefore=4, keepWithNext=1)

WIDTH = A4[0] - 40 * mm - 12  # a frame pads by 6 points on each side


@dataclass(slots=True)
class Part:
    """A table with a heading of its own."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(slots=True)
class Paper:
    """A paper's content. `facts` are label and value; `code` is the address behind the QR code."""

    lender: str
    title: str
    colour: str = "#0f5c4a"
    facts: Sequence[tuple[str, str]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    parts: Sequence[Part] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    code: str = ""
    language: str = "en"


def render(paper: Paper) -> bytes:
    """The PDF; the same paper gives the same bytes."""
    out = io.BytesIO()
    colour = colors.HexColor(paper.colour)
    story: list[Flowable] = [
        Paragraph(escape(paper.lender), ParagraphStyle("lender", parent=SMALL, textColor=colour, fontSize=10)),
        Paragraph(escape(paper.title), HEAD),
        Spacer(1, 4 * mm),
    ]
    if paper.facts:
        cells = [[Paragraph(escape(a), SMALL), Paragraph(escape(b), TEXT)] for a, b in paper.facts]
        story += [
            Table(cells, colWidths=[WIDTH * 0.42, WIDTH * 0.58], style=_lines(colour, head=False)),
            Spacer(1, 5 * mm),
        ]
    if paper.rows:
        story += _table(paper.columns, paper.rows, colour)
    for part in paper.parts:
        story += [Paragraph(escape(part.title), TITLE), *_table(part.columns, part.rows, colour)]
    story += [Paragraph(escape(note), SMALL) for note in paper.notes]
    if paper.code:
        drawing = Drawing(32 * mm, 32 * mm)
        drawing.add(QrCodeWidget(paper.code, barWidth=32 * mm, barHeight=32 * mm))
        story += [Spacer(1, 4 * mm), drawing, Paragraph(escape(paper.code), SMALL)]
    # invariant: no time of making in the file, so that its hash is the paper's.
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=paper.title,
        author=paper.lender,
        lang=paper.language,
        invariant=1,
    )
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], colour: colors.Color) -> list[Flowable]:
    cells = [[Paragraph(f"<b>{escape(c)}</b>", SMALL) for c in columns]]
    cells += [[Paragraph(escape(c), TEXT) for c in row] for row in rows]
    widths = [WIDTH / len(columns)] * len(columns)
    if len(columns) in (2, 3):  # a day, and words that need the room
        widths = [WIDTH * 0.2, *[WIDTH * 0.8 / (len(columns) - 1)] * (len(columns) - 1)]
    return [Table(cells, repeatRows=1, colWidths=widths, style=_lines(colour, head=True)), Spacer(1, 4 * mm)]


def _lines(colour: colors.Color, *, head: bool) -> TableStyle:
    style: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    return TableStyle([*style, ("LINEBELOW", (0, 0), (-1, 0), 1, colour)] if head else style)


def _number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, str(document.page))
