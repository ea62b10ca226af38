"""``stackmark assess``: the forms other programs rely on, and every file it must not take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest

from assessment_worlds import answers
from command_line import run
from unit.assessment.lsat6 import responses as lsat6

STATISTIC = {"value", "interval", "n", "method", "source"}
FACTS = [
    *("first_pass_rate", "final_pass_rate", "alpha", "omega", "kr20", "sem", "sem_at_cut"),
    *("decision_accuracy", "decision_consistency", "false_positive", "false_negative", "ppv"),
    *("likelihood_ratio", "bits"),
]
AGREEMENT = [
    *(f"krippendorff_alpha_{level}" for level in ("nominal", "ordinal", "interval", "ratio")),
    *("cohen_kappa", "cohen_kappa_quadratic", "fleiss_kappa"),
    *("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"),
]
ITEMS = [
    *("difficulty", "discrimination", "rasch_b", "rasch_infit", "rasch_outfit"),
    *("twopl_a", "twopl_b"),
]
ANGOFF = ["cut", "standard_error", "judges", "rounds"]
DIF = ["mh_odds_ratio", "mh_chi2", "mh_p", "ets_delta", "ets_class"]

ATTEMPTS = """\
candidate,attempt,date,form,score,max_score,hours,group
c1,1,2026-03-01,A,55,100,22,x
c1,2,2026-04-01,B,66,100,27,x
c2,1,2026-03-01,A,81,100,19,y
"""
MARKS = "unit,rater,mark\ns1,r1,3\ns1,r2,3\ns2,r1,1\ns2,r3,2\n"
RESPONSES = "candidate,group,item1,item2,item3\nc1,x,1,0,1\nc2,y,1,1,1\nc3,x,0,,1\n"
RATINGS = """\
judge,round,item,probability
j1,1,item1,0.60
j2,1,item1,0.70
j1,1,item2,0.45
j2,1,item2,0.50
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (
        ("attempts.csv", ATTEMPTS),
        ("marks.csv", MARKS),
        ("responses.csv", RESPONSES),
        ("ratings.csv", RATINGS),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


def assess(folder, *args, code=0, stdin=b""):
    done = run("assess", *args, cwd=folder, stdin=stdin)
    assert done.code == code, done.err
    return done


def told(folder, *args, stdin=b""):
    return orjson.loads(assess(folder, *args, "--json", stdin=stdin).out)


def wide(table, folder, name="r.csv", group=None):
    items = [f"item{one + 1}" for one in range(table.shape[1])]
    lines = [",".join(["candidate", *(["group"] if group else []), *items])]
    for row, scores in enumerate(table):
        about = [f"c{row}", *([group[row]] if group else [])]
        lines.append(",".join([*about, *(f"{score:g}" for score in scores)]))
    (folder / name).write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("command", "names", "n"),
    [
        (["facts", "attempts.csv", "--cut", "60"], FACTS, {"attempts": 3, "candidates": 2}),
        (["agreement", "marks.csv"], AGREEMENT, {"units": 2, "raters": 3}),
        (["angoff", "ratings.csv"], ANGOFF, {"judges": 2, "items": 2, "rounds": 1}),
    ],
)
@pytest.mark.parametrize("more", [[], ["--all"]])
def test_the_form_of_the_answer(command, names, n, more, folder):
    found = told(folder, *command, *more)
    assert found["command"] == command[0]
    assert found["n"] == n
    assert set(names) <= found["statistics"].keys()
    for name, one in found["statistics"].items():
        assert one.keys() >= STATISTIC, name
        assert one["insufficient"] == (one["n"] < one["least"])
        if one["insufficient"] and not more:
            assert (one["value"], one["interval"]) == (None, None)
            assert one["note"]


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["items", "responses.csv"], ITEMS),
        (["dif", "responses.csv", "--group", "group"], DIF),
    ],
)
@pytest.mark.parametrize("more", [[], ["--all"]])
def test_the_form_of_answers_by_item(command, names, more, folder):
    found = told(folder, *command, *more)
    assert found["command"] == command[0]
    assert found["n"] == {"candidates": 3, "items": 3}
    assert found["items"] == ["item1", "item2", "item3"]
    for item in found["items"]:
        assert set(names) <= found["statistics"][item].keys()
        for one in found["statistics"][item].values():
            assert one.keys() >= STATISTIC
            assert one["insufficient"]
            assert more or one["value"] is None


