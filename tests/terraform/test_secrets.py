"""A function that reads a secret may read it, and no other function may."""

from sutradhar.bootstrap.destinations import make_setup
from sutradhar.config import Settings
from sutradhar.destinations import load_destination
from sutradhar.ports.webhooks import WebhookSender
from tests.terraform.conftest import DIGEST, Planned
from tests.terraform.test_grants import key_of, words
from tests.terraform.test_settings import list_environments


def test_each_secret_has_the_readers_that_are_started_with_it(second_deployment: Planned) -> None:
    known = words(second_deployment)
    secrets = {v["id"]: v["secret_id"] for v in second_deployment.select("google_secret_manager_secret").values()}
    secrets.pop(second_deployment.values["google_secret_manager_secret.youtube[0]"]["id"])
    started = {
        (key_of(address), one["secret"])
        for address, v in second_deployment.select("google_cloudfunctions2_function").items()
        for one in v["service_config"][0]["secret_environment_variables"]
    }
    grants = [
        v
        for address, v in second_deployment.select("google_secret_manager_secret_iam_member").items()
        if "publish_reads" not in address
    ]
    assert all(grant["role"] == "roles/secretmanager.secretAccessor" for grant in grants)
    assert {(known[grant["member"]], secrets[grant["secret_id"]]) for grant in grants} == started
    assert started == {("plan", "other-a-key"), ("produce", "other-a-key"), ("api", "other-b-key")}


def test_only_publish_sees_the_sign_in_to_youtube_and_api_knows_of_it(second_deployment: Planned) -> None:
    secret = second_deployment.values["google_secret_manager_secret.youtube[0]"]
    grant = second_deployment.values["google_secret_manager_secret_iam_member.publish_reads_the_sign_in[0]"]
    assert (grant["secret_id"], words(second_deployment)[grant["member"]]) == (secret["id"], "publish")
    configs = {
        key_of(address): v["service_config"][0]
        for address, v in second_deployment.select("google_cloudfunctions2_function").items()
    }
    mounted = {name: config["secret_volumes"] for name, config in configs.items() if config["secret_volumes"]}
    (volume,) = mounted.pop("publish")
    assert (mounted, volume["secret"]) == ({}, "other-youtube-token")
    (version,) = volume["versions"]
    path = f"{volume['mount_path']}/{version['path']}"
    assert version["version"] == "latest", "a new sign-in holds without a deployment"
    variables = {name: config["environment_variables"].get("YOUTUBE_TOKEN_FILE") for name, config in configs.items()}
    assert {name: text for name, text in variables.items() if text} == {"api": path, "publish": path}
    settings = Settings.from_env(
        {**configs["publish"]["environment_variables"], "FIRESTORE_DATABASE": "d", "GOOGLE_CLOUD_PROJECT": "p"}
    )
    youtube = load_destination("youtube", make_setup(settings, never))
    assert youtube.explain_missing_setup() == ""


def test_without_youtube_there_is_no_secret_and_the_api_says_what_to_do(default_plan: Planned) -> None:
    assert [address for address in default_plan.values if "secret_manager" in address] == []
    for v in default_plan.select("google_cloudfunctions2_function").values():
        assert not v["service_config"][0]["secret_volumes"]
    env = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}
    youtube = load_destination("youtube", make_setup(Settings.from_env(env), never))
    assert "Terraform variable `youtube`" in youtube.explain_missing_setup()


def test_the_renderers_sign_marks_and_the_api_knows_how_long(second_deployment: Planned) -> None:
    version = "projects/demo-project/locations/europe-west4/keyRings/other-marks/cryptoKeys/sign/cryptoKeyVersions/1"
    environments = list_environments(second_deployment)
    signing = {key_of(address) for address, one in environments.items() if one.get("MARKS_KMS_KEY") == version}
    assert signing == {"gpu", "cpu", "api"}, "only the renderer's account may use the key (test_grants.py)"
    assert all(one.get("MARKS_CERTIFICATE") for one in environments.values() if one.get("MARKS_KMS_KEY"))
    key = second_deployment.values["google_kms_crypto_key.marks[0]"]
    assert (key["purpose"], key["version_template"][0]["algorithm"]) == ("ASYMMETRIC_SIGN", "EC_SIGN_P256_SHA256")


def test_a_key_without_its_certificate_is_not_used_yet(everything: Planned, default_plan: Planned) -> None:
    assert "google_kms_crypto_key.marks[0]" in everything.values
    assert not any("MARKS_KMS_KEY" in one for one in list_environments(everything).values())
    assert [address for address in default_plan.values if "google_kms" in address] == []


def test_publish_is_built_from_the_archive_with_googles_client(default_plan: Planned) -> None:
    built = {
        key_of(address): v["build_config"][0]["source"][0]["storage_source"][0]["object"].partition("-")[0]
        for address, v in default_plan.select("google_cloudfunctions2_function").items()
    }
    assert built.pop("publish") == "publish"
    assert set(built.values()) == {"functions"}
    of_publish = default_plan.values["google_storage_bucket_object.archive_of_publish"]
    assert of_publish["source"] == f"build/publish-{DIGEST}.zip"


def never() -> WebhookSender:
    raise AssertionError("YouTube sends no webhooks")
