"""Draws the rooms and who imports whom: `python -m tests.draw_rooms` writes docs/pictures/rooms.svg.

A line for each room, in order. A dot says that the room of its line imports the room of its column, the bigger the more
of its modules do. As imports never go upwards, no dot stands right of the diagonal.
"""

from __future__ import annotations

import ast
from html import escape
from math import sqrt

from tests.imports import RANK, ROOMS, ROOT, room_imports

PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"
LINE, NAMES, WORDS = 24, 190, 640  # pixels: a line, the column of names, the column of what rooms are for
TOP = 130
COLOURS = {"mfis": "#0b5d4b", "users": "#2563a8", "credit": "#8a5a00", "loans": "#7a3e9d", "config": "#555555"}


def app_of(room: str) -> str:
    return room.split(".")[0]


def purpose(room: str) -> str:
    """The first sentence of the room's own docstring."""
    folder = ROOT / room if room == "config" else ROOT / "apps" / room.replace(".", "/")
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0].split(". ")[0].rstrip(".")


def picture() -> str:
    """The picture as SVG; the same sources give the same bytes."""
    width = NAMES + LINE * len(ROOMS) + WORDS
    height = TOP + LINE * len(ROOMS) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Inter, Helvetica, Arial, sans-serif" font-size="12">',
        "<title>The rooms of Letsema, and which rooms each imports</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(part for room in ROOMS for part in _line(room, width)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(room: str, width: int) -> list[str]:
    rank, colour = RANK[room], COLOURS[app_of(room)]
    y, x = TOP + LINE * rank, NAMES + LINE * rank
    middle = y + LINE // 2
    stripe = "#f4f7f6" if rank % 2 else "#ffffff"
    return [
        f'<rect x="0" y="{y}" width="{width}" height="{LINE}" fill="{stripe}"/>',
        f'<text x="{NAMES - 8}" y="{middle + 4}" text-anchor="end" fill="{colour}" font-weight="600">{room}</text>',
        f'<text transform="translate({x + 16} {TOP - 6}) rotate(-60)" fill="{colour}">{room}</text>',
        f'<rect x="{x + 5}" y="{y + 5}" width="{LINE - 10}" height="{LINE - 10}" fill="{colour}" rx="3"/>',
        *_dots(room, middle),
        f'<text x="{NAMES + LINE * len(ROOMS) + 12}" y="{middle + 4}" fill="#222222">{escape(purpose(room))}</text>',
    ]


def _dots(room: str, middle: int) -> list[str]:
    return [
        f'<circle cx="{NAMES + LINE * RANK[to] + LINE // 2}" cy="{middle}" r="{min(2 + sqrt(modules) * 1.6, 9):.1f}" '
        f'fill="{COLOURS[app_of(to)]}" fill-opacity="0.75"><title>{room} imports {to} ({modules})</title></circle>'
        for to, modules in sorted(room_imports()[room].items())
    ]


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
