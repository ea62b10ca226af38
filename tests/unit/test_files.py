from __future__ import annotations

import os
import stat

import pytest

from stackmark.adapters import files
from stackmark.adapters.files import read_limited, walk_sources, write_atomic, write_private
from stackmark.errors import ReadError, UsageError


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def fails(reason, function, *arguments, **options):
    with pytest.raises(UsageError) as caught:
        function(*arguments, **options)
    assert caught.value.reason == reason
    return caught.value.detail


class TestWriteAtomic:
    def test_new_and_replaced(self, tmp_path):
        path = tmp_path / "a.json"
        write_atomic(path, b"one")
        assert (path.read_bytes(), mode(path)) == (b"one", 0o644)
        write_atomic(str(path), b"two", mode=0o600)
        assert (path.read_bytes(), mode(path)) == (b"two", 0o600)
        assert [p.name for p in tmp_path.iterdir()] == ["a.json"]

    def test_the_umask_is_kept(self, tmp_path):
        os.umask(0o077)
        write_atomic(tmp_path / "a", b"x")
        assert mode(tmp_path / "a") == 0o600

    def test_a_failed_write_leaves_the_old_file_and_nothing_else(self, tmp_path, monkeypatch):
        path = tmp_path / "a"
        path.write_bytes(b"old")

        def full(handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fsync", full)
        detail = fails("usage.file", write_atomic, path, b"new")
        assert "No space left" in detail
        assert path.read_bytes() == b"old"
        assert [p.name for p in tmp_path.iterdir()] == ["a"]

    def test_data_is_flushed_before_the_name_changes(self, tmp_path, monkeypatch):
        path = tmp_path / "a"
        path.write_bytes(b"old")
        seen = []
        flush = os.fsync

        def watch(handle):
            seen.append((stat.S_ISDIR(os.fstat(handle).st_mode), path.read_bytes()))
            flush(handle)

        monkeypatch.setattr(files.os, "fsync", watch)
        write_atomic(path, b"new")
        assert seen == [(False, b"old"), (True, b"new")]

    def test_a_link_is_replaced_not_followed(self, tmp_path):
        (tmp_path / "real").write_bytes(b"real")
        (tmp_path / "link").symlink_to("real")
        write_atomic(tmp_path / "link", b"new")
        assert (tmp_path / "real").read_bytes() == b"real"
        assert not (tmp_path / "link").is_symlink()

    def test_trouble_names_the_file(self, tmp_path):
        assert "missing" in fails("usage.file", write_atomic, tmp_path / "missing" / "a", b"")
        (tmp_path / "folder").mkdir()
        assert "folder" in fails("usage.file", write_atomic, tmp_path / "folder", b"")
        assert [p.name for p in tmp_path.iterdir()] == ["folder"]

    def test_long_names(self, tmp_path):
        write_atomic(tmp_path / ("n" * 255), b"x")
        assert (tmp_path / ("n" * 255)).read_bytes() == b"x"


class TestWritePrivate:
    def test_only_the_owner_may_read(self, tmp_path):
        os.umask(0)
        path = tmp_path / "key.pem"
        write_private(path, b"secret")
        assert (path.read_bytes(), mode(path)) == (b"secret", 0o600)
        assert [p.name for p in tmp_path.iterdir()] == ["key.pem"]

    def test_never_overwrites_unless_forced(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_bytes(b"old")
        path.chmod(0o644)
        assert "key.pem" in fails("usage.exists", write_private, path, b"new")
        assert path.read_bytes() == b"old"
        write_private(path, b"new", force=True)
        assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
        assert [p.name for p in tmp_path.iterdir()] == ["key.pem"]

    def test_a_dangling_link_counts_as_something(self, tmp_path):
        (tmp_path / "link").symlink_to("nowhere")
        fails("usage.exists", write_private, tmp_path / "link", b"x")

    @pytest.mark.parametrize("links", [True, False])
    def test_a_file_appearing_meanwhile_is_not_overwritten(self, tmp_path, monkeypatch, links):
        path = tmp_path / "key.pem"
        draft = files._write_draft

        def slow(*arguments):
            made = draft(*arguments)
            path.write_bytes(b"theirs")
            return made

        def no_links(*_):
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(files, "_write_draft", slow)
        if not links:
            monkeypatch.setattr(files.os, "link", no_links)
        fails("usage.exists", write_private, path, b"mine")
        assert path.read_bytes() == b"theirs"
        assert [p.name for p in tmp_path.iterdir()] == ["key.pem"]

    def test_file_systems_without_links(self, tmp_path, monkeypatch):
        def no_links(*_):
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(files.os, "link", no_links)
        write_private(tmp_path / "key.pem", b"x")
        assert mode(tmp_path / "key.pem") == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["key.pem"]


class TestReadLimited:
    def test_up_to_the_limit(self, tmp_path):
        (tmp_path / "a").write_bytes(b"12345")
        assert read_limited(tmp_path / "a", 5) == b"12345"
        with pytest.raises(ReadError) as caught:
            read_limited(tmp_path / "a", 4)
        assert caught.value.reason == "read.too-large"

    def test_endless_files_are_cut(self):
        with pytest.raises(ReadError) as caught:
            read_limited("/dev/zero", 1000)
        assert caught.value.reason == "read.too-large"

    def test_trouble_names_the_file(self, tmp_path):
        assert "gone" in fails("usage.file", read_limited, tmp_path / "gone", 5)
        fails("usage.file", read_limited, tmp_path, 5)
        fails("usage.file", read_limited, "a\0b", 5)


class TestWalk:
    def names(self, root, *paths):
        return [str(p.relative_to(root)) for p in walk_sources(paths or [root])]

    def test_sorted_recursive_without_hidden_ones(self, tmp_path):
        for name in ("b/z.json", "b/a.json", "a.json", "c.json", ".git/config", "b/.hidden"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        (tmp_path / "empty").mkdir()
        os.mkfifo(tmp_path / "pipe")
        assert self.names(tmp_path) == ["a.json", "b/a.json", "b/z.json", "c.json"]

    def test_named_files_come_as_they_are_in_order(self, tmp_path):
        for name in ("b", "a", ".hidden"):
            (tmp_path / name).write_bytes(b"")
        asked = [tmp_path / ".hidden", str(tmp_path / "b"), tmp_path / "a"]
        assert self.names(tmp_path, *asked) == [".hidden", "b", "a"]

    def test_links_are_followed_only_inside(self, tmp_path):
        home = tmp_path / "home"
        (home / "sub").mkdir(parents=True)
        (tmp_path / "secret").write_bytes(b"")
        (home / "sub" / "a").write_bytes(b"")
        (home / "out").symlink_to(tmp_path / "secret")
        (home / "outer").symlink_to(tmp_path)
        (home / "up").symlink_to("..")
        (home / "dangling").symlink_to("nowhere")
        (home / "self").symlink_to("self")
        (home / "inside").symlink_to("sub/a")
        (home / "sub" / "back").symlink_to("..")
        (home / "zub").symlink_to("sub")
        assert self.names(home) == ["inside", "sub/a"]

    def test_a_named_link_to_a_folder_is_entered(self, tmp_path):
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "a").write_bytes(b"")
        (tmp_path / "link").symlink_to("real")
        assert self.names(tmp_path, tmp_path / "link") == ["link/a"]

    def test_missing_paths(self, tmp_path):
        with pytest.raises(UsageError) as caught:
            list(walk_sources([tmp_path / "gone"]))
        assert caught.value.reason == "usage.file"
        assert "gone" in caught.value.detail

    def test_lazy(self, tmp_path):
        (tmp_path / "a").write_bytes(b"")
        sources = walk_sources([tmp_path / "a", tmp_path / "gone"])
        assert next(sources) == tmp_path / "a"
