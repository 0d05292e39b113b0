"""Web pages that are called spreadsheets: many systems export a table as HTML, and name the file .xls."""

from __future__ import annotations

from html.parser import HTMLParser

from apps.users.spreadsheets.files.cells import Area, Cell, Sink, UnreadableFile, cell_of, plain_text

WIDEST = 16_384  # columns, as in a spreadsheet
NOTE = "The file is a web page that is called a spreadsheet; what its tables show is read."
_SILENT = frozenset({"script", "style", "head", "template"})


def read_page(text: str, sink: Sink) -> None:
    """Reads each table of a web page as a sheet.

    Raises:
        UnreadableFile: it has none, or one within another.
    """
    tables = _Tables(sink)
    tables.feed(text)
    tables.close()
    if not tables.count:
        raise UnreadableFile("The file is a web page and no spreadsheet; open it there and save it as XLSX or CSV.")


class _Tables(HTMLParser):
    """Hands the rows of tables on as they end."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(convert_charrefs=True)
        self.sink, self.count = sink, 0
        self.silent = ""  # the tag whose text nobody sees
        self.is_inside = False
        self.row = 0
        self.cells: dict[int, Cell] = {}
        self.merged: list[Area] = []
        self.below: dict[int, int] = {}  # columns that a cell of a row before covers, and its last row
        self.text: list[str] | None = None
        self.span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent = tag
        elif tag == "table":
            if self.is_inside:
                raise UnreadableFile("The web page has tables within tables; open it and save it as XLSX or CSV.")
            self.is_inside, self.row, self.merged, self.below = True, 0, [], {}
        elif tag == "tr" and self.is_inside:
            self._end_row()
            if not self.row:
                self.count += 1
                self.sink.begin(f"Table {self.count}")
            self.row += 1
        elif tag in ("td", "th") and self.is_inside:
            self._end_cell()
            said = dict(attrs)
            self.text, self.span = [], (_count(said.get("rowspan")), _count(said.get("colspan")))
        elif tag == "br" and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self.is_inside:
            self._end_row()
            if self.row:
                self.sink.end(self.merged, NOTE)
            self.is_inside = False

    def close(self) -> None:
        super().close()
        self.handle_endtag("table")

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.silent:
            self.text.append(data)

    def _end_cell(self) -> None:
        if self.text is None:
            return
        text, self.text = " ".join("".join(self.text).split()), None
        column, (down, across) = self._next_column(), self.span
        self.at = column + across
        if self.at > WIDEST:
            raise UnreadableFile("The web page has a table that is wider than a spreadsheet; save it as XLSX or CSV.")
        if down > 1:
            self.below |= dict.fromkeys(range(column, self.at), self.row + down - 1)
        if text:
            self.cells |= {column: cell} if (cell := cell_of(plain_text(text))) else {}
            if self.span != (1, 1):
                self.merged.append((self.row, column, self.row + down - 1, self.at - 1))

    at = 1

    def _next_column(self) -> int:
        column = self.at
        while self.below.get(column, 0) >= self.row:
            column += 1
        return column

    def _end_row(self) -> None:
        self._end_cell()
        self.sink.put(self.row, self.cells)
        self.cells, self.at = {}, 1


def _count(said: str | None) -> int:
    return min(int(said), WIDEST) if said and said.isdecimal() and int(said) else 1
