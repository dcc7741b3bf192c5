"""A function that reads a secret may read it, and no other function may."""

from tests.terraform.conftest import Planned
from tests.terraform.test_grants import key_of, words


def test_each_secret_has_the_readers_that_are_started_with_it(second_deployment: Planned) -> None:
    known = words(second_deployment)
    secrets = {v["id"]: v["secret_id"] for v in second_deployment.select("google_secret_manager_secret").values()}
    started = {
        (key_of(address), one["secret"])
        for address, v in second_deployment.select("google_cloudfunctions2_function").items()
        for one in v["service_config"][0]["secret_environment_variables"]
    }
    grants = second_deployment.select("google_secret_manager_secret_iam_member").values()
    assert all(grant["role"] == "roles/secretmanager.secretAccessor" for grant in grants)
    assert {(known[grant["member"]], secrets[grant["secret_id"]]) for grant in grants} == started
    assert started == {("plan", "other-a-key"), ("produce", "other-a-key"), ("api", "other-b-key")}
