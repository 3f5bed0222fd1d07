import socket

import pytest

from mqworker.core.errors import Misconfigured
from mqworker.sight.directory import folder_name, opened, own_directory, places, where_to_look


def test_systemds_directory_comes_first(tmp_path):
    environ = {"RUNTIME_DIRECTORY": str(tmp_path), "XDG_RUNTIME_DIR": "/run/user/1"}
    assert tmp_path == next(places("q", environ, 1))


def test_a_user_without_systemd_has_one_for_each_queue():
    found = list(places("q/1", {"XDG_RUNTIME_DIR": "/run/user/1"}, 1))
    assert ["/run/user/1/mqworker/q%2F1", "mqworker-1/q%2F1"] == [
        str(found[0]),
        "/".join(found[1].parts[-2:]),
    ]


@pytest.mark.parametrize("queue", ["..", ".", "a/b", "a\0b", "ü" * 80])
def test_every_queues_name_is_that_of_one_directory(queue):
    name = folder_name(queue)
    assert (False, False, True) == ("/" in name, name in (".", ".."), len(name) <= 255)


def test_the_directory_is_made_for_this_user_alone(tmp_path):
    made = own_directory("q", None, {"XDG_RUNTIME_DIR": str(tmp_path / "run")})
    assert 0o700 == made.stat().st_mode & 0o777


def test_a_directory_that_others_may_use_is_refused(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(Misconfigured, match="chmod 0700"):
        own_directory("q", tmp_path, {})


def test_a_link_to_a_directory_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Misconfigured, match="no directory"):
        own_directory("q", tmp_path / "link", {})


def test_a_directory_that_waits_in_a_shared_one_is_refused(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "mine").mkdir()
    (shared / "mine").chmod(0o777)
    (shared / "mine" / "q").mkdir(mode=0o700)
    with pytest.raises(Misconfigured, match="others may change"):
        own_directory("q", shared / "mine" / "q", {})


def test_what_somebody_else_may_have_put_there_is_not_looked_into(tmp_path, monkeypatch):
    tmp_path.chmod(0o1777)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = own_directory("q", None, {})
    before = made in where_to_look("q", None, {})
    made.parent.chmod(0o777)
    assert (True, False) == (before, made in where_to_look("q", None, {}))


def test_only_directories_that_are_there_are_looked_into(tmp_path):
    own_directory("q", None, {"XDG_RUNTIME_DIR": str(tmp_path)})
    found = where_to_look("q", None, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert tmp_path / "mqworker" / "q" in found


def test_a_socket_can_be_in_a_directory_with_a_long_name(tmp_path):
    deep = tmp_path / ("d" * 200)
    deep.mkdir()
    with opened(deep) as way, socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(way / "s"))
    assert ["s"] == [path.name for path in deep.iterdir()]
