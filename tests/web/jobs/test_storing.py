"""Many rows at once: made by position, and stored as they are."""

from __future__ import annotations

import pytest

from stackmark_web import clock
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.jobs.storing import Maker, insert_each

pytestmark = pytest.mark.django_db


def a_run(**more):
    return Run.everywhere.create(
        **({"kind": "test", "title": "t", "created_at": clock.now()} | more)
    )


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_by_position_is_the_row_by_name(django_assert_num_queries):
    run = a_run()
    shared = {"run": run, "worker": "w"}
    maker = Maker(Chunk(**shared))
    made = [maker.make(number=number, first=number, last=number + 1) for number in range(3)]
    for number, row in enumerate(made):
        same = Chunk(**shared, number=number, first=number, last=number + 1)
        assert columns(row) == columns(same)
        assert row._state.adding
        with django_assert_num_queries(0):
            assert row.run is run
    insert_each(made)
    assert list(run.chunks.values_list("number", "worker").order_by("number")) == [
        (0, "w"),
        (1, "w"),
        (2, "w"),
    ]


def test_a_column_the_model_lacks_is_refused():
    with pytest.raises(KeyError, match="nubmer"):
        Maker(Chunk()).make(nubmer=1)


def test_empty_lists_and_objects_are_kept_apart():
    given = [{}, {}, [], [], {"a": []}, {}, [0], [], {}]
    rows = [
        Run(kind="test", title=str(place), created_at=clock.now(), params=params)
        for place, params in enumerate(given)
    ]
    insert_each(rows)
    found = Run.everywhere.filter(kind="test").values_list("title", "params")
    assert [params for _title, params in sorted(found, key=lambda one: int(one[0]))] == given