def test_all_prints_the_numbers_below_the_least_n(folder):
    found = told(folder, "facts", "attempts.csv", "--cut", "60", "--all")["statistics"]
    assert (found["first_pass_rate"]["value"], found["final_pass_rate"]["value"]) == (0.5, 1.0)
    assert found["first_pass_rate"]["insufficient"]
    assert found["ppv"]["note"] == "could not tell: no item scores and no reliability given"
    alone = told(folder, "angoff", "ratings.csv", "--all")["statistics"]
    assert alone["cut"]["value"] == pytest.approx(1.125)
    assert alone["standard_error"]["value"] == pytest.approx(0.075)


def test_lsat6_by_the_command_line(tmp_path):
    """Bock and Lieberman (1970): KR-20, Rasch and 2PL as published and reproduced elsewhere."""
    wide(lsat6(), tmp_path)
    found = told(tmp_path, "items", "r.csv")["statistics"]
    assert found["kr20"]["value"] == pytest.approx(0.295, abs=5e-4)
    by_item = [found[f"item{one}"] for one in range(1, 6)]
    assert [one["twopl_a"]["value"] for one in by_item] == pytest.approx(
        [0.826, 0.723, 0.891, 0.689, 0.657], abs=2e-3
    )
    assert [one["rasch_b"]["value"] for one in by_item] == pytest.approx(
        [-3.615, -1.322, -0.318, -1.730, -2.780], abs=2e-3
    )
    assert all(0.7 < one["rasch_infit"]["value"] < 1.3 for one in by_item)


def test_krippendorffs_example_by_the_command_line(tmp_path):
    """Four observers, twelve units, missing data: .743, .815, .849, .797."""
    rows = [
        "1,1,,1", "2,2,3,2", "3,3,3,3", "3,3,3,3", "2,2,2,2", "1,2,3,4",
        "4,4,4,4", "1,1,2,1", "2,2,2,2", ",5,5,5", ",,1,1", ",,3,",
    ]  # fmt: skip
    text = "unit,a,b,c,d\n" + "".join(f"u{n},{row}\n" for n, row in enumerate(rows))
    (tmp_path / "m.csv").write_text(text)
    found = told(tmp_path, "agreement", "m.csv", "--all")["statistics"]
    for level, value in (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)):
        assert found[f"krippendorff_alpha_{level}"]["value"] == pytest.approx(value, abs=5e-4)
    assert found["krippendorff_alpha_ratio"]["value"] == pytest.approx(0.797, abs=5e-4)


def test_a_planted_difference_between_groups_is_found(tmp_path):
    rng = np.random.Generator(np.random.PCG64(3))
    group = np.where(np.arange(1000) % 2, "x", "y")
    ability = rng.normal(size=(1000, 1))
    hard = np.tile(np.linspace(-1.5, 1.5, 20), (1000, 1))
    hard[group == "y", 4] += 1.0
    table = (rng.random((1000, 20)) < 1 / (1 + np.exp(hard - ability))).astype(float)
    wide(table, tmp_path, group=list(group))
    found = told(tmp_path, "dif", "r.csv", "--group", "group", "--reference", "x")
    assert (found["reference"], found["focal"]) == ("x", ["y"])
    classes = [found["statistics"][item]["ets_class"]["value"] for item in found["items"]]
    assert classes[4] == "C"
    assert found["statistics"]["item5"]["ets_delta"]["value"] < -1.5
    assert found["statistics"]["item5"]["mh_odds_ratio"]["value"] > 1.9
    assert "C" not in classes[:4] + classes[5:]
    assert found["classes"]["C"] == 1


def test_three_groups_are_told_by_item_and_group(tmp_path):
    wide(answers(900, 8, seed=1), tmp_path, group=[("x", "y", "z")[n % 3] for n in range(900)])
    found = told(tmp_path, "dif", "r.csv", "--group", "GROUP", "--reference", "y")
    assert found["focal"] == ["x", "z"]
    assert found["statistics"]["item1"]["z"].keys() == set(DIF)


