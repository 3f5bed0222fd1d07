"""Flags from the declared options, and the configuration that a command gets."""

from __future__ import annotations

import faulthandler
import functools
import logging
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mqworker.cli import logs
from mqworker.cli.values import values
from mqworker.config.kinds import Kind, Unfit
from mqworker.config.load import DEFAULT_FILE, SERVICES, Loaded, load
from mqworker.config.option import Option, options_of
from mqworker.config.settings import OPTIONS, SECTIONS, Settings
from mqworker.core.errors import Misconfigured

log = logging.getLogger(__name__)

STANDARD_ERROR = 2
"""Where a process that is ended by SIGABRT, as by systemd's watchdog, says what it was at."""

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True)
class Configuration:
    """What a command is told: the effective configuration, and how to read it again."""

    loaded: Loaded
    load: Callable[[], Loaded]

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings

    def reload(self) -> Settings:
        """Read the configuration again, with the same flags.

        Raises:
            Misconfigured: something is wrong now.
        """
        return self.load().settings


Attempt = Configuration | Misconfigured
"""The configuration, or what is wrong with it."""


def attempted(read: Callable[[], Loaded]) -> Attempt:
    """Read the configuration, or find out what is wrong with it."""
    try:
        return Configuration(read(), read)
    except Misconfigured as error:
        return error


Callback = Callable[[click.Context, click.Parameter, Any], Any]


def reader(option: Option) -> Callback:
    """Return the callback that makes an option's value of its flag's text."""

    def read(_ctx: click.Context, _param: click.Parameter, given: Any) -> Any:
        if option.repeatable:
            return tuple(read_one(option.kind, text) for text in given or ())
        return None if given is None else read_one(option.kind, given)

    return read


def read_one(kind: Kind, text: str) -> Any:
    """Return the value that a flag's text stands for.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        return kind.parse(text)
    except Unfit as hint:
        wrong = f"expected {kind.expects}, got {kind.quote(text)}"
        raise click.BadParameter(f"{wrong}: {hint}" if str(hint) else wrong) from None


def flag(option: Option) -> Decorator:
    """Return the decorator that gives a command the flag of an option."""
    words = f"{option.doc}  [default: {option.default_shown}]"
    if option.is_switch:
        both = f"{option.flag}/--no-{option.key}"
        return click.option(both, option.name, default=None, help=words)
    metavar = "|".join(option.kind.choices) or option.kind.metavar
    return click.option(
        option.flag,
        option.name,
        callback=reader(option),
        multiple=option.repeatable,
        metavar=f"{metavar}…" if option.repeatable else metavar,
        help=words,
        shell_complete=lambda _ctx, _param, incomplete: values(option, incomplete),
    )


def json_option(words: str) -> Decorator:
    """Return the decorator that gives a command `--json`, which puts True into `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=words)


def configured(
    *sections: type[Any],
    services: Collection[str] = SERVICES,
    more: Collection[str] = (),
    daemon: bool = False,
    tolerant: bool = False,
) -> Decorator:
    """Give a command `--config` and the flags of sections; it is called with a Configuration.

    Args:
        sections: classes of options, from `mqworker.config.settings.SECTIONS`; none is all, or
            none where `more` names some.
        services: those that it speaks to; see `mqworker.config.load.load`.
        more: the names of options of other sections.
        daemon: it logs as the options say; any other command as a person wants to read it.
        tolerant: what is wrong with the configuration is for it to tell: it is called with an
            Attempt, and no warning is logged.
    """
    chosen = sections or (() if more else SECTIONS)
    options = [option for section in chosen for option in options_of(section)]
    options += [OPTIONS[name] for name in more]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapped(config: Path | None, **given: Any) -> Any:
            flags = {option.name: given.pop(option.name) for option in options}
            again = functools.partial(load, flags, os.environ, config, services)
            if tolerant:
                logs.set_up("error", "plain")
                return command(attempted(again), **given)
            configuration = Configuration(again(), again)
            log_as_told(configuration, daemon=daemon, as_json=bool(given.get("as_json")))
            return command(configuration, **given)

        flagged: Command = wrapped
        for option in reversed(options):
            flagged = flag(option)(flagged)
        return config_option(flagged)

    return decorate


def config_option(command: Command) -> Command:
    """Give a command `--config`."""
    return click.option(
        "-c",
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"The TOML file to read.  [default: $MQWORKER_CONFIG, or {DEFAULT_FILE}]",
    )(command)


def log_as_told(configuration: Configuration, *, daemon: bool, as_json: bool) -> None:
    """Set logging up, and say what is doubtful about the configuration."""
    settings = configuration.settings
    if daemon:
        faulthandler.enable(STANDARD_ERROR)
        logs.set_up(settings.log_level, "json" if as_json else settings.log_format)
    else:
        logs.set_up("warning", "plain")
    for warning in configuration.loaded.warnings:
        log.warning("%s", warning)
