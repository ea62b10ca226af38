"""A progress bar on stderr for work that takes longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from stackmark.cli.console import note

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE: Final = 1.0  # seconds without a bar


class Bar:
    """Counts steps; shows itself only on a terminal, and only when it takes long."""

    def __init__(self, title: str, total: int | None = None, *, done: int = 0) -> None:
        self._title = title
        self._total = total
        self._done = done
        self._begin = time.monotonic()
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown is not None:
            self._shown[0].stop()

    def step(self, count: int = 1) -> None:
        """``count`` steps more are done."""
        self._done += count
        if self._shown is not None:
            self._shown[0].update(self._shown[1], completed=self._done)
        elif time.monotonic() - self._begin > _PATIENCE and sys.stderr.isatty():
            self._show()

    def say(self, text: str) -> None:
        """A message on stderr that does not disturb the bar."""
        if self._shown is not None:
            self._shown[0].console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            note(text)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        progress = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        task = progress.add_task(self._title, total=self._total, completed=self._done)
        progress.start()
        self._shown = (progress, task)