def test_a_test_of_points_has_no_rasch_model(tmp_path):
    wide(answers(200, 8, seed=1) * 2, tmp_path)
    found = told(tmp_path, "items", "r.csv")["statistics"]
    assert found["item1"]["difficulty"]["value"] is not None
    assert found["item1"]["rasch_b"]["value"] is None
    assert found["item1"]["rasch_b"]["note"] == "not defined: items are not all scored 0 or 1"


def test_an_item_that_all_got_right_does_not_spoil_the_others(tmp_path):
    table = answers(200, 8, seed=1)
    table[:, 2] = 1
    wide(table, tmp_path)
    found = told(tmp_path, "items", "r.csv")["statistics"]
    assert found["item3"]["rasch_b"]["note"] == "not defined: all answers are the same"
    assert found["item1"]["rasch_b"]["value"] is not None


def test_item_scores_and_marks_from_files_of_their_own(tmp_path):
    table = answers(100, 10, seed=2)
    wide(table, tmp_path)
    (tmp_path / "a.csv").write_text(
        "candidate,score,max_score\n"
        + "".join(f"c{n},{row.sum():g},10\n" for n, row in enumerate(table))
    )
    (tmp_path / "m.csv").write_text(
        "unit,r1,r2\n" + "".join(f"u{n},{n % 4},{n % 4}\n" for n in range(40))
    )
    files = ["--responses", "r.csv", "--marks", "m.csv"]
    found = told(tmp_path, "facts", "a.csv", "--cut", "6", *files)
    assert found["reliabilityType"] == "alpha"
    assert all(found["statistics"][name]["value"] is not None for name in FACTS)
    assert found["agreement"]["cohen_kappa"]["value"] == 1.0
    inside = tmp_path / "all.csv"
    inside.write_text(
        "candidate,score,max_score,"
        + ",".join(f"item{n}" for n in range(1, 11))
        + "\n"
        + "".join(
            f"c{n},{row.sum():g},10," + ",".join(f"{one:g}" for one in row) + "\n"
            for n, row in enumerate(table)
        )
    )
    assert told(tmp_path, "facts", "all.csv", "--cut", "6")["statistics"] == found["statistics"]


@pytest.mark.parametrize(
    ("more", "kind", "value"),
    [
        (["--reliability", "0.8"], "stated: type not stated", 0.8),
        (
            ["--reliability", "0.7", "--reliability-type", "two markers"],
            "stated: two markers",
            0.7,
        ),
    ],
)
def test_a_reliability_the_caller_states(more, kind, value, folder):
    found = told(folder, "facts", "attempts.csv", "--cut", "60", "--all", *more)
    assert found["reliabilityType"] == kind
    assert found["statistics"]["reliability"]["value"] == value
    assert found["statistics"]["bits"]["value"] is not None


@pytest.mark.parametrize(
    "data",
    [
        ATTEMPTS.encode("utf-8-sig"),
        ATTEMPTS.replace(",", ";").encode(),
        ATTEMPTS.replace(",", "\t").replace("\n", "\r\n").encode(),
        ATTEMPTS.encode("utf-16"),
        ATTEMPTS.replace(",", ";").replace(";55;", ";55,0;").encode(),
    ],
)
def test_files_as_spreadsheets_write_them(data, folder):
    plain = told(folder, "facts", "attempts.csv", "--cut", "60", "--all")
    assert told(folder, "facts", "-", "--cut", "60", "--all", stdin=data) == plain


