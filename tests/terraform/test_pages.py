"""Web pages may call the API and send files to the bucket, or neither."""

from sutradhar.config import Settings
from tests.terraform.conftest import Planned


def test_pages_that_may_call_the_api_may_send_to_the_bucket(default_plan: Planned, everything: Planned) -> None:
    for deployment, origins in ((default_plan, []), (everything, ["https://studio.example.com"])):
        rules = deployment.values["google_storage_bucket.assets"]["cors"]
        assert [origin for rule in rules for origin in rule["origin"]] == origins
        assert all({"GET", "PUT"} == set(rule["method"]) for rule in rules)
        # the headers of an upload in pieces, and of its answers
        assert all({"Content-Type", "Content-Range", "Range"} == set(rule["response_header"]) for rule in rules)
        for address, values in deployment.select("google_cloudfunctions2_function").items():
            environment = {k: v or "x" for k, v in values["service_config"][0]["environment_variables"].items()}
            assert list(Settings.from_env(environment).api.cors_origins) == (origins if '["api"]' in address else [])
