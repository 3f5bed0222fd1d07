"""Everything is in setup.cfg; here stands only what has to be asked: whether to compile.

    MQWORKER_COMPILE=1 pip install .

compiles the modules that setup.cfg lists under `mqworker:compiled` with mypyc, which needs a C
compiler. The same modules run as they are where that was not asked for.
"""

import os
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

MYPY = ("--ignore-missing-imports", "--config-file=", "--python-version=3.11")


def compiled_modules() -> list[str]:
    """Return the files of the modules that are worth compiling."""
    config = ConfigParser()
    config.read(Path(__file__).with_name("setup.cfg"))
    return config["mqworker:compiled"]["modules"].split()


def setup_compiled() -> None:
    """Compile, once pip has brought the compiler that `setup_requires` asks it for."""
    try:
        from mypyc.build import mypycify  # noqa: PLC0415 - there only when it was asked for
    except ImportError:
        setup(setup_requires=["mypy>=1.19"])
    else:
        modules = mypycify([*MYPY, *compiled_modules()], opt_level="2")
        for module in modules:
            # Functions of these modules call each other directly, and not by way of the linker.
            module.extra_compile_args.append("-fno-semantic-interposition")
        setup(ext_modules=modules)


if os.environ.get("MQWORKER_COMPILE") == "1":
    setup_compiled()
else:
    setup()