@pytest.mark.parametrize(
    ("args", "reason", "words"),
    [
        (["facts", "nothing.csv"], "usage.file", "nothing.csv could not be read: No such file"),
        (["facts", "attempts.csv", "--cut", "much"], "usage.number", "--cut: 'much' is no number"),
        (["facts", "attempts.csv", "--cut", "nan"], "usage.number", "is no number"),
        (["facts", "attempts.csv", "--cut", "160"], "assess.cut", "above the highest possible"),
        (
            ["facts", "attempts.csv", "--reliability", "8"],
            "assess.reliability",
            "above 0 and below",
        ),
        (["facts", "attempts.csv", "--reliability-type", "alpha"], "usage.reliability", "needs"),
        (["facts", "-", "--marks", "-"], "usage.stdin", "Only one of the files can be stdin"),
        (["facts", "marks.csv"], "assess.column", "marks.csv has no column candidate"),
        (["agreement", "attempts.csv"], "assess.", "attempts.csv"),
        (["items", "ratings.csv"], "assess.column", "ratings.csv has no column candidate"),
        (["angoff", "marks.csv"], "assess.", "marks.csv"),
        (["dif", "responses.csv", "--group", "sex"], "usage.group", "there are: group"),
        (
            ["dif", "responses.csv", "--group", "group", "--reference", "z"],
            "usage.reference",
            "there are x, y",
        ),
        (
            ["facts", "attempts.csv", "--responses", "responses.csv"],
            "assess.unknown",
            "responses.csv: candidate 'c3' has no first attempt among the attempts",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(args, reason, words, folder):
    done = run("assess", *args, cwd=folder)
    assert done.code == 2
    assert done.out == b""
    assert done.err.startswith("stackmark: ")
    assert done.err.count("\n") == 1
    assert f"[{reason}" in done.err
    assert words in done.err


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", "assess.empty", "stdin is empty"),
        (b"candidate,score\n", "assess.empty", "no rows below it"),
        (b"candidate,score\nc1,12x\n", "assess.number", "stdin, line 2, column score: '12x'"),
        (b"candidate,score\nc1,1,2\n", "assess.cells", "stdin, line 2 has 3 cells"),
        (b'candidate,score\n"c1" x,2\nc2,3\n', "assess.cells", "stdin: line 2, column 1: Text"),
        (b"\x89PNG\r\n", "usage.csv-encoding", "stdin: This file is not text but a PNG"),
        (b"candidate,score\nJos\xe9,1\n", "usage.csv-encoding", "encoding is not UTF-8"),
    ],
)
def test_what_is_no_table(data, reason, words, tmp_path):
    done = run("assess", "facts", "-", cwd=tmp_path, stdin=data)
    assert done.code == 2
    assert f"[{reason}]" in done.err
    assert words in done.err


def test_without_the_extra_one_sentence_names_it(folder):
    program = (
        "import sys\nsys.modules['numpy'] = None\n"
        "from stackmark.cli import main\nsys.argv[0] = 'stackmark'\nmain()"
    )
    for args in (
        ["facts", "attempts.csv"],
        ["agreement", "marks.csv"],
        ["items", "responses.csv"],
        ["angoff", "ratings.csv"],
        ["dif", "responses.csv", "--group", "group"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, "assess", *args],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "stackmark: Assessment statistics need numpy and scipy: "
            "pip install 'stackmark[science]'. [usage.extra]\n"
        )


def test_help_does_not_load_numpy():
    code = (
        "import sys\nfrom stackmark.cli.app import app\n"
        "for words in (['--help'], ['assess', '--help'], ['assess', 'facts', '--help']):\n"
        "    try: app(words)\n    except SystemExit: pass\n"
        "print([m for m in ('numpy', 'scipy', 'rich') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_nothing_in_a_file_can_steer_the_terminal(tmp_path):
    (tmp_path / "r.csv").write_text(
        "candidate,item\x1b[31m,b\n" + "".join(f"c{n},{n % 2},{n % 3 % 2}\n" for n in range(40))
    )
    done = assess(tmp_path, "items", "r.csv")
    assert b"\x1b" not in done.out
    assert "\x1b" not in done.err


def test_the_worked_inputs_are_those_of_the_contract():
    shared = Path(__file__).resolve().parents[3] / "shared" / "contracts"
    if not shared.is_dir():
        pytest.skip("the contracts lie beside the project only where it is developed")
    for name, text in (
        ("attempts", ATTEMPTS),
        ("marks", MARKS),
        ("responses", RESPONSES),
        ("ratings", RATINGS),
    ):
        assert (shared / f"assess-{name}.csv").read_text() == text
    wanted = orjson.loads((shared / "assess.out.json").read_bytes())
    assert set(wanted["statistics"]) == set(AGREEMENT)
    assert (wanted["facts"], wanted["items"]) == (FACTS, ITEMS)
    assert (wanted["angoff"], wanted["dif"]) == (ANGOFF, DIF)
