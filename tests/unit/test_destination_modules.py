"""A destination is a module: it is listed without an import, and a new file is a new destination."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from sutradhar.bootstrap.destinations import Destinations, make_setup
from sutradhar.config import Settings
from sutradhar.destinations import list_destinations
from sutradhar.domain.core.errors import InvalidSettings
from sutradhar.ports.webhooks import WebhookSender
from tests.contract.destination_page import install_example

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + "c2VjcmV0" * 4


def make_destinations(**variables: str) -> Destinations:
    def get_webhooks() -> WebhookSender:
        raise AssertionError("nothing is sent")

    return Destinations(make_setup(Settings.from_env(variables), get_webhooks))


def test_each_module_is_a_destination_of_its_name() -> None:
    destinations = make_destinations()
    assert list(destinations) == list_destinations()
    assert {"folder", "bucket", "webhook"} <= set(destinations)
    for name, destination in destinations.items():
        assert destination.name == name
        # each home has a folder for published videos; the other destinations need settings
        assert bool(destination.explain_missing_setup()) == (name != "folder")
    assert destinations["folder"] is destinations["folder"]
    assert "_drop" not in destinations
    assert "nowhere" not in destinations
    with pytest.raises(KeyError):
        destinations["nowhere"]


def test_the_settings_set_them_up(tmp_path: Path) -> None:
    destinations = make_destinations(
        PUBLISH_FOLDER=str(tmp_path),
        PUBLISH_BUCKET="gs://bucket/videos/",
        PUBLISH_WEBHOOK_URL="https://studio.example/videos",
        PUBLISH_WEBHOOK_SECRET=f"{SECRET}, {SECRET}",
        PUBLIC_URL="https://video.example",
    )
    for name in ("folder", "bucket", "webhook"):
        assert destinations[name].explain_missing_setup() == ""


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({}, "set PUBLISH_WEBHOOK_URL"),
        (
            {"PUBLISH_WEBHOOK_URL": "https://10.0.0.1/x"},
            "PUBLISH_WEBHOOK_URL must be an address on the public internet",
        ),
        ({"PUBLISH_WEBHOOK_URL": "http://studio.example/x"}, "PUBLISH_WEBHOOK_URL must begin with https://"),
        ({"PUBLISH_WEBHOOK_URL": "https://studio.example/x"}, "set PUBLISH_WEBHOOK_SECRET"),
        (
            {"PUBLISH_WEBHOOK_URL": "https://studio.example/x", "PUBLISH_WEBHOOK_SECRET": SECRET},
            "set PUBLIC_URL",
        ),
    ],
)
def test_a_receiver_needs_its_settings(variables: dict[str, str], advice: str) -> None:
    assert make_destinations(**variables)["webhook"].explain_missing_setup().startswith(advice)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLISH_BUCKET", "my-bucket"),
        ("PUBLISH_BUCKET", "gs://My_Bucket"),
        ("PUBLISH_BUCKET", "gs://bucket//videos"),
        ("PUBLISH_BUCKET", "gs://bucket/vid?eos"),
        ("PUBLISH_WEBHOOK_URL", "studio.example/videos"),
        ("PUBLISH_WEBHOOK_URL", "https://me:pass@studio.example/videos"),
        ("PUBLISH_WEBHOOK_SECRET", "whsec_short"),
        ("PUBLISH_WEBHOOK_SECRET", "c2VjcmV0" * 4),
        ("PUBLISH_WEBHOOK_SECRET", f"{SECRET},whsec_" + "c2VjcmV0_-" * 4),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_shown(name: str, value: str) -> None:
    with pytest.raises(InvalidSettings, match=name) as caught:
        Settings.from_env({name: value})
    assert "c2VjcmV0" not in str(caught.value)


def test_each_secret_of_the_standard_is_taken() -> None:
    for size in range(24, 65):
        secret = "whsec_" + base64.b64encode(bytes(size)).decode()
        assert Settings.from_env({"PUBLISH_WEBHOOK_SECRET": secret}).publishing.webhook_secrets == (secret,)


def test_to_list_them_imports_none() -> None:
    code = """
import sys
from sutradhar.destinations import list_destinations
assert list_destinations()
clients = {"google.auth", "google.cloud.storage", "googleapiclient", "httpcore", "httpx"}
loaded = {name for name in sys.modules if name.startswith("sutradhar.destinations.")} | clients & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_new_file_is_a_new_destination(tmp_path: Path) -> None:
    with install_example(tmp_path):
        bare, ready = make_destinations(), make_destinations(GALLERY_URL="https://gallery.test", GALLERY_TOKEN="t0ken")
        assert "gallery" in bare
        assert bare["gallery"].explain_missing_setup() == "set GALLERY_URL and GALLERY_TOKEN"
        assert ready["gallery"].explain_missing_setup() == ""
    assert "gallery" not in list_destinations()


def test_the_example_keeps_our_rules(tmp_path: Path) -> None:
    with install_example(tmp_path):
        text = (tmp_path / "destinations/gallery.py").read_text()
    path = "shared/sutradhar/destinations/gallery.py"
    argv = [sys.executable, "-m", "ruff", "check", "-q", "--stdin-filename", path, "-"]
    done = subprocess.run(argv, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
