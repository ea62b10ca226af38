from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from stackmark.adapters.urls import check_url
from stackmark.errors import CouldNotTell

PIECES = st.sampled_from(
    "https:// http:// // example.org 127.0.0.1 0x7f xn-- bücher 。 ① [::1] :443 :8443 : @ / \\ ? "
    "# % %0d%0a . - local ß \r\n \x00".split(" ")
)
URLS = st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join)


@given(
    URLS
    | URLS.map(lambda rest: f"https://{rest}")
    | URLS.map(lambda rest: f"https://a.{rest}.example/")
)
@example("https://a.\U000f0000.example/")
def test_only_clean_urls_pass_and_nothing_else_is_raised(url):
    try:
        checked = check_url(url)
    except CouldNotTell as error:
        refusal = (error.reason, error.detail.isprintable())
        assert refusal == ("fetch.refused-url", True)
        return
    labels = checked.host_ascii.split(".")
    assert len(labels) > 1
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels)
    assert re.search(r"[a-z]", labels[-1])
    assert (checked.scheme, checked.excepted) == ("https", False)
    assert checked.port in (443, 8443)
    assert re.fullmatch(r"/[\x21-\x7e]*", checked.target)
    assert check_url(f"https://{checked.authority}{checked.target}").target == checked.target
