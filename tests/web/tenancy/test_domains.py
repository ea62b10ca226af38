from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import CouldNotTell, UsageError
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions, proving, queries
from stackmark_web.tenancy.dns_txt import NoRecord


class Web:
    """A website of files; ``down`` answers nothing."""

    def __init__(self, files=None, error=None):
        self.files, self.error = files or {}, error

    def fetch(self, url):
        if self.error:
            raise self.error
        if url not in self.files:
            raise CouldNotTell(
                "fetch.status", "The answer was not used: its status is 404, not 200."
            )
        return self.files[url]


def dns(records=None, error=None):
    def look(name):
        if error:
            raise error
        if name not in (records or {}):
            raise NoRecord(name)
        return records[name]

    return look


@pytest.fixture
def domain(northfield, alice):
    return actions.add_domain(northfield, actor=alice, name="https://Northfield.example/about")


def test_a_name_is_kept_as_a_host(domain, northfield, alice):
    assert domain.name == "northfield.example"
    again = actions.add_domain(northfield, actor=alice, name="northfield.example", method="dns")
    assert (again.pk, again.token) == (domain.pk, domain.token)
    idn = actions.add_domain(northfield, actor=alice, name="münchen.example")
    assert idn.name == "xn--mnchen-3ya.example"


@pytest.mark.parametrize("name", ["", "localhost", "127.0.0.1", "[::1]", "a b.example", "x.local"])
def test_what_is_no_public_host_is_refused(northfield, alice, name):
    with pytest.raises(UsageError, match="not a host name on the open internet"):
        actions.add_domain(northfield, actor=alice, name=name)


def test_a_file_shows_it(domain, alice, northfield):
    web = Web({proving.file_url(domain): proving.record_value(domain).encode() + b"\n"})
    answer = actions.check_domain(domain, actor=alice, tools=proving.Tools(fetcher=web))
    assert answer.outcome == "yes"
    assert queries.verified_domains(northfield) == ["northfield.example"]


def test_a_record_shows_it(northfield, alice):
    domain = actions.add_domain(northfield, actor=alice, name="northfield.example", method="dns")
    assert proving.record_name(domain) == "_stackmark.northfield.example"
    records = {proving.record_name(domain): ["v=spf1", proving.record_value(domain)]}
    answer = actions.check_domain(domain, actor=alice, tools=proving.Tools(Web(), dns(records)))
    assert answer.outcome == "yes"


@pytest.mark.parametrize(
    ("method", "tools", "outcome"),
    [
        ("file", proving.Tools(Web(), dns()), "no"),
        ("file", proving.Tools(Web(error=CouldNotTell("fetch.gone", "Gone.")), dns()), "no"),
        ("file", proving.Tools(Web(error=CouldNotTell("fetch.timeout", "Slow.")), dns()), None),
        (
            "file",
            proving.Tools(Web(error=CouldNotTell("fetch.status", "its status is 503")), dns()),
            None,
        ),
        ("dns", proving.Tools(Web(), dns()), "no"),
        ("dns", proving.Tools(Web(), dns({"_stackmark.northfield.example": ["else"]})), "no"),
        ("dns", proving.Tools(Web(), dns(error=CouldNotTell("domain.dns", "Silent."))), None),
    ],
)
def test_no_and_could_not_tell_are_kept_apart(northfield, alice, method, tools, outcome):
    domain = actions.add_domain(northfield, actor=alice, name="northfield.example", method=method)
    domain.verified_at = domain.checked_at = "2026-01-01T00:00:00Z"
    domain.save()
    answer = actions.check_domain(domain, actor=alice, tools=tools)
    assert answer.outcome == (outcome or "could-not-tell")
    domain.refresh_from_db()
    assert bool(domain.verified_at) == (outcome is None), "only a no takes an earlier yes back"
    assert domain.answer == answer.text


