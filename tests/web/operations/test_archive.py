"""A backup that is not as it was written is found out before anything is touched (fault F24)."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import tarfile
from pathlib import Path

import pytest

from operations_world import System
from stackmark.errors import StackmarkError
from stackmark_web.operations import instance, leftovers
from stackmark_web.operations.archive import frame, making, members, restoring


@pytest.fixture(scope="module")
def archive(template, tmp_path_factory, django_db_blocker):
    """A plain and a sealed backup of one system, only read by the tests."""
    made, _ = template
    folder = tmp_path_factory.mktemp("archives")
    shutil.copytree(made.folder, folder / "data")
    system = System(folder / "data")
    system.owner, system.here, system.version = made.owner, made.here, made.version
    with django_db_blocker.unblock(), system.on():
        instance.take_over()
        system.issue(1)
        system.settle()
        return {
            "plain": making.make(folder / "plain", passphrase=None, with_keys=True).path,
            "sealed": making.make(
                folder / "sealed", passphrase=b"a passphrase", with_keys=True
            ).path,
        }


def refuse(path, into, passphrase=None):
    with pytest.raises(StackmarkError) as caught:
        members.unpack(path, passphrase, into)
    return caught.value.reason


def changed(path, target, change):
    data = bytearray(path.read_bytes())
    change(data)
    target.write_bytes(data)
    return target


def flip(place):
    def change(data):
        data[place(len(data)) if callable(place) else place] ^= 1 << 3

    return change


def test_a_flipped_bit_anywhere_is_found(archive, tmp_path):
    chance = random.Random(7)
    for kind, passphrase in (("plain", None), ("sealed", b"a passphrase")):
        size = archive[kind].stat().st_size
        places = [0, size - 1, *(chance.randrange(size) for _ in range(5))]
        for number, place in enumerate(places):
            bad = changed(archive[kind], tmp_path / f"{kind}{number}", flip(place))
            reason = refuse(bad, tmp_path / f"out-{kind}{number}", passphrase)
            assert reason in ("backup.damaged", "backup.passphrase"), place


@pytest.mark.parametrize("kind", ["plain", "sealed"])
def test_a_file_cut_off_is_found(archive, tmp_path, kind):
    size = archive[kind].stat().st_size
    for number, keep in enumerate((0, 1, 100, size // 2, size - 1, size - 17)):
        bad = changed(
            archive[kind],
            tmp_path / f"c{number}",
            lambda data, keep=keep: data.__delitem__(slice(keep, None)),
        )
        assert refuse(bad, tmp_path / f"o{number}", b"a passphrase") == "backup.damaged"


def test_pieces_of_a_sealed_file_cannot_be_left_out_or_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(frame, "PIECE", 64)
    out = io.BytesIO()
    writer = frame.SealedWriter(out, b"a passphrase")
    writer.write(bytes(range(200)))
    writer.finish()
    whole, piece = out.getvalue(), 64 + 16
    head = whole.index(b"\n", whole.index(b"\n") + 1) + 1
    first, second = whole[head : head + piece], whole[head + piece : head + 2 * piece]
    rest = whole[head + 2 * piece :]
    for number, body in enumerate(
        (second + first + rest, first + rest, first + second, first + first + second + rest)
    ):
        bad = tmp_path / str(number)
        bad.write_bytes(whole[:head] + body)
        with pytest.raises(StackmarkError) as caught, frame.reader(bad, b"a passphrase") as file:
            file.read()
        assert caught.value.reason == "backup.damaged"
    good = tmp_path / "good"
    good.write_bytes(whole)
    with frame.reader(good, b"a passphrase") as file:
        assert file.read() == bytes(range(200))


def test_a_wrong_passphrase_is_told_apart_and_none_is_asked_for(archive, tmp_path):
    assert refuse(archive["sealed"], tmp_path / "a", b"another one") == "backup.passphrase"
    assert refuse(archive["sealed"], tmp_path / "b") == "backup.passphrase"


def forged(source, target, change):
    """A backup whose outer check sum holds, with other members inside."""
    data = source.read_bytes()[: -frame._LAST]
    found = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as tar:
        for entry in tar:
            found[entry.name] = tar.extractfile(entry).read()
    change(found)
    with target.open("wb") as out:
        plain = frame.PlainWriter(out)
        with (
            gzip.GzipFile("", "wb", 0, plain) as zipped,
            tarfile.open(fileobj=zipped, mode="w|") as tar,
        ):
            for name, content in found.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        plain.finish()
    return target


def test_every_member_is_compared_with_the_manifest(archive, tmp_path):
    names = [name for name in json_of(archive["plain"])["members"]]
    assert {name.split("/")[0] for name in names} >= {"database", "lists", "keys", "marks"}
    for number, name in enumerate(names):

        def damage(found, name=name):
            found[name] = found[name][:-1] + bytes([found[name][-1] ^ 1])

        def drop(found, name=name):
            del found[name]

        for word, change in (("d", damage), ("m", drop))[: 2 - number % 2]:
            bad = forged(archive["plain"], tmp_path / f"{word}{number}", change)
            assert refuse(bad, tmp_path / f"{word}o{number}") == "backup.damaged", name


def json_of(path):
    with tarfile.open(
        fileobj=io.BytesIO(gzip.decompress(path.read_bytes()[: -frame._LAST]))
    ) as tar:
        return json.loads(tar.extractfile(members.MANIFEST).read())


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../b", ".hidden", "a\nb"])
def test_a_member_that_leads_outside_is_refused(archive, tmp_path, name):
    def add(found):
        manifest = found.pop(members.MANIFEST)
        found[name] = b"x"
        found[members.MANIFEST] = manifest

    bad = forged(archive["plain"], tmp_path / "bad", add)
    assert refuse(bad, tmp_path / "into") == "backup.damaged"
    assert not (tmp_path / "outside").exists()


def test_another_format_is_not_guessed_at(archive, tmp_path):
    def later(found):
        tree = json.loads(found[members.MANIFEST])
        found[members.MANIFEST] = json.dumps({**tree, "format": 2}).encode()

    assert (
        refuse(forged(archive["plain"], tmp_path / "later", later), tmp_path / "o")
        == "backup.format"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"identity": "https://others.example"}, "restore.identity"),
        ({"migrations": ["awarding.9999_from_the_future"]}, "restore.newer"),
    ],
)
def test_a_backup_of_another_system_or_a_newer_one_is_refused(
    system, archive, tmp_path, monkeypatch, change, reason
):
    from stackmark_web.operations import schema

    monkeypatch.setattr(schema, "known", lambda: frozenset({("awarding", "0001_initial")}))

    def other(found):
        tree = json.loads(found[members.MANIFEST])
        found[members.MANIFEST] = json.dumps({**tree, "migrations": [], **change}).encode()

    bad = forged(archive["plain"], tmp_path / "other", other)
    with system.on():
        before = (system.folder / "stackmark.sqlite3").read_bytes()
        with pytest.raises(StackmarkError) as caught:
            restoring.restore(bad, passphrase=None, replace=True)
        assert caught.value.reason == reason
        assert (system.folder / "stackmark.sqlite3").read_bytes() == before
        assert not list(system.folder.glob("before-restore-*"))
        assert not list(system.folder.glob(".restore-*"))


def test_nothing_half_done_is_left_of_a_backup_that_fails(system, monkeypatch):
    with system.on():
        target = system.folder.parent / "never"

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(members.Writer, "finish", full)
        with pytest.raises(StackmarkError, match="No space left") as caught:
            making.make(target, passphrase=None, with_keys=False)
        assert str(target) in caught.value.detail
        assert str(system.folder) in caught.value.detail  # either disk may be the full one
        assert not target.exists()
        assert not [path for path in target.parent.iterdir() if path.name.endswith(leftovers.PART)]
        assert not list(system.folder.glob(".backup-*"))


def test_a_disk_that_is_full_while_unpacking_is_named(archive, tmp_path):
    (tmp_path / "into").mkdir()
    full = Path("/dev/full")  # whoever writes there has no space left
    if not full.exists():
        pytest.skip("no /dev/full on this machine")

    def extract(_tar, _entry, _target):
        with full.open("wb", buffering=0) as file:
            file.write(b"x")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "_extract", extract)
        with pytest.raises(StackmarkError) as caught:
            members.unpack(archive["plain"], None, tmp_path / "into")
    assert caught.value.reason == "usage.file"
    assert f"into {tmp_path / 'into'}: No space left on device" in caught.value.detail
    assert "Nothing was changed" in caught.value.detail


def test_a_file_that_is_there_is_not_written_over(system, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with system.on(), pytest.raises(StackmarkError) as caught:
        making.make(taken, passphrase=None, with_keys=False)
    assert caught.value.reason == "usage.exists"
    assert taken.read_text() == "mine"


def test_a_backup_that_is_being_written_is_not_written_over(system, tmp_path):
    target = tmp_path / "one"
    with system.on(), leftovers.part(target) as file:
        file.write(b"the first")
        with pytest.raises(StackmarkError, match="Another backup") as caught:
            making.make(target, passphrase=None, with_keys=False)
        other = making.make(tmp_path / "other", passphrase=None, with_keys=False).path
    assert caught.value.reason == "usage.busy"
    assert target.read_bytes() == b"the first"
    assert other.stat().st_size > 1000
    assert not list(tmp_path.glob(f".*{leftovers.PART}"))


def test_what_came_to_stand_there_meanwhile_is_not_written_over(tmp_path):
    target = tmp_path / "one"

    def write():
        with leftovers.part(target) as file:
            file.write(b"the first")
            target.write_bytes(b"of somebody else")

    with pytest.raises(StackmarkError) as caught:
        write()
    assert caught.value.reason == "usage.exists"
    assert target.read_bytes() == b"of somebody else"
    assert [one.name for one in tmp_path.iterdir()] == ["one"]


def test_secrets_are_in_it_only_when_it_is_sealed(system, tmp_path):
    with system.on():
        for name in ("secret-key", "key-passphrase"):
            (system.folder / name).write_text(f"the {name} of this system")
        for word, more, there in (
            ("none", {"passphrase": None, "with_keys": False}, set()),
            ("keys", {"passphrase": None, "with_keys": True}, {"keys"}),
            ("all", {"passphrase": b"a passphrase", "with_keys": True}, {"keys", "secrets"}),
        ):
            made = making.make(tmp_path / word, **more)
            found = {name.split("/")[0] for name in made.manifest.members}
            assert found & {"keys", "secrets"} == there
            assert (tmp_path / word).stat().st_mode & 0o077 == 0
            assert b"the secret-key of this system" not in (tmp_path / word).read_bytes()
        assert str(system.folder / "keys") in " ".join(
            making.make(tmp_path / "n", passphrase=None, with_keys=False).sentences
        )


def test_it_opens_with_tar_as_well(archive, tmp_path):
    if shutil.which("tar") is None:
        pytest.skip("no tar on this machine")
    with tarfile.open(archive["plain"], "r:gz") as tar:
        assert members.MANIFEST in tar.getnames()
