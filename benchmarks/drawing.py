"""A bar chart as SVG, by a few lines: the only drawing that benchmarks need."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 26, 210, 90, 34
COLORS = ("#2f6f9f", "#d08c3c", "#7a7a7a")
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">'
)


class Bar(NamedTuple):
    """A row: its name, and the parts that its bar is made of."""

    name: str
    parts: tuple[float, ...]


def chart(title: str, legend: Sequence[str], bars: Sequence[Bar]) -> str:
    """Return a drawing of bars, one below the other, with the sum of its parts behind each."""
    most = max(sum(bar.parts) for bar in bars) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + ROW * (len(bars) + 1)
    body = [text(10, 20, title, "start", bold=True)]
    for row, bar in enumerate(bars):
        body += drawn(bar, TOP + ROW * row, scale)
    for number, name in enumerate(legend):
        at, y = LEFT + 110 * number, height - ROW + 6
        body += [rectangle(at, y, 12, 12, COLORS[number]), text(at + 18, y + 11, name, "start")]
    head = HEAD.format(width=WIDTH, height=height)
    return "\n".join([head, rectangle(0, 0, WIDTH, height, "#ffffff"), *body, "</svg>\n"])


def drawn(bar: Bar, y: float, scale: float) -> list[str]:
    """Return the parts of one row."""
    found, x = [text(LEFT - 8, y + 16, bar.name, "end")], float(LEFT)
    for part, color in zip(bar.parts, COLORS, strict=False):
        found.append(rectangle(x, y + 3, part * scale, ROW - 8, color))
        x += part * scale
    return [*found, text(x + 6, y + 16, f"{sum(bar.parts):,.0f}", "start")]


def rectangle(x: float, y: float, width: float, height: float, color: str) -> str:
    """Return a filled rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'
    )


def text(x: float, y: float, words: str, anchor: str, *, bold: bool = False) -> str:
    """Return a line of text."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
