"""Rows of the tests come from the models."""

import ast
import re
from pathlib import Path

from app.db.models import Base
from app.modules import import_models

BACKEND = Path(__file__).resolve().parents[2]


def test_rows_are_built_from_the_models() -> None:
    """No test contains an INSERT for a table of the app, so that a new column changes the builders alone."""
    import_models()
    tables = "|".join(Base.metadata.tables)
    inserted = re.compile(rf"INSERT\s+INTO\s+(?:\w+\.)?({tables})\b\s*\S", re.IGNORECASE)
    inserts = [
        f"{file.relative_to(BACKEND)}:{node.lineno}: {node.value}"
        for file in (BACKEND / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and inserted.search(node.value)
    ]
    assert inserts == []
