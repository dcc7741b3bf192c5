"""The permission that each noted call needs, and what the planned grants permit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from tests.terraform.calls.recorder import Call
from tests.terraform.test_grants import Grant

STORAGE, FIRESTORE = "storage.objects.", "datastore.entities."
ROLES: Mapping[str, frozenset[str]] = {
    "roles/storage.objectViewer": frozenset({"storage.objects.get", "storage.objects.list"}),
    "roles/storage.objectCreator": frozenset({"storage.objects.create"}),
    "roles/storage.objectUser": frozenset(f"{STORAGE}{verb}" for verb in ("get", "list", "create", "delete", "update")),
    "roles/datastore.viewer": frozenset(f"{FIRESTORE}{verb}" for verb in ("get", "list")),
    "roles/datastore.user": frozenset(f"{FIRESTORE}{verb}" for verb in ("get", "list", "create", "update", "delete")),
    "roles/pubsub.publisher": frozenset({"pubsub.topics.publish"}),
    "roles/run.invoker": frozenset({"run.routes.invoke"}),
    "roles/iam.serviceAccountTokenCreator": frozenset({"iam.serviceAccounts.signBlob"}),
    "roles/cloudkms.signerVerifier": frozenset({"cloudkms.cryptoKeyVersions.useToSign"}),
}
"""The permissions of each role that calls of ours may need (cloud.google.com/iam/docs/roles-permissions)."""
_READ = ("get", "list")
"""Without the right to list, Cloud Storage answers 403 for a missing object."""
_BLOBS: Mapping[str, Collection[str]] = {
    "put": ("create", "delete"),
    "put_file": ("create", "delete"),
    "put_new": ("create", *_READ),
    "get": _READ,
    "open": _READ,
    "fetch": _READ,
    "exists": _READ,
    "size": _READ,
    "list": ("list",),
    "url": ("get",),
    "delete": ("delete", "list"),
    "upload_url": ("create",),
}
"""The permissions of each method of BlobStore. A method that replaces an object also deletes."""
_FIRESTORE_READS = ("get", "get_many", "read", "count_by_state", "count_entries", "count")
_FIRESTORE_LISTS = ("list", "list_due", "list_entries", "list_latest", "list_names", "list_unfinished")
_RUNNER: Mapping[str, Collection[str]] = {
    "start": ("run.executions.list", "run.jobs.run", "run.jobs.runWithOverrides"),
    "report": ("run.executions.get",),
    "cancel": ("run.executions.cancel",),
}


_FOLDERS: Mapping[str, str] = {
    "assets": "assets/",
    "files of jobs": "jobs/",
    "preview frames": "frames/",
    "uploads": "uploads/",
    "batches": "batches/",
}
"""The beginning of the names of the blobs in each place."""


class Need(NamedTuple):
    """``who`` needs ``permission`` on ``place``, in the words of docs/iam.md; a blob is ``blob NAME``."""

    who: str
    permission: str
    place: str


def list_needs(call: Call) -> Iterator[Need]:
    """Yield what ``call`` needs. Raise KeyError for a method that this module does not know."""
    match call.port:
        case "blobs":
            for verb in _BLOBS[call.method]:
                yield Need(call.who, f"{STORAGE}{verb}", f"blob {call.name}")
            if call.method == "url":
                yield Need(call.who, "iam.serviceAccounts.signBlob", f"account {call.who}")
        case "bus":
            yield Need(call.who, "pubsub.topics.publish", f"topic {call.name}")
        case "runner":
            for permission in _RUNNER[call.method]:
                yield Need(call.who, permission, "render jobs")
        case "function":
            yield Need(call.who, "run.routes.invoke", f"function {call.name}")
        case "firestore":
            yield Need(call.who, f"{FIRESTORE}{_name_verb(call.method)}", "our database")


def find_missing(
    needs: Iterable[Need], grants: Collection[Grant], roles: Mapping[str, frozenset[str]] = ROLES
) -> list[Need]:
    """Return the needs that no grant satisfies."""

    def is_permitted(need: Need) -> bool:
        return any(
            who == need.who and need.permission in roles[role] and _covers(where, need) for who, role, where in grants
        )

    return sorted(need for need in needs if not is_permitted(need))


def find_excesses(
    needs: Collection[Need], grants: Collection[Grant], roles: Mapping[str, frozenset[str]]
) -> dict[Grant, str]:
    """Return each grant without which no need would be missing, or for which a smaller role would do, and say so."""
    excesses: dict[Grant, str] = {}
    for grant in sorted(grants):
        who, role, where = grant
        mine, others = [need for need in needs if need.who == who], set(grants) - {grant}
        for smaller in _list_smaller(role, roles):
            if not find_missing(mine, {*others, (who, "smaller", where)}, {**roles, "smaller": smaller}):
                excesses[grant] = f"{sorted(smaller)} would do"
        if not find_missing(mine, others, roles):
            excesses[grant] = "no call needs it"
    return excesses


def _list_smaller(role: str, roles: Mapping[str, frozenset[str]]) -> Collection[frozenset[str]]:
    """Return the permissions of the smaller roles; of a role of our own, all permissions but one."""
    if role.startswith("NAME_"):
        return [roles[role] - {permission} for permission in roles[role]]
    return [permissions for permissions in roles.values() if permissions < roles[role]]


def _name_verb(method: str) -> str:
    if method in _FIRESTORE_READS:
        return "get"
    return "list" if method in _FIRESTORE_LISTS else "update"


def _covers(where: str, need: Need) -> bool:
    if not need.place.startswith("blob "):
        return where == need.place
    name, is_list = need.place.removeprefix("blob "), need.permission == f"{STORAGE}list"
    if where == "asset bucket":
        return True
    if where == "published videos":  # no port leads to this bucket
        return False
    if where == "audit files":  # the condition names no bucket, which listing would need
        return not is_list and name.startswith("audit/")
    return is_list or name.startswith(_FOLDERS[where])
