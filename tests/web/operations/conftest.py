"""Systems in folders of their own; one empty database is made once and copied."""

from __future__ import annotations

import os
import shutil

import pytest

from operations_world import System


@pytest.fixture(scope="session")
def template(tmp_path_factory, django_db_setup, django_db_blocker):
    """A system with an institution, filled once."""
    with django_db_blocker.unblock():
        made = System(tmp_path_factory.mktemp("template") / "data").make_tables()
        empty = tmp_path_factory.mktemp("empty") / "data"
        shutil.copytree(made.folder, empty)
        made.fill()
    return made, empty


@pytest.fixture
def unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def system(template, tmp_path, unblocked):
    """A filled system that the test may spoil. The key folder is a copy, so it is founded anew."""
    made, _ = template
    shutil.copytree(made.folder, tmp_path / "data")
    here = System(tmp_path / "data")
    here.owner, here.here, here.version = made.owner, made.here, made.version
    with here.on():
        from stackmark_web.operations import instance

        instance.take_over()
    return here


@pytest.fixture
def empty(template, tmp_path, unblocked):
    """An empty system with tables, on a machine that has nothing yet."""
    _, folder = template
    shutil.copytree(folder, tmp_path / "elsewhere")
    return System(tmp_path / "elsewhere")


@pytest.fixture
def postgres():
    """The address of an empty database on the server that DATABASE_URL names."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("no PostgreSQL here (make test-postgres)")
    import psycopg

    name = f"moved_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    head, _, tail = url.partition("?")
    yield head.rpartition("/")[0] + f"/{name}" + (f"?{tail}" if tail else "")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
