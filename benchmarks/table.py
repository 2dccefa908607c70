"""The results as a table for people and as JSON for machines."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from benchmarks.result import Result

HEADS = ("figure", "case", "Darkroom", "against", "ratio", "bound", "")


def table(results: Iterable[Result]) -> str:
    """One line for each result, columns aligned, notes below."""
    results = list(results)
    rows = [HEADS, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{result.figure}, {result.case}: {result.note}" for result in results if result.note]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *notes])


def _row(result: Result) -> tuple[str, ...]:
    value = result.value
    return (
        result.figure,
        result.case,
        _quantity(result.summary(result.ours), result.unit) if result.ours else "",
        _quantity(median(result.against), result.unit) if result.against else "",
        "" if value is None else f"{value:.3f}" if result.against else _quantity(value, result.unit),
        _bound(result),
        result.verdict,
    )


def _bound(result: Result) -> str:
    if result.bound is None:
        return ""
    return f"<= {result.bound:g}" + ("" if result.against or result.value is None else f" {result.unit}")


def _quantity(value: float, unit: str) -> str:
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.4g} {unit}"


def as_json(machine: Mapping[str, Any], results: Iterable[Result]) -> dict[str, Any]:
    """Everything measured, samples included, so that a reader can take other statistics."""
    return {"machine": dict(machine), "results": [_entry(result) for result in results]}


def _entry(result: Result) -> dict[str, Any]:
    return {
        "figure": result.figure,
        "case": result.case,
        "value": result.value,
        "bound": result.bound,
        "verdict": result.verdict,
        "unit": result.unit,
        "statistic": result.summary.__name__,
        "ours": list(result.ours),
        "against": list(result.against),
        "note": result.note,
    }
