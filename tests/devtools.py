"""A browser that a test drives as a person would: it goes to pages, types, clicks, and looks.

By the DevTools protocol over a pipe (https://chromedevtools.github.io/devtools-protocol/), which
needs no library: a JSON object each way, ended by NUL.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any

from tests.browser import QUIET, Browser

LIMIT_S = 60.0


class Tab:
    """One page of a browser; `complaints` is what its console said."""

    def __init__(self, commands: FileIO, answers: FileIO) -> None:
        self.commands = commands
        self.answers = answers
        self.rest = b""
        self.count = 0
        self.session = ""
        self.loaded = 0
        self.complaints: list[str] = []
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        told = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self.session = told["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command; return its answer."""
        self.count += 1
        command = {"id": self.count, "method": method, "params": params}
        if self.session:
            command["sessionId"] = self.session
        self.commands.write(json.dumps(command).encode() + b"\0")
        while True:
            answer = self.hear()
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                found: dict[str, Any] = answer["result"]
                return found

    def hear(self) -> dict[str, Any]:
        """Return the next message, and note what it tells of the page."""
        while b"\0" not in self.rest:
            more = self.answers.read(65536)
            assert more, "the browser is gone"
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        if told.get("method") == "Page.loadEventFired":
            self.loaded += 1
        if told.get("method") == "Log.entryAdded":
            self.complaints.append(told["params"]["entry"]["text"])
        if told.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(str(told["params"]))
        return told

    @contextmanager
    def going(self) -> Iterator[None]:
        """Wait until what is done in here has led to another page."""
        before = self.loaded
        yield
        until = time.monotonic() + LIMIT_S
        while self.loaded == before:
            assert time.monotonic() < until, "no page was loaded"
            self.hear()

    def go(self, url: str) -> None:
        """Go to a page."""
        with self.going():
            self.tell("Page.navigate", url=url)

    def forbid_scripts(self) -> None:
        """Run no script of any page from now on; what a test evaluates still runs."""
        self.tell("Emulation.setScriptExecutionDisabled", value=True)

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        told = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return str(self.ask("document.body.innerText"))

    @property
    def path(self) -> str:
        """Where the page is, without the host."""
        return str(self.ask("location.pathname + location.search"))

    def click(self, selector: str, containing: str = "") -> None:
        """Click the first element that holds a text, in its middle, and wait for the next page."""
        where = self.ask(
            f"(() => {{ const found = [...document.querySelectorAll({json.dumps(selector)})]"
            f".find(each => each.innerText.includes({json.dumps(containing)}));"
            "found.scrollIntoView({block: 'center'}); const box = found.getBoundingClientRect();"
            "return [box.x + Math.min(box.width, 40) / 2, box.y + box.height / 2]; })()"
        )
        with self.going():
            for kind in ("mousePressed", "mouseReleased"):
                self.tell(
                    "Input.dispatchMouseEvent",
                    type=kind,
                    x=where[0],
                    y=where[1],
                    button="left",
                    clickCount=1,
                )

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.ask(f"document.querySelector({json.dumps(selector)}).focus()")
        self.tell("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key, as Tab or Enter."""
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.tell(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                **(text if kind == "keyDown" else {}),
            )

    def resize(self, width: int, height: int, scheme: str = "light") -> None:
        """Be a window of a size, in light or dark."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", features=features)

    def photograph(self, *, whole: bool = False) -> bytes:
        """Return how the page looks, as PNG; the whole of it, or what is in the window."""
        told = self.tell("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(told["data"])


@contextmanager
def driven(browser: Browser) -> Iterator[Tab]:
    """Give a tab of a browser with a profile of its own; the browser ends with the block."""
    browser.opened += 1
    profile = browser.directory / f"profile{browser.opened}"
    to_read, commands = os.pipe()
    answers, to_write = os.pipe()
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    flags = [*QUIET, *sandbox, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    with subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", browser.program, *flags],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(browser.directory)},
        start_new_session=True,
    ) as process:
        os.close(to_read)
        os.close(to_write)
        try:
            with os.fdopen(commands, "wb", 0) as mouth, os.fdopen(answers, "rb", 0) as ear:
                yield Tab(mouth, ear)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
