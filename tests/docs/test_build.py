"""The manual as pages and as manual pages, built as `make docs` and `make man` do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from docutils.core import publish_string

from mqworker.cli.group import COMMANDS
from mqworker.config.settings import OPTIONS
from tests.browser import find_browser

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.rst"))
STANDING_ALONE = ["README.rst", "CONTRIBUTING.rst", "CHANGELOG.rst", "benchmarks/README.rst"]
STANDING_ALONE += [str(each.relative_to(ROOT)) for each in ROOT.glob("examples/*/README.rst")]
STRICT = ("--quiet", "--fail-on-warning", "--keep-going", "--nitpicky")
LIMIT_S = 100


def sphinx(builder: str, place: Path) -> Path:
    """Build the manual; return where the result is."""
    made = place / builder
    options = [*STRICT, "-b", builder, "-d", place / "doctrees"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, ROOT / "docs", made],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("manual")


@pytest.fixture(scope="module")
def html(place: Path) -> Path:
    return sphinx("html", place)


@pytest.fixture(scope="module")
def man(place: Path) -> Path:
    return sphinx("man", place)


def test_the_manual_is_built_without_a_warning_and_has_every_page(html: Path) -> None:
    """A page in no toctree is a warning, and so is a link to a page that is not there."""
    assert [] == [each.stem for each in PAGES if not (html / f"{each.stem}.html").exists()]


def test_every_link_in_the_pages_leads_to_a_file_that_was_built(html: Path) -> None:
    astray = [
        f"{page.name}: {link}"
        for page in html.glob("*.html")
        for link in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text())
        if "//" not in link and not (html / link).exists()
    ]
    assert [] == astray


def test_nothing_in_the_pages_is_fetched_from_elsewhere(html: Path) -> None:
    fetched = re.compile(r'<(?:script|img|iframe|link rel="stylesheet")[^>]+(?:src|href)="https?:')
    assert [] == [page.name for page in html.glob("*.html") if fetched.search(page.read_text())]


@pytest.mark.parametrize("name", STANDING_ALONE)
def test_a_page_outside_of_the_manual_is_read_alone_without_a_warning(name: str) -> None:
    strict = {"halt_level": 2, "report_level": 2, "input_encoding": "utf-8"}
    page = publish_string(
        (ROOT / name).read_text(),
        source_path=str(ROOT / name),
        writer="html5",
        settings_overrides=strict,
    )
    assert b"<h1" in page


@pytest.mark.parametrize("name", STANDING_ALONE)
def test_what_a_page_outside_of_the_manual_links_to_is_there(name: str) -> None:
    """Links are targets at its end, and pictures."""
    links = re.findall(r"^\.\. (?:_[^:]+|image):+ (\S+)$", (ROOT / name).read_text(), re.MULTILINE)
    folder = (ROOT / name).parent
    assert [] == [each for each in links if "://" not in each and not (folder / each).exists()]


def test_the_architecture_takes_150_lines_at_most() -> None:
    assert len((ROOT / "docs" / "architecture.rst").read_text().splitlines()) <= 150


def test_every_test_that_the_readme_names_for_a_promise_is_there() -> None:
    named = set(re.findall(r"``((?:tests/)?[\w/]*test_\w+\.py|tests/\w+)``", read_me()))
    files = [str(each.relative_to(ROOT)) for each in (ROOT / "tests").rglob("test_*.py")]
    files += [str(each.relative_to(ROOT)) for each in (ROOT / "tests").iterdir()]
    assert len(named) > 10
    assert [] == [each for each in named if not any(one.endswith(each) for one in files)]


def read_me() -> str:
    return (ROOT / "README.rst").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.svg")), ids=lambda each: each.name)
def test_a_picture_is_xml_and_says_its_size(path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314 - it is our own
    assert root.tag.endswith("}svg")
    assert {"width", "height", "viewBox"} <= set(root.keys())


def test_the_manual_page_of_the_command_has_every_command(man: Path) -> None:
    page = formatted(man / "mqworker.1")
    assert [] == [each for each in COMMANDS if f"MQWORKER {each.upper()}" not in page]
    assert "mqworker - from RabbitMQ to Elasticsearch" in page


def test_the_manual_page_of_the_file_has_every_option(man: Path) -> None:
    page = formatted(man / "mqworker.toml.5")
    names = {line.strip().split(" ")[0] for line in page.splitlines()}
    assert [] == [each for each in OPTIONS if each not in names]


def formatted(page: Path) -> str:
    """Return a manual page as a reader sees it; a warning of the formatter is a failure."""
    demand("man")
    done = subprocess.run(
        ["man", "--warnings", "--encoding=UTF-8", "--local-file", page],
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT_S,
        env={"MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == ""
    return done.stdout


def demand(program: str) -> None:
    """Skip the test where a program is not there; with CI set, fail."""
    if shutil.which(program) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"there is no {program}")


@pytest.mark.parametrize("name", ["mqworker.1", "mqworker.toml.5"])
def test_mandoc_finds_no_error_in_a_manual_page(man: Path, name: str) -> None:
    """Of its warnings one remains: Sphinx begins each section with a superfluous space."""
    demand("mandoc")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", man / name],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    told = [line for line in done.stdout.splitlines() if "skipping paragraph macro: sp" not in line]
    assert [] == told


OVERFLOWING = """
<script>window.addEventListener("load", () => {
  const scrolled = each => each.scrollWidth > each.clientWidth + 1;
  const sticks_out = each => {
    const page = each.closest("article").getBoundingClientRect();
    return each.getBoundingClientRect().right > page.right + 1;
  };
  const all = selector => [...document.querySelectorAll(selector)];
  const wide = all("article pre, article .table-wrapper").filter(scrolled)
    .concat(all("article img").filter(sticks_out));
  document.body.textContent = `${wide.length} too wide: `
    + wide.map(each => (each.textContent || each.src).slice(0, 99)).join(" | ");
})</script></body>
"""


@pytest.mark.browser
def test_tables_pictures_and_code_fit_into_a_window_1280_wide(html: Path, tmp_path: Path) -> None:
    """All pages are opened as one, since it is the browser's start that takes its time."""
    browser = find_browser(tmp_path)
    articles = [
        article
        for page in PAGES
        for article in re.findall(
            r"<article.*?</article>", (html / f"{page.stem}.html").read_text(), re.DOTALL
        )
    ]
    frame = (html / "readme.html").read_text()
    probe = html / "probe.html"
    probe.write_text(
        re.sub(
            r"<article.*?</article>", lambda _: "".join(articles), frame, count=1, flags=re.DOTALL
        ).replace("</body>", OVERFLOWING)
    )
    shown = browser.open(probe, "--dump-dom", "--window-size=1280,2000").stdout
    assert len(articles) >= len(PAGES)
    assert ["0 too wide: "] == re.findall(r"\d+ too wide: [^<]*", shown)
