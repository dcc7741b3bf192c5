"""A caller may name receivers on the public internet only, as far as a URL's text tells."""

from urllib.parse import urlsplit

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.plan.plan import RenderPlan


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hooks?a=b%20c",
        "https://example.com:8443",
        "HTTPS://Example.COM./x",
        "https://8.8.8.8/x",
        "https://[2606:2800:21f:cb07::1]/x",
        "https://xn--11b5bs3a9aj6g.example/",
        "https://a_b.example.com/",
    ],
)
def test_public_https_is_accepted(url: str) -> None:
    assert explain_refusal(check_webhook_url(url), allow_loopback=False) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://localhost/",
        "https://localhost./",
        "https://intranet/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://metadata.google.internal./",
        "https://127.0.0.1/",
        "https://10.1.2.3:8443/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[1:2]/",
        "https://[::ffff:a00:1]/",
        "https://0.0.0.0/",
        "https://LOCALHOST/",
        "https://x.LOCAL/",
        "https://[::ffff:127.0.0.1]/",
        "https://router.home.arpa/",
    ],
)
def test_other_places_are_refused(url: str) -> None:
    assert explain_refusal(check_webhook_url(url), allow_loopback=False).startswith("must ")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "https://",
        "https:///x",
        "https://user:secret@example.com/",
        "https://user@example.com/",
        "https://a@b@example.com/",
        "https://example.com:80:80/",
        "https://example.com:/",
        "https://256.1.1.1/",
        "https://example..com/",
        "https://.example.com/",
        "https://exa mple.com/",
        "https://example.com/\r\nX-Evil: 1",
        "https://example.com\\@127.0.0.1/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://[fe80::1%25eth0]/",
        "https://exa%6dple.com/",
        "https://ⓔxample.com/",
        "https://-a.example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_what_is_no_url_of_a_receiver_is_refused_in_a_plan(url: str) -> None:
    with pytest.raises(ValueError, match=" "):
        check_webhook_url(url)
    with pytest.raises(InvalidRequest, match="webhook_url"):
        RenderPlan.parse({"topic": "tea", "webhook_url": url})


@pytest.mark.parametrize("url", ["http://localhost:3000/hook", "http://127.0.0.1:3000/", "http://[::1]:3000/"])
def test_a_setting_allows_receivers_on_this_machine(url: str) -> None:
    assert explain_refusal(check_webhook_url(url), allow_loopback=True) == ""
    assert explain_refusal("http://10.0.0.1/", allow_loopback=True)
    assert explain_refusal("http://example.com/", allow_loopback=True)


@given(st.from_regex(r"https?://[-a-z0-9.:@\\[\]%_]{0,20}([/?#].{0,5})?", fullmatch=True))
def test_the_host_is_the_one_that_is_called(url: str) -> None:
    """Two readings of one URL that differ would let a caller have one host checked and another one called."""
    try:
        check_webhook_url(url)
    except ValueError:
        return
    called, judged = httpcore.URL(url), urlsplit(url)
    assert called.host.decode().strip("[]") == judged.hostname
    assert called.port == judged.port


@given(st.text(max_size=40), st.sampled_from(["", "https://", "https://example.com"]))
def test_any_text_is_accepted_or_refused_with_a_reason(text: str, beginning: str) -> None:
    """Any other error than ValueError fails this test."""
    try:
        explain_refusal(check_webhook_url(beginning + text), allow_loopback=False)
    except ValueError as exc:
        reason = str(exc)
    else:
        reason = "accepted"
    assert reason
