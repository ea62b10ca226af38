"""Who was erased is known although the database forgot it, and nobody can read who it was."""

from __future__ import annotations

import uuid

import pytest

from stackmark_web.accounts import erasure_journal as journal


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def test_who_was_erased_is_found_among_others():
    gone, stays = uuid.uuid4(), uuid.uuid4()
    journal.append(gone)
    assert journal.erased_among([stays, gone]) == [gone]


def test_the_file_holds_no_id_and_is_private(folder):
    gone = uuid.uuid4()
    journal.append(gone)
    path = folder / journal.NAME
    text = path.read_text()
    assert str(gone) not in text
    assert gone.hex not in text
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_cut_by_a_crash_spoils_neither_those_before_nor_those_after(folder):
    first, torn, last = (uuid.uuid4() for _ in range(3))
    journal.append(first)
    journal.append(torn)
    path = folder / journal.NAME
    path.write_bytes(path.read_bytes()[:-9])
    journal.append(last)
    assert journal.erased_among([first, torn, last]) == [first, last]


def test_the_same_entry_is_written_once(folder):
    journal.append(uuid.uuid4())
    before = journal.entries()
    journal.write(before)
    assert journal.entries() == before


def test_entries_of_another_folder_join_with_their_own_salt(folder, tmp_path_factory):
    elsewhere, gone, also = tmp_path_factory.mktemp("other"), uuid.uuid4(), uuid.uuid4()
    journal.append(gone)
    journal.write(journal.entries(), folder=elsewhere)
    (folder / journal.NAME).unlink()
    journal.append(also)
    journal.write(journal.entries(folder=elsewhere))
    assert journal.erased_among([gone, also]) == [gone, also]