def test_the_wrong_contents_are_a_no(domain, alice):
    web = Web({proving.file_url(domain): b"stackmark-verification=other"})
    answer = actions.check_domain(domain, actor=alice, tools=proving.Tools(fetcher=web))
    assert (answer.outcome, answer.text) == ("no", "The file is there, but says something else.")


def test_the_real_fetcher_words_a_404_as_we_read_it():
    """The number is read from its sentence; this notices when the sentence changes."""
    from stackmark.adapters.http_wire import Head, Wire, _check_head

    with pytest.raises(CouldNotTell) as caught:
        _check_head(Wire(None, deadline=None, host="x.example"), Head(404, ()))
    assert proving._STATUS.search(caught.value.detail)[1] == "404"


def test_the_file_is_fetched_by_the_one_fetcher():
    from stackmark.adapters.fetcher import HttpFetcher

    assert isinstance(proving.Tools().fetcher, HttpFetcher)


def test_the_resolver_keeps_its_answers_apart(monkeypatch):
    import dns.resolver

    from stackmark_web.tenancy.dns_txt import txt_records

    def raising(error):
        def resolve(*args, **options):
            assert options["search"] is False
            raise error

        return resolve

    for error, told in (
        (dns.resolver.NXDOMAIN(), NoRecord),
        (dns.resolver.NoNameservers(), CouldNotTell),
        (dns.resolver.LifetimeTimeout(timeout=5, errors=[]), CouldNotTell),
        (OSError("no network"), CouldNotTell),
    ):
        monkeypatch.setattr(dns.resolver, "resolve", raising(error))
        with pytest.raises(told):
            txt_records("_stackmark.northfield.example")


def test_who_may_not(domain, northfield, alice, bob, charlie):
    with pytest.raises(PermissionDenied):
        actions.add_domain(northfield, actor=bob, name="b.example")
    with pytest.raises(Http404):
        actions.check_domain(domain, actor=charlie, tools=proving.Tools(Web(), dns()))
    with pytest.raises(PermissionDenied):
        actions.remove_domain(domain, actor=bob)


def test_removing_leaves_an_event(domain, northfield, alice):
    actions.remove_domain(domain, actor=alice)
    assert not queries.domains_of(northfield).exists()
    assert AuditEvent.objects.get(verb="domain.removed").before["name"] == "northfield.example"


def test_a_verified_domain_is_looked_at_again(domain, northfield, alice):
    good = Web({proving.file_url(domain): proving.record_value(domain).encode()})
    actions.check_domain(domain, actor=alice, tools=proving.Tools(fetcher=good))
    assert actions.recheck_domains(tools=proving.Tools(fetcher=good)) == 1
    assert queries.verified_domains(northfield) == ["northfield.example"]
    assert actions.recheck_domains(tools=proving.Tools(fetcher=Web())) == 1
    assert queries.verified_domains(northfield) == []
    assert actions.recheck_domains(tools=proving.Tools(fetcher=Web())) == 0


def test_the_page_tells_what_to_do_and_what_was_found(client, northfield, alice, monkeypatch):
    from stackmark_web.tenancy import trust_views

    client.force_login(alice)
    page = client.post(
        "/manage/northfield/domains", {"name": "northfield.example", "method": "dns"}, follow=True
    )
    domain = queries.domains_of(northfield).get()
    assert "_stackmark.northfield.example" in page.text
    assert proving.record_value(domain) in page.text
    for error, words in (
        (None, "There is no TXT record"),
        (CouldNotTell("domain.dns", "The DNS gave no answer."), "Could not tell: The DNS gave"),
    ):
        monkeypatch.setattr(
            trust_views, "tools", lambda e=error: proving.Tools(Web(), dns(error=e))
        )
        page = client.post(f"/manage/northfield/domains/{domain.pk}/check", follow=True)
        assert words in page.text
    client.post(f"/manage/northfield/domains/{domain.pk}/remove")
    assert not queries.domains_of(northfield).exists()
