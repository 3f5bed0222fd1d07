from __future__ import annotations

import re
import tomllib
from pathlib import Path

from mqworker.config.example import SAMPLES, lines
from mqworker.config.load import load
from mqworker.config.settings import OPTIONS, Settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "mqworker.toml"


def uncommented(text: str) -> str:
    return re.sub(r"^#(?=\w)", "", text, flags=re.MULTILINE)


def test_the_example_is_what_the_declarations_say() -> None:
    assert EXAMPLE.read_text() == "\n".join(lines())


def test_the_example_loads_as_it_is_and_changes_nothing() -> None:
    loaded = load({}, {}, EXAMPLE)

    assert Settings() == loaded.settings


def test_the_example_has_every_option() -> None:
    assert set(OPTIONS) == set(tomllib.loads(uncommented(EXAMPLE.read_text())))


def test_the_example_loads_with_every_option_uncommented(tmp_path: Path) -> None:
    for name in SAMPLES:
        (tmp_path / name).mkdir() if name == "schemas" else (tmp_path / name).write_text("x")
    content = uncommented(EXAMPLE.read_text())
    for name, sample in SAMPLES.items():
        path = str(sample[0] if isinstance(sample, list) else sample)
        if path.startswith("/") and "=" not in path:
            content = content.replace(f'"{path}"', f'"{tmp_path / name}"')
    # An API key takes the place of name and password.
    content = re.sub(r"^sink_api_key_file.*$", "", content, flags=re.MULTILINE)
    path = tmp_path / "mqworker.toml"
    path.write_text(content)

    loaded = load({}, {}, path)

    given = {name for name, origin in loaded.origins.items() if origin != "default"}
    assert set(OPTIONS) - {"sink_api_key_file"} <= given
