"""How a story's page looks: in light and in dark, on a screen and on paper.

Colors of links are those of Okabe and Ito, which people with any color vision can tell apart.
"""

from __future__ import annotations

from mqworker.core.story_layout import LABEL_HEIGHT, PAUSE_HEIGHT, STEP_HEIGHT

TINTS = 6
"""Links with a color of their own; the seventh has that of the first."""

PALETTE = """
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --board: #ffffff; --ink: #1d2126; --quiet: #5d6571; --line: #d9dce1;
  --stated: #2f5d8a; --filled: #0a7a5c; --unclear: #b25a00; --glow: #fff3c4;
  --tint0: #0072b2; --tint1: #c8500a; --tint2: #00805d; --tint3: #b0467e; --tint4: #8a6a00;
  --tint5: #4a7fb5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --board: #1c2025; --ink: #e6e8eb; --quiet: #98a1ad; --line: #353b43;
    --stated: #8fbdea; --filled: #5cd0aa; --unclear: #f0a44b; --glow: #423a1d;
    --tint0: #56b4e9; --tint1: #f08c4a; --tint2: #2fc79a; --tint3: #e08fb8; --tint4: #e5cf4f;
    --tint5: #a3b9f5;
  }
}
"""

FRAME = """
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 14px/1.45 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1440px; margin: 0 auto; padding: 28px 24px 48px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 34px 0 10px; }
p { margin: 4px 0; }
a { color: inherit; }
.lead, .note { color: var(--quiet); }
"""

DRAWING = f"""
.legend {{ display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 16px 0 14px; padding: 0; }}
.legend li {{ list-style: none; display: flex; align-items: center; gap: 7px; }}
.board {{
  display: flex; background: var(--board); border: 1px solid var(--line); border-radius: 10px;
  overflow-x: auto; padding: 12px 16px 14px 4px;
}}
.drawing {{ flex: none; overflow: visible; }}
.words {{ flex: 1; min-width: 420px; }}
.rows {{ margin: 0; padding: 0; list-style: none; }}
.rows li {{ overflow: hidden; white-space: nowrap; padding-left: 4px; }}
.names li {{ height: {LABEL_HEIGHT}px; }}
.names {{ margin-bottom: 8px; }}
.names li {{ color: var(--quiet); font-size: 12px; }}
.step {{ height: {STEP_HEIGHT}px; border-top: 1px solid var(--line); padding: 3px 4px 0 4px; }}
.day, .pause {{ height: {PAUSE_HEIGHT}px; line-height: {PAUSE_HEIGHT}px; color: var(--quiet); }}
.day {{ font-weight: 600; }}
.step:hover, tr:hover td {{ background: color-mix(in srgb, var(--line) 30%, transparent); }}
.step:target, tr:target td {{ background: var(--glow); }}
.first, .second {{ display: flex; gap: 12px; }}
.first > *, .second > * {{ overflow: hidden; text-overflow: ellipsis; flex: none; }}
.first .summary, .second .said {{ flex: 0 1 auto; }}
.first .lane {{ margin-left: auto; max-width: 260px; }}
.time, .number {{ font-variant-numeric: tabular-nums; }}
.time, .lane, .second, .number {{ color: var(--quiet); }}
.second {{ font-size: 12px; }}
.stated {{ color: var(--stated); }}
.filled {{ color: var(--filled); }}
.unclear {{ color: var(--unclear); }}
svg text {{ fill: var(--quiet); font-size: 12px; }}
.thread {{ stroke: var(--line); stroke-width: 3; stroke-linecap: round; }}
.leader {{ stroke: var(--line); stroke-width: 1; fill: none; }}
.mark circle {{ fill: var(--stated); stroke: var(--stated); stroke-width: 2; }}
.mark text {{ fill: var(--board); font-size: 10px; font-weight: 600; text-anchor: middle; }}
.mark.was-filled circle {{ fill: var(--board); stroke: var(--filled); }}
.mark.was-filled text {{ fill: var(--filled); }}
.mark.is-open circle {{ fill: var(--board); stroke: var(--unclear); stroke-dasharray: 3 2.5; }}
.mark.is-open text {{ fill: var(--unclear); }}
.mark .halo {{ fill: none; stroke: var(--stated); stroke-width: 1; stroke-dasharray: none; }}
.arrow {{ fill: none; stroke-width: 1.8; }}
.arrow.far {{ stroke-dasharray: 6 3; }}
.event:hover .arrow, .event:target .arrow {{ stroke-width: 3.5; }}
.event:target circle {{ stroke-width: 4; }}
.place {{ color: var(--quiet); font-size: 12px; }}
""" + "".join(
    f".tint{number} {{ stroke: var(--tint{number}); }}\n"
    f".head{number} {{ fill: var(--tint{number}); }}\n"
    for number in range(TINTS)
)
"""Also part of the console's style."""

TABLES = """
table { border-collapse: collapse; width: 100%; background: var(--board); font-size: 13px; }
th, td {
  text-align: left; vertical-align: top; padding: 5px 9px; border: 1px solid var(--line);
  overflow-wrap: anywhere;
}
th { font-weight: 600; color: var(--quiet); }
td.time, td.number { white-space: nowrap; }
th:nth-child(3) { min-width: 190px; }
td p { margin: 0 0 2px; }
"""

PRINTED = "@media print { main { max-width: none; padding: 0; } .board { overflow: visible; } }\n"

STYLE = PALETTE + FRAME + DRAWING + TABLES + PRINTED
