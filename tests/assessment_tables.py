"""Tables from CSV text, for tests."""

from __future__ import annotations

from stackmark.assessment.tables import table
from stackmark.issuing.csv_text import read_cells


def sheet(text, name="a.csv"):
    return table(name, read_cells([text.encode()]))
