"""The claims of a token name an account, and the settings say what it may do."""

from typing import Any

import pytest

from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidSettings
from sutradhar.domain.core.token_claims import GOOGLE, TokenRules, find_caller

ISSUER = "https://login.example.com"
ASHA = {"sub": "1", "email": "Asha@Example.com", "email_verified": True}


def find_role(claims: dict[str, Any], issuer: str = ISSUER, **rules: Any) -> str | None:
    caller = find_caller(claims, issuer, TokenRules(**rules))
    return caller.role if caller else None


def test_the_id_follows_from_issuer_and_subject_alone() -> None:
    rules = TokenRules()
    first = find_caller(ASHA, ISSUER, rules)
    assert first == find_caller({**ASHA, "iat": 7}, ISSUER, TokenRules(callers=["asha@example.com"]))
    assert first is not None
    assert first.name == "asha@example.com"
    others = [
        find_caller({**ASHA, "sub": "2"}, ISSUER, rules),
        find_caller(ASHA, "https://login.example.org", rules),
        find_caller({"sub": "1\n"}, ISSUER, rules),
    ]
    assert len({one.id for one in (first, *others) if one}) == 4
    moved = find_caller({**ASHA, "email": "asha@example.org"}, ISSUER, rules)
    assert moved is not None
    assert moved.id == first.id


@pytest.mark.parametrize("entry", ["asha@example.com", "ASHA@example.com", "@example.com", "1"])
def test_an_account_is_named_by_address_domain_or_subject(entry: str) -> None:
    assert find_role(ASHA, callers=[entry]) == "creator"
    assert find_role(ASHA, admins=[entry]) == "admin"
    assert find_role(ASHA, callers=["someone@example.org"], admins=[entry]) == "admin"
    assert find_role(ASHA, callers=[f"{entry}x"]) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "asha@example.com"},
        {"email": "asha@example.com", "email_verified": False},
        {"email": "asha@example.com", "email_verified": "false"},
        {"email": ["asha@example.com"], "email_verified": True},
        {"email": "@example.com", "email_verified": True},
        {"email": "asha@example.com@evil.example", "email_verified": True},
        {"email": "asha@evil.example", "email_verified": True, "hd": "example.com"},
    ],
)
def test_an_address_that_is_not_verified_names_no_account(claims: dict[str, Any]) -> None:
    assert find_role({"sub": "9", **claims}, callers=["asha@example.com", "@example.com"]) is None


def test_a_subject_is_never_taken_for_an_address() -> None:
    assert find_role({"sub": "asha@example.com"}, callers=["asha@example.com", "@example.com"]) is None
    assert find_role({"sub": "@example.com"}, callers=["@example.com"]) is None


def test_a_domain_counts_at_google_only_where_google_vouches_for_it() -> None:
    domain = {"callers": ["@example.com", "@project.iam.gserviceaccount.com"]}
    assert find_role(ASHA, GOOGLE, **domain) is None
    assert find_role({**ASHA, "hd": "example.com"}, GOOGLE, **domain) == "creator"
    robot = {**ASHA, "email": "render@project.iam.gserviceaccount.com"}
    assert find_role(robot, GOOGLE, **domain) == "creator"
    assert find_role(ASHA, GOOGLE, callers=["asha@example.com"]) == "creator"


@pytest.mark.parametrize(
    ("name", "claims", "role"),
    [
        ("roles", {"roles": ["viewer", "admin"]}, "admin"),
        ("role", {"role": "admin"}, "admin"),
        ("realm_access.roles", {"realm_access": {"roles": ["admin"]}}, "admin"),
        ("https://example.com/roles", {"https://example.com/roles": ["admin"]}, "admin"),
        ("roles", {"roles": ["administrator"]}, "creator"),
        ("roles", {"roles": {"admin": True}}, "creator"),
        ("a.b", {"a": ["admin"]}, "creator"),
        ("", {"": ["admin"], "roles": ["admin"]}, "creator"),
    ],
)
def test_a_claim_may_give_the_role(name: str, claims: dict[str, Any], role: str) -> None:
    assert find_role({**ASHA, **claims}, role_claim=name) == role


@pytest.mark.parametrize("subject", ["", "x" * 256, 7, None, "\ud800"])
def test_a_subject_that_is_none_is_an_error(subject: object) -> None:
    with pytest.raises(ValueError):
        find_caller({"sub": subject}, ISSUER, TokenRules())


def test_settings_are_read() -> None:
    settings = Settings.from_env(
        {
            "OIDC_ISSUER": "https://tenant.eu.auth0.com/",
            "OIDC_AUDIENCE": "https://video.example.com, desk",
            "OIDC_CALLERS": "@example.com",
            "OIDC_ADMINS": "boss@example.com",
            "OIDC_ROLE_CLAIM": "roles",
        }
    ).oidc
    assert settings
    assert settings.issuer == "https://tenant.eu.auth0.com"
    assert settings.audiences == ("https://video.example.com", "desk")
    assert (settings.callers, settings.admins) == (("@example.com",), ("boss@example.com",))


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        ({"OIDC_ISSUER": "http://login.example.com", "OIDC_AUDIENCE": "a"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "login.example.com", "OIDC_AUDIENCE": "a"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://login.example.com"}, "OIDC_AUDIENCE"),
        ({"OIDC_AUDIENCE": "a"}, "OIDC_ISSUER"),
        ({"OIDC_CALLERS": "@example.com"}, "OIDC_ISSUER"),
        # every account in the world gets a token of Google's for any audience
        ({"OIDC_ISSUER": GOOGLE, "OIDC_AUDIENCE": "a"}, "OIDC_CALLERS"),
        ({"OIDC_ISSUER": f"{GOOGLE}/", "OIDC_AUDIENCE": "a", "OIDC_ADMINS": "a@example.com"}, "OIDC_CALLERS"),
    ],
)
def test_settings_that_would_let_in_others_are_refused(env: dict[str, str], variable: str) -> None:
    with pytest.raises(InvalidSettings, match=f"{variable}: must"):
        Settings.from_env(env)
