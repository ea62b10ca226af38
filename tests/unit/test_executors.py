from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from stackmark.adapters import executors
from stackmark.adapters.executors import ProcessExecutor, SerialExecutor, usable_processors
from stackmark.errors import CheckFailed, StackmarkError, UsageError

# Workers import what they run, and a test module is not importable by name under
# --import-mode=importlib; so the functions they run come from the library and the interpreter.


def numbers(count, taken=None):
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield number


def breaking(count):
    yield from range(count)
    raise CheckFailed("bulk.row", "row is bad")


class TestSerial:
    def test_lazy_and_in_order(self):
        taken = []
        with SerialExecutor() as executor:
            results = executor.map(str, numbers(5, taken))
            assert next(results) == "0"
            assert taken == [0]
            assert list(results) == ["1", "2", "3", "4"]

    def test_initializer_runs_once(self):
        started = []
        with SerialExecutor(initializer=started.append, initargs=(1,)) as executor:
            assert list(executor.map(str, [1])) == ["1"]
            assert list(executor.map(str, [2])) == ["2"]
        assert started == [1]


class TestProcesses:
    def test_in_order_with_several_workers(self):
        with ProcessExecutor(2, chunk=3) as executor:
            assert list(executor.map(hex, range(100))) == [hex(n) for n in range(100)]
            assert list(executor.map(hex, [])) == []

    def test_work_happens_elsewhere(self):
        with ProcessExecutor(1) as executor:
            assert list(executor.map(eval, ["__import__('os').getpid()"])) != [os.getpid()]

    def test_items_are_taken_only_a_little_ahead(self):
        taken = []
        with ProcessExecutor(2, chunk=5) as executor:
            results = executor.map(str, numbers(10_000, taken))
            for count in range(1, 200):
                next(results)
                assert len(taken) <= count + 2 * 4 * 5
            results.close()
        assert len(taken) < 300

    def test_an_error_comes_in_its_turn_and_whole(self):
        with ProcessExecutor(2, chunk=4) as executor:
            results = executor.map((10).__floordiv__, [1, 2, 5, 10, 5, 0, 1])
            assert [next(results) for _ in range(5)] == [10, 5, 2, 1, 2]
            with pytest.raises(ZeroDivisionError):
                next(results)
            assert list(executor.map(str, [1])) == ["1"]

    def test_our_errors_keep_their_reason(self):
        from stackmark.model.strict_json import parse_json

        with ProcessExecutor(1) as executor:
            results = executor.map(parse_json, [b"{}", b"{"])
            assert next(results) == {}
            with pytest.raises(CheckFailed) as caught:
                next(results)
        assert caught.value.reason == "read.not-json"

    def test_an_error_of_the_source_comes_after_what_was_taken(self):
        with ProcessExecutor(2, chunk=4) as executor:
            results = executor.map(str, breaking(10))
            assert [next(results) for _ in range(10)] == [str(n) for n in range(10)]
            with pytest.raises(CheckFailed) as caught:
                next(results)
        assert caught.value.reason == "bulk.row"

    def test_an_error_that_cannot_travel(self):
        code = "(_ for _ in ()).throw(type('Odd', (Exception,), {})('why'))"
        with ProcessExecutor(1) as executor:
            with pytest.raises(StackmarkError) as caught:
                list(executor.map(eval, [code]))
            assert caught.value.reason == "run.worker-error"
            assert "Odd: why" in caught.value.detail
            assert list(executor.map(eval, ["1"])) == [1]

    def test_a_dead_worker_is_said_clearly(self):
        with ProcessExecutor(2, chunk=1) as executor:
            results = executor.map(eval, ["1", "__import__('os')._exit(9)", "2"])
            with pytest.raises(StackmarkError) as caught:
                list(results)
            assert caught.value.reason == "run.worker-died"
            assert "fewer jobs" in caught.value.detail
            with pytest.raises(StackmarkError) as caught:
                list(executor.map(eval, ["1"]))
            assert caught.value.reason == "run.worker-died"

    def test_initializer_prepares_each_worker(self):
        with ProcessExecutor(
            2, initializer=os.environ.__class__.__setitem__, initargs=()
        ) as executor:
            with pytest.raises(TypeError):
                list(executor.map(str, [1]))
        with ProcessExecutor(
            2, chunk=1, initializer=exec, initargs=("import builtins; builtins.state = 'ready'",)
        ) as executor:
            assert set(executor.map(eval, ["state"] * 20)) == {"ready"}

    @pytest.mark.parametrize("options", [{"jobs": 0}, {"jobs": -1}, {"jobs": 1, "chunk": 0}])
    def test_numbers_below_one(self, options):
        with pytest.raises(UsageError) as caught:
            ProcessExecutor(**options)
        assert caught.value.reason == "usage.jobs"

    def test_default_is_every_usable_processor(self):
        with ProcessExecutor() as executor:
            assert executor.jobs == usable_processors() >= 1

    def test_never_a_plain_fork(self):
        assert executors._context().get_start_method() in ("forkserver", "spawn")

    def test_workers_leave_ctrl_c_to_the_parent(self):
        code = "__import__('os').kill(__import__('os').getpid(), 2) or 'alive'"
        with ProcessExecutor(1) as executor:
            assert list(executor.map(eval, [code])) == ["alive"]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks at processes through /proc")
def test_workers_end_when_the_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, time
            from stackmark.adapters.executors import ProcessExecutor

            if __name__ == "__main__":
                with ProcessExecutor(2, chunk=1) as executor:
                    code = "__import__('time').sleep(0.05) or __import__('os').getpid()"
                    print(*set(executor.map(eval, [code] * 20)), flush=True)
                    time.sleep(60)
            """
        )
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as parent:
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(alive(pid) for pid in workers)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    end = time.monotonic() + 5
    while any(alive(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.02)
    left = [pid for pid in workers if alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []
