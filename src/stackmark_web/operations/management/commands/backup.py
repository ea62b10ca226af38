"""``stackmark-web backup FILE``: one consistent file of everything; the server may go on."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stackmark.errors import StackmarkError
from stackmark_web.operations.archive import making


class Command(BaseCommand):
    """Write a backup."""

    help = "Write one file with the database, published lists, journals and uploaded files."

    requires_system_checks: list[str] = []  # what is unsafe must not keep anybody from it

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, sealed or not, with keys or not."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--passphrase-file", type=Path, help="seal the backup with the passphrase in this file"
        )
        parser.add_argument(
            "--with-keys", action="store_true", help="put the sealed private keys in as well"
        )

    def handle(
        self, *args: Any, file: Path, passphrase_file: Path | None, with_keys: bool, **options: Any
    ) -> None:
        """Make it and say what is in it."""
        try:
            passphrase = making.read_passphrase(passphrase_file) if passphrase_file else None
            made = making.make(file.absolute(), passphrase=passphrase, with_keys=with_keys)
        except StackmarkError as error:
            raise CommandError(error.detail) from None
        signed = made.manifest.about["credentials"]["rows"]
        size = made.path.stat().st_size
        self.stdout.write(
            f"{made.path}: {size:,} bytes, {signed:,} credentials, "
            f"{len(made.manifest.members)} members."
        )
        for sentence in made.sentences:
            self.stdout.write(sentence)
