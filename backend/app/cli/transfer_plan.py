"""Printing what an import of a set-up would change."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.numbers import grouped
from app.common.types.localized import LocalizedText
from app.modules.setup.plan import LABELS, ItemKind, Plan

_KEYS_SHOWN = 12


def show_plan(console: Console, plan: Plan) -> None:
    """Print what is created, changed, reordered and left alone."""
    _show_counts(console, plan)
    _show_changes(console, plan)
    for (kind, owner), (before, after) in plan.reordered.items():
        group = f"{_both(LABELS[kind])} {owner}".rstrip()
        console.print(f"Thứ tự · order: {group}: {_listed(before)} → {_listed(after)}")
    for kind, keys in plan.left.items():
        if keys:
            console.print(
                f"Không có trong tệp, giữ nguyên · not in the file, left alone: {_both(LABELS[kind])}: {_listed(keys)}"
            )


def _show_counts(console: Console, plan: Plan) -> None:
    table = Table("", "Mới · created", "Cập nhật · changed", "Giữ nguyên · unchanged")
    for kind in ItemKind:
        counts = (len(plan.created[kind]), len(plan.changed[kind]), plan.unchanged[kind])
        if any(counts):
            table.add_row(_both(LABELS[kind]), *(grouped(count) if count else "" for count in counts))
    if table.rows:
        console.print(table)
    for kind, keys in plan.created.items():
        if keys:
            console.print(f"Mới · created: {_both(LABELS[kind])}: {_listed(keys)}")


def _show_changes(console: Console, plan: Plan) -> None:
    table = Table("Cập nhật · changed", "Trường · field", "Từ · from", "Thành · to")
    for kind, changed in plan.changed.items():
        for key, changes in changed.items():
            for change in changes:
                item = f"{_both(LABELS[kind])}: {key}"
                table.add_row(*map(escape, (item, change.field, change.before, change.after)))
    if table.rows:
        console.print(table)


def _both(label: LocalizedText) -> str:
    return f"{label.vi} · {label.en}"


def _listed(keys: Sequence[str]) -> str:
    more = len(keys) - _KEYS_SHOWN
    return ", ".join(keys[:_KEYS_SHOWN]) + (f", … (+{grouped(more)})" if more > 0 else "")
