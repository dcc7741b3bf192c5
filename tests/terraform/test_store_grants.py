"""Each function has the rights that it uses and no others: all functions run against ports that note their calls."""

import re
from collections.abc import Mapping

import pytest

from functions import main
from functions.api.routes import ROUTES
from tests.conftest import forget
from tests.terraform.calls.api_calls import EXAMPLES
from tests.terraform.calls.fake_cloud import FakeCloud
from tests.terraform.calls.permissions import ROLES, Need, find_excesses, find_missing, list_needs
from tests.terraform.calls.recorder import Call
from tests.terraform.calls.scenario import play
from tests.terraform.conftest import ROOT, Planned
from tests.terraform.test_grants import Grant, key_of, list_grants

OURS = {*main.__all__, "renderer"}
"""The accounts that our code has; the others are those of Google's services."""
UNUSED: Mapping[Grant, str] = {
    (
        "publish",
        "roles/storage.objectUser",
        "published videos",
    ): "the destination calls Cloud Storage itself; tests/emulators/test_bucket_destination.py has its calls",
}
"""Grants that no call uses, each with the reason for which it stays."""
WIDE: Mapping[Grant, str] = {}
"""Grants on the whole bucket whose calls name one folder only, each with the reason for which it stays."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> set[Call]:
    """Return every call that the functions and the renderer make."""
    home = tmp_path_factory.mktemp("cloud") / "home"
    forget()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SUTRADHAR_HOME", str(home))
        cloud = FakeCloud(home, monkeypatch)
        play(cloud)
        cloud.close()
    forget()
    return cloud.calls


@pytest.fixture(scope="module")
def needs(calls: set[Call]) -> set[Need]:
    return {need for call in calls for need in list_needs(call)}


@pytest.fixture(scope="module")
def grants(second_deployment: Planned) -> set[Grant]:
    ours = {grant for grant in list_grants(second_deployment) if grant[0] in OURS}
    elsewhere = ("that secret", "the sign-in to YouTube", "the key of the marks")  # see test_secrets.py
    return {grant for grant in ours if grant[2] not in elsewhere}


@pytest.fixture(scope="module")
def roles(second_deployment: Planned) -> Mapping[str, frozenset[str]]:
    own = second_deployment.select("google_project_iam_custom_role").items()
    return {**ROLES, **{f"NAME_{key_of(address)}": frozenset(role["permissions"]) for address, role in own}}


def test_every_route_has_an_example() -> None:
    assert set(EXAMPLES) == {route.view for route in ROUTES}, "add a call of the new route to calls/api_calls.py"


def test_each_function_has_the_permissions_that_its_calls_need(
    calls: set[Call], needs: set[Need], grants: set[Grant], roles: Mapping[str, frozenset[str]]
) -> None:
    assert {call.who for call in calls} == OURS, "let the new function work in calls/scenario.py"
    assert find_missing(needs, grants, roles) == []


def test_no_grant_is_larger_than_the_calls(
    needs: set[Need], grants: set[Grant], roles: Mapping[str, frozenset[str]]
) -> None:
    """Without a grant, or with a smaller role in its place, a call fails."""
    excesses = find_excesses(needs, grants, roles)
    assert {grant: why for grant, why in excesses.items() if grant not in UNUSED} == {}
    assert set(UNUSED) <= set(excesses), "a call needs it now"


@pytest.mark.parametrize(
    ("grant", "why"),
    [
        (("webhook", "roles/pubsub.publisher", "topic plan"), "no call needs it"),
        (("plan", "roles/iam.serviceAccountTokenCreator", "account plan"), "no call needs it"),
        (("webhook", "NAME_render_runner", "render jobs"), "no call needs it"),
        (("dead_letter", "roles/storage.objectUser", "asset bucket"), "would do"),
    ],
)
def test_a_grant_that_is_too_large_is_found(
    grant: Grant, why: str, needs: set[Need], grants: set[Grant], roles: Mapping[str, frozenset[str]]
) -> None:
    others = {one for one in grants if (one[0], one[2]) != (grant[0], grant[2])}
    assert why in find_excesses(needs, {*others, grant}, roles)[grant]


def test_a_function_with_files_in_one_folder_has_a_right_on_that_folder_only(
    needs: set[Need], grants: set[Grant]
) -> None:
    wide = {}
    for grant in sorted(grants):
        who, _, where = grant
        folders = {re.sub("/.*", "", need.place) for need in needs if need.who == who and need.place.startswith("blob")}
        if where == "asset bucket" and len(folders) == 1:
            wide[grant] = folders
    assert set(wide) == set(WIDE), wide


def test_the_keys_of_providers_go_to_the_functions_that_ask_them(calls: set[Call]) -> None:
    """docs/deploy.md names the readers of such a key; a function that lacks it would ask other providers."""
    (readers,) = re.findall(r"secrets=\{OPENAI_API_KEY=\[([^\]]+)\]\}", (ROOT / "docs/deploy.md").read_text("utf-8"))
    assert {call.who for call in calls if call.port == "providers"} == set(re.findall(r'"(\w+)"', readers))


@pytest.mark.parametrize(
    ("call", "permission"),
    [
        (Call("api", "blobs", "delete", "uploads/up-1"), "storage.objects.delete"),
        (Call("api", "blobs", "put", "uploads/up-1"), "storage.objects.delete"),
        (Call("api", "blobs", "upload_url", "jobs/1/video.mp4"), "storage.objects.create"),
        (Call("check", "blobs", "get", "jobs/1/video.mp4"), "storage.objects.get"),
        (Call("plan", "blobs", "get", "uploads/up-1"), "storage.objects.get"),
        (Call("finish", "blobs", "url", "jobs/1/video.mp4"), "iam.serviceAccounts.signBlob"),
        (Call("sweep", "blobs", "get", "jobs/1/request.json"), "storage.objects.get"),
        (Call("retention", "blobs", "get", "jobs/1/video.mp4"), "storage.objects.get"),
        (Call("retention", "blobs", "delete", "jobs/1/video.mp4"), "storage.objects.delete"),
        (Call("webhook", "bus", "publish", "plan"), "pubsub.topics.publish"),
        (Call("finish", "runner", "start"), "run.jobs.run"),
        (Call("renderer", "firestore", "update"), "datastore.entities.update"),
    ],
)
def test_a_call_without_its_permission_is_found(
    call: Call, permission: str, grants: set[Grant], roles: Mapping[str, frozenset[str]]
) -> None:
    assert permission in {need.permission for need in find_missing(list_needs(call), grants, roles)}
