"""An award with its witness is proved on another machine, by the command line and files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

import stackmark
from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.passport import claiming
from stackmark_web.pathways import queries_proof
from stackmark_web.pathways.actions import following
from stackmark_web.pathways.models import Completion
from stackmark_web.pathways.rules_of import rules_of

from .conftest import asks


@pytest.fixture
def cli(tmp_path):
    """The real command in a folder of its own, with no network: cli("audit", …)."""

    def run(*words):
        source = str(Path(stackmark.__file__).parents[1])
        env = {**os.environ, "PYTHONPATH": source, "http_proxy": "http://127.0.0.1:9"}
        env["https_proxy"] = env["http_proxy"]
        return subprocess.run(
            [sys.executable, "-m", "stackmark", *words],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


NAMES = ("witness.json", "rules.json", "holdings.json", "credentials.zip", "record.json")


@pytest.fixture
def downloads(ada, tmp_path, django_capture_on_commit_callbacks):
    """Everything of a completed pathway, as its holder downloads it."""

    def take(pathway):
        with django_capture_on_commit_callbacks(execute=True):
            following.follow(ada, pathway)
        done = Completion.everywhere.get()
        with django_capture_on_commit_callbacks(execute=True):
            held = claiming.keep(Award.everywhere.get(pk=done.award_id), user=ada)
        visitor = Client()
        visitor.force_login(ada)
        wanted = {name: f"/pathways/completions/{done.pk}/{name}" for name in NAMES}
        wanted["award.json"] = f"/passport/{held.pk}/download/json"
        for name, url in wanted.items():
            answer = visitor.get(url)
            assert answer.status_code == 200, name
            (tmp_path / name).write_bytes(answer.content)
        return tmp_path

    return take


@pytest.fixture
def downloaded(pathway, soil, give, brought, trust, downloads):
    """Across two issuers, one of which is trusted."""
    trust()
    give(soil)
    brought()
    foreign = {"id": "foreign", "title": "From the faculty"}
    foreign["count"] = {"min": 1, "select": {"issuer": ["did:web:uni.example"]}}
    rule = {"id": "award", "all": [asks(soil), foreign]}
    return downloads(pathway(rule=rule, conferral="automatic"))


CHECK = ("audit", "--check", "witness.json", "--rules", "rules.json", "--holdings")
AT = ("--at", "2026-06-01")
KEPT = ("--documents", "credentials.zip")  # what issuers publish, as it was; else they are asked


def test_the_witness_holds_with_the_credentials_alone(downloaded, cli):
    told = cli(*CHECK, "credentials.zip", *KEPT, *AT, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    answer = json.loads(told.stdout)
    assert (answer["holds"], answer["holdingsStated"]) == (True, False)


def test_the_witness_holds_with_what_was_stated(downloaded, cli):
    told = cli(*CHECK, "holdings.json", *AT)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "The witness holds" in told.stdout


def test_what_only_the_books_know_is_checked_with_what_was_stated(
    pathway, soil, give, downloads, cli
):
    give(soil)
    select = {"issuer_class": ["university"]}
    rule = {"id": "award", "all": [{"id": "a", "count": {"min": 1, "select": select}}]}
    downloads(pathway(rule=rule, conferral="automatic"))
    told = cli(*CHECK, "holdings.json", *AT)
    assert (told.returncode, "The witness holds" in told.stdout) == (0, True)
    told = cli(*CHECK, "credentials.zip", *KEPT, *AT)
    assert told.returncode != 0  # no credential says what kind its issuer is


def test_the_award_carries_its_witness(downloaded, cli):
    words = ("audit", "--check", "award.json", "--rules", "rules.json", "--holdings")
    told = cli(*words, "credentials.zip", *KEPT, *AT, "--json")
    answer = json.loads(told.stdout)
    assert answer["faults"] == []
    assert answer["award"] == json.loads((downloaded / "rules.json").read_text())["id"]


def test_a_forged_witness_does_not_hold(downloaded, cli):
    witness = json.loads((downloaded / "witness.json").read_text())
    first, second = witness["uses"]
    first["leaf"], second["leaf"] = second["leaf"], first["leaf"]
    (downloaded / "witness.json").write_text(json.dumps(witness))
    told = cli(*CHECK, "credentials.zip", *KEPT, *AT)
    assert told.returncode == 1
    assert "may not serve" in told.stdout


def test_a_forged_credential_is_no_holding(downloaded, cli):
    import zipfile

    with zipfile.ZipFile(downloaded / "credentials.zip") as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(downloaded / "forged.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data.replace(b"Soil sampling", b"Soil simpling"))
    told = cli(*CHECK, "forged.zip", *AT)
    assert told.returncode == 1


def test_a_recognised_credential_proves_it_too(
    pathway, soil, maps, give, brought, recognised, downloads, cli
):
    give(soil)
    recognised(brought(), maps)
    downloads(pathway(conferral="automatic"))
    told = cli(*CHECK, "credentials.zip", *KEPT, *AT, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    assert json.loads(told.stdout)["holdingsStated"] is False


def test_the_award_verifies_with_the_copies_in_the_file(
    pathway, maps, brought, recognised, downloads, cli
):
    """Nothing of the body that awards lies among what was used; its keys and its list do."""
    recognised(brought(), maps)
    downloads(pathway(rule={"id": "award", "all": [asks(maps)]}, conferral="automatic"))
    told = cli("verify", *KEPT, "award.json", "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    checks = {one["code"]: one["outcome"] for one in json.loads(told.stdout)["checks"]}
    assert checks["status"] == "passed"
    assert checks["related"] == "passed"  # witness, rules and what was held are there to compare
    told = cli(*("audit", "--check", "award.json", *CHECK[3:]), "credentials.zip", *KEPT, *AT)
    assert told.returncode == 0, told.stdout + told.stderr


def test_uses_stand_in_the_order_of_the_rules(pathway, soil, maps):
    for both in ([asks(soil), asks(maps)], [asks(maps), asks(soil)]):
        wanted = [one["id"] for one in both]
        version = pathway(rule={"id": "award", "all": both}, conferral="automatic").current
        uses = [{"leaf": name, "holding": name} for name in sorted(wanted)]
        made = Completion(version=version, witness={"uses": uses}, holdings={})
        titles = {one.id: one.title or one.id for one in rules_of(version).leaves()}
        assert [one.rule for one in queries_proof.uses_of(made)] == [titles[n] for n in wanted]


def test_what_was_recognised_is_called_by_its_own_name(
    pathway, maps, brought, recognised, downloads, ada
):
    recognised(brought(), maps)
    downloads(pathway(rule={"id": "award", "all": [asks(maps)]}, conferral="automatic"))
    (use,) = queries_proof.uses_of(Completion.everywhere.get())
    assert (use.title, use.counts_as) == (use.row.title, maps.title)
    assert use.title != maps.title
    visitor = Client()
    visitor.force_login(ada)
    done = Completion.everywhere.get()
    page = visitor.get(f"/my/pathways/proof/{done.pk}").content.decode()
    assert "counts as" in page


def test_time_is_still_that_of_the_test():
    assert clock.today().isoformat() == "2026-06-01"
