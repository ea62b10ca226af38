"""One process or many, behind ``ports.Executor``.

Both keep the order of the items, take them only as they are needed (a million items cost the
memory of a few hundred) and deliver every result before the error that stopped the rest.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from stackmark.errors import StackmarkError, UsageError

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

T = TypeVar("T")
R = TypeVar("R")

_CHUNK: Final = 32  # items of one task: hides the cost of a hand-over, about 0.1 ms
_AHEAD: Final = 3  # tasks a worker may have waiting
_PRELOAD: Final = ("orjson", "cryptography.hazmat.primitives.asymmetric.ed25519")
_Done = tuple[list[Any], Exception | None]
_broken_start: Exception | None = None  # in a worker: what its initializer raised


class SerialExecutor:
    """Runs everything here, one after the other. ``initializer`` runs once, before the first."""

    def __init__(
        self, *, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()
    ) -> None:
        self._initializer = initializer
        self._initargs = initargs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """``function`` of each item, lazily and in order. Raises what ``function`` raises."""
        if self._initializer is not None:
            self._initializer(*self._initargs)
            self._initializer = None
        return map(function, items)


class ProcessExecutor:
    """Runs items in ``jobs`` worker processes (default: one for each usable processor).

    Function, items, results and ``initargs`` must be picklable; ``initializer`` runs once in
    each worker. Items travel ``chunk`` at a time. Use as a context manager, or ``close`` it.
    Workers leave Ctrl-C to the parent and end when the parent dies.

    Raises ``UsageError`` with reason ``usage.jobs`` for fewer than one job or item per chunk.
    """

    def __init__(
        self,
        jobs: int | None = None,
        *,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        chunk: int = _CHUNK,
    ) -> None:
        self.jobs = usable_processors() if jobs is None else jobs
        if self.jobs < 1 or chunk < 1:
            raise UsageError("usage.jobs", "The number of jobs and of items a chunk is 1 or more.")
        self._chunk = chunk
        self._pool = ProcessPoolExecutor(
            self.jobs,
            mp_context=_context(),
            initializer=_start_worker,
            initargs=(initializer, initargs),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers after the tasks they have begun; waiting tasks are dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """``function`` of each item, in order, at most ``jobs`` × 4 chunks ahead of the reader.

        Raises what ``function`` or ``items`` raise, after the results before it;
        ``StackmarkError`` with reason ``run.worker-died`` when a worker ends unexpectedly,
        ``run.worker-error`` for an error that cannot travel between processes.
        """
        window: deque[Future[_Done]] = deque()
        source = _Chunks(items, self._chunk)
        try:
            while True:
                while len(window) < self.jobs * (_AHEAD + 1) and (chunk := source.take()):
                    window.append(self._pool.submit(_run_chunk, function, chunk))
                if not window:
                    break
                results, error = window.popleft().result()
                yield from results
                if error is not None:
                    raise error
        except BrokenProcessPool:
            raise StackmarkError(
                "run.worker-died",
                "A worker process ended unexpectedly (killed, or out of memory); the results "
                "so far are complete. Try again with fewer jobs.",
            ) from None
        finally:
            for task in window:
                task.cancel()
        if source.error is not None:
            raise source.error


class _Chunks:
    """Items in lists; an error of their source is kept until what came before it is done."""

    def __init__(self, items: Iterable[Any], size: int) -> None:
        self._items = iter(items)
        self._size = size
        self.error: Exception | None = None

    def take(self) -> list[Any]:
        """The next items, none at the end."""
        chunk: list[Any] = []
        if self.error is None:
            try:
                for item in islice(self._items, self._size):
                    chunk.append(item)  # noqa: PERF402 - what came before an error is kept
            except Exception as error:  # noqa: BLE001 - raised again by map, in its turn
                self.error = error
        return chunk


def usable_processors() -> int:
    """How many processors this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _context() -> BaseContext:
    """How workers start: never a plain fork, which copies locks held by other threads.

    A fork server costs 20 to 40 ms a pool once it is up, spawn 90 ms.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOAD))
    return context


def _start_worker(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    global _broken_start  # noqa: PLW0603 - one per worker process, set before its first task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    if initializer is not None:
        try:
            initializer(*initargs)
        except Exception as error:  # noqa: BLE001 - told by the first task, where map sees it
            _broken_start = error


def _end_with_parent() -> None:
    """A worker waits for tasks on a pipe it holds open itself, so it would outlive its parent."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _run_chunk(function: Callable[[Any], Any], items: list[Any]) -> _Done:
    if _broken_start is not None:
        return [], _portable(_broken_start)
    results = []
    for item in items:
        try:
            results.append(function(item))
        except Exception as error:  # noqa: BLE001 - travels to the parent, which raises it
            return results, _portable(error)
    return results, None


def _portable(error: Exception) -> Exception:
    """``error`` if it survives pickling; one that does not would break the whole pool."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - bytes made on this line
    except Exception:  # noqa: BLE001 - pickling may raise anything
        name = type(error).__name__
        return StackmarkError("run.worker-error", f"A worker failed with {name}: {error}.")
    return error
