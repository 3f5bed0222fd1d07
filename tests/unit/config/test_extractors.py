"""Finding the extractors that packages register."""

import pytest

from mqworker.config.extractors import GROUP, load_extractors
from mqworker.core.errors import Misconfigured

MODULE = """
from mqworker.core.extract import Extractor
EXTRACTOR = Extractor({name!r}, lambda event: {{}}, programs=("x",))
OTHER = "text"
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    def install(package, points, name="theirs"):
        folder = tmp_path / package
        metadata = folder / f"{package}-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        lines = "".join(f"{point}\n" for point in points)
        (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{lines}")
        (folder / f"{package}_module.py").write_text(MODULE.format(name=name))
        monkeypatch.syspath_prepend(str(folder))

    return install


def test_the_extractors_of_mqworker_are_registered_and_in_order():
    names = [extractor.name for extractor in load_extractors()]
    assert sorted(names) == names
    assert {"sshd", "pam", "su", "sudo", "login", "find_ip", "rt_flow", "ldap"} <= set(names)
    assert {"auditd", "filterlog", "cloudtrail", "windows"} <= set(names)


def test_another_package_can_add_an_extractor(install):
    install("acme_a", ["theirs = acme_a_module:EXTRACTOR"])
    assert "theirs" in [extractor.name for extractor in load_extractors()]


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ("theirs = acme_b_nowhere:EXTRACTOR", "can't be loaded: ModuleNotFoundError"),
        ("theirs = acme_b_module:NOTHING", "can't be loaded: AttributeError"),
        ("theirs = acme_b_module:OTHER", "is a str, no Extractor"),
    ],
)
def test_a_bad_extractor_is_told_with_its_package_and_entry_point(install, point, reason):
    install("acme_b", [point])
    with pytest.raises(Misconfigured) as told:
        load_extractors()
    assert str(told.value).startswith(f"extractor {point} of package acme_b {reason}")


def test_two_extractors_of_one_name_are_told_with_both_packages(install):
    install("acme_c", ["theirs = acme_c_module:EXTRACTOR"], name="sshd")
    with pytest.raises(Misconfigured) as told:
        load_extractors()
    assert "package acme_c" in str(told.value)
    assert "package mqworker" in str(told.value)
    assert "both the extractor sshd" in str(told.value)
