"""The timeline as a picture: a lane for each process, service and link, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from tests.campaign.diary import Entry

WIDTH, LEFT, RIGHT, ROW, GRAPH = 1280, 190, 20, 24, 90
STACK, THIN = 3, 6
"""So many faults are drawn below each other in a lane, each so high."""

COLORS = {
    "kill": "#b3261e",
    "stop": "#d2691e",
    "term": "#e0a030",
    "pause": "#6a4c93",
    "silence": "#455a64",
    "cut": "#c2185b",
    "delay": "#8d9db6",
    "throttle": "#5c7a99",
    "close": "#c2185b",
    "disk full": "#7b5e2b",
    "clock": "#2e7d32",
    "reload": "#2e7d32",
}
SCRIPTED = "#1565c0"
"""Whatever the gate before Elasticsearch answers."""

STYLE = """body{font:14px/1.5 sans-serif;margin:24px;color:#222}table{border-collapse:collapse}
td,th{padding:2px 10px;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
svg{width:100%;height:auto}.bad{color:#b3261e}code{background:#f2f2f2;padding:1px 4px}"""

DONE = ("rate", "begins", "faults are over", "judged", "ran", "ended")


def page(result: dict[str, Any], entries: Sequence[Entry]) -> str:
    """Return a self-contained page."""
    seed, seconds = result["seed"], result["seconds"]
    verdict = "nothing found" if not result["found"] else f"{result['found']} findings"
    rows = "".join(
        f"<tr><td>{escape(str(name))}</td><td>{number}</td></tr>"
        for name, number in result["figures"].items()
    )
    found = "".join(
        f"<tr><td class=bad>{escape(each['what'])}</td><td>{escape(each['whom'])}</td>"
        f"<td>{escape(each['told'][:600])}</td></tr>"
        for each in result["findings"]
    )
    title = f"Campaign {seed}: {verdict}"
    replay = f"python -m tests.campaign --seed {seed} --seconds {seconds:g}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<style>{STYLE}</style><h1>{title}</h1><p>Memory in {result['memory']}, "
        f"{result['planned']} faults planned over {seconds:g} s. Again: <code>{replay}</code></p>"
        f"{drawing(entries)}<table>{rows}</table><table>{found}</table></html>\n"
    )


def drawing(entries: Sequence[Entry]) -> str:
    """Return the picture as SVG: rates above, lanes below."""
    end = max((entry.at for entry in entries), default=1.0)
    scale = (WIDTH - LEFT - RIGHT) / (end or 1.0)
    lanes = ordered(entries)
    height = GRAPH + ROW * (len(lanes) + 2)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12">'
    )
    body = [f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>', *rates(entries, scale)]
    for row, lane in enumerate(lanes):
        body += drawn(lane, [each for each in entries if each.lane == lane], row, scale)
    return "\n".join([head, *body, *ruler(end, scale, height), "</svg>"])


def ordered(entries: Iterable[Entry]) -> list[str]:
    """Return the lanes: programs first, then services, then links."""
    lanes = {entry.lane for entry in entries} - {"campaign", "oracle"}
    return sorted(lanes, key=lambda lane: (">" in lane, not lane.startswith(("w", "i")), lane))


def rates(entries: Iterable[Entry], scale: float) -> list[str]:
    """Return the curves of what is confirmed and of what waits in the queue."""
    samples = [entry for entry in entries if entry.what == "rate"]
    found = []
    for name, color, y in (("confirmed", "#2f6f9f", 14), ("depth", "#d08c3c", 32)):
        most = max([max(0, entry.told[name]) for entry in samples] + [1])
        points = " ".join(
            f"{LEFT + entry.at * scale:.1f},{GRAPH - 6 - 74 * entry.told[name] / most:.1f}"
            for entry in samples
            if entry.told[name] >= 0
        )
        found.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        words = "confirmed" if name == "confirmed" else "in the queue"
        label = f"{words}, up to {most}"
        found.append(
            f'<text x="{LEFT - 8}" y="{y}" text-anchor="end" fill="{color}">{label}</text>'
        )
    return found


def drawn(lane: str, entries: Sequence[Entry], row: int, scale: float) -> list[str]:
    """Return one lane: when its program ran, and what was done to it."""
    y = GRAPH + ROW * row
    found = [
        f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(lane)}</text>',
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y + ROW}" y2="{y + ROW}" stroke="#eee"/>',
    ]
    for entry in entries:
        x, width = LEFT + entry.began * scale, (entry.at - entry.began) * scale
        words = escape(f"{entry.what} {entry.began}-{entry.at} s {entry.told or ''}")
        if entry.what == "ran":
            found.append(bar(x, y + 3, width, ROW - 6, "#dcebdc", words))
    faults = [entry for entry in entries if entry.what not in DONE]
    for entry, depth in stacked(faults):
        x, width = LEFT + entry.began * scale, max(3.0, (entry.at - entry.began) * scale)
        words = escape(f"{entry.what} {entry.began}-{entry.at} s {entry.told or ''}")
        faint = ' opacity="0.3"' if ":" in entry.what else ""
        color = COLORS.get(entry.what.partition(":")[0], SCRIPTED)
        found.append(bar(x, y + 3 + depth * THIN, width, THIN - 1, color, words, faint))
    return found


def stacked(entries: Sequence[Entry]) -> Iterator[tuple[Entry, int]]:
    """Give faults with their places below each other, where they overlap."""
    ends: list[float] = []
    for entry in sorted(entries, key=lambda each: each.began):
        free = [place for place, end in enumerate(ends) if end <= entry.began]
        place = free[0] if free else len(ends)
        if place == len(ends):
            ends.append(0.0)
        ends[place] = entry.at
        yield entry, place % STACK


def bar(
    x: float, y: float, width: float, height: float, color: str, words: str, more: str = ""
) -> str:
    """Return a bar with a text that is shown when it is pointed at."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.5, width):.1f}" height="{height}" '
        f'fill="{color}"{more}><title>{words}</title></rect>'
    )


def ruler(end: float, scale: float, height: int) -> list[str]:
    """Return seconds, and what the colors mean."""
    step = 10 if end <= 200 else 60
    found = []
    for second in range(0, int(end) + 1, step):
        x = LEFT + second * scale
        found.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - ROW}" stroke="#0001"/>')
        found.append(f'<text x="{x:.1f}" y="{height - ROW}" text-anchor="middle">{second} s</text>')
    legend = [*COLORS.items(), ("answers of the gate", SCRIPTED)]
    for number, (name, color) in enumerate(legend):
        x = LEFT + 78 * number
        found.append(f'<rect x="{x}" y="{height - 15}" width="10" height="10" fill="{color}"/>')
        found.append(f'<text x="{x + 14}" y="{height - 6}">{escape(name)}</text>')
    return found
