"""What a deployment installs is pinned, and is what setup.cfg asks for and the tests ran with."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
NOT_DEPLOYED = {"all", "docs", "fuzz", "sqs", "test"}
"""`sqs` is boto3, which is there, and pycurl, which no worker uses (setup.cfg)."""


def options() -> ConfigParser:
    found = ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]


def locked(lock: Path) -> dict[str, Requirement]:
    """Return the requirements of a lock by name, without their hashes."""
    joined = re.sub(r"\\\n", " ", lock.read_text())
    found = [Requirement(line.split(" --hash")[0].strip()) for line in lines(joined)]
    return {canonical(each.name): each for each in found}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def deployed() -> list[Requirement]:
    """Return what setup.cfg asks for with the extra `all`."""
    config = options()
    extras = config["options.extras_require"]
    chosen = Requirement(lines(extras["all"])[0]).extras
    asked = lines(config["options"]["install_requires"])
    asked += [line for extra in sorted(chosen) for line in lines(extras[extra])]
    return [Requirement(each) for each in asked]


def version(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    return pin.version


def test_the_deployment_has_every_extra_that_is_of_use_to_it() -> None:
    extras = options()["options.extras_require"]
    assert set(extras) - NOT_DEPLOYED == Requirement(lines(extras["all"])[0]).extras


def test_each_requirement_of_setup_cfg_is_satisfied() -> None:
    pins = locked(ROOT / "requirements" / "deployment.txt")
    unmet = [
        str(each)
        for each in deployed()
        if version(pins[canonical(each.name)]) not in each.specifier
    ]
    assert [] == unmet


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_agrees_with_what_the_tests_ran_with(lock: Path) -> None:
    tried = {
        canonical(each.name): version(each)
        for line in lines((ROOT / "constraints.txt").read_text())
        for each in [Requirement(line)]
    }
    pins = {name: version(each) for name, each in locked(lock).items()}
    assert {} == {name: pins[name] for name in pins if tried.get(name, pins[name]) != pins[name]}


def test_what_a_deployment_installs_is_what_the_tests_ran_with() -> None:
    tried = {
        canonical(Requirement(line).name) for line in lines((ROOT / "constraints.txt").read_text())
    }
    here = {"python_full_version": "3.11.4", "sys_platform": "linux"}
    pins = locked(ROOT / "requirements" / "deployment.txt")
    wanted = {
        name
        for name, each in pins.items()
        if not each.marker or each.marker.evaluate({**default_environment(), **here})
    }
    assert set() == wanted - tried


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_a_hash_for_each_requirement_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=\S)", "\n".join(lines(text)))
    assert [] == [each.split()[0] for each in entries if "--hash=sha256:" not in each]
    assert [] == re.findall(r"(?m)^\s*--(?!hash=).*|.*://.*", text)


@pytest.mark.long
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
def test_there_is_a_wheel_of_each_requirement(python: str, machine: str, tmp_path: Path) -> None:
    """For the machine this is not run on, as well; nothing is installed."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    platform = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (28, 17, 5)]
    platform += [f"--platform=manylinux2014_{machine}", f"--python-version={python}"]
    only = ["--only-binary=:all:", "--require-hashes", f"--target={tmp_path}"]
    lock = ["--requirement", ROOT / "requirements" / "deployment.txt"]
    done = subprocess.run(
        [*pip, *platform, *only, *lock], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.long
def test_pip_installs_the_lock_into_a_clean_environment(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--quiet",
        "install",
        "--require-hashes",
    ]
    lock = ROOT / "requirements" / "deployment.txt"
    subprocess.run([*pip, "--only-binary=:all:", "--requirement", lock], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "--quiet", "install", "--no-deps", ROOT],
        check=True,
    )
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "check"], check=True)
