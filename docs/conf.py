"""How Sphinx builds the documentation: `make docs`, and the man pages: `make man`."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes

import mqworker

project = "mqworker"
author = "the authors of mqworker"
project_copyright = "the authors of mqworker, Apache License 2.0"
version = release = mqworker.__version__

root_doc = "index"
highlight_language = "none"  # most blocks are commands, and what they print
smartquotes = False  # options begin with two hyphens
nitpicky = True

html_theme = "furo"
html_title = f"mqworker {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["width.css"]
html_theme_options = {"navigation_with_keys": True}

man_pages = [
    ("commands", "mqworker", "from RabbitMQ to Elasticsearch, losing nothing", [], 1),
    ("configuration", "mqworker.toml", "the configuration of mqworker", [], 5),
]

OUTSIDE = re.compile(r"(^\.\. (?:_[^:]+|image:): |(?<=\S) <)docs/([\w.-]+)", re.MULTILINE)


def from_above(_app: Any, _path: Path, docname: str, content: list[str]) -> None:
    """Make the links of what is above docs/, as README.rst, those of a page in it."""
    if docname in {"readme", "contributing", "changelog"}:
        content[0] = OUTSIDE.sub(page_of, content[0])


def page_of(found: re.Match[str]) -> str:
    """Return a link to a file in docs/ as one to the page that is made of it."""
    return found[1] + found[2].replace(".rst", ".html")


def without_links(app: Any, doctree: nodes.document, _docname: str) -> None:
    """Leave the words of links in a man page, which leads nowhere."""
    if app.builder.name == "man":
        for link in list(doctree.findall(nodes.reference)):
            link.parent.replace(link, link.children)


def setup(app: Any) -> None:
    """Tell Sphinx of what is above."""
    app.connect("include-read", from_above)
    app.connect("doctree-resolved", without_links)
