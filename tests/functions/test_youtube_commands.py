"""`sutradhar youtube` signs in, looks and signs out, against a stub of Google over real sockets."""

import json
import shlex
import stat
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.cli import app
from functions.cli.youtube import name_store_command
from sutradhar import bootstrap
from sutradhar.destinations.youtube import account
from sutradhar.destinations.youtube.sign_in import SCOPE, SignInFile
from sutradhar.destinations.youtube.transport import OneShotHttp
from tests.conftest import forget
from tests.fakes import FakeClock
from tests.functions.test_audited_acts import list_acts
from tests.google_sign_in import GoogleStub, visit
from tests.youtube_server import LocalAddress
from tests.youtube_stub import YouTubeStub


class Browser:
    """The user's browser, which opens a page while the command waits for the answer."""

    def open(self, url: str, **_options: object) -> bool:
        threading.Thread(target=visit, args=(url,), daemon=True).start()
        return True


@pytest.fixture
def google(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleStub]:
    stub = GoogleStub(YouTubeStub(FakeClock().now))
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the stub has no certificate
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setattr(account, "OneShotHttp", lambda: LocalAddress(OneShotHttp(), stub.address))
    monkeypatch.setattr(webbrowser, "get", lambda _using=None: Browser())
    forget()
    with stub:
        yield stub


@pytest.fixture
def client(google: GoogleStub, tmp_path: Path) -> Path:
    return google.write_client(tmp_path / "client.json")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["youtube", *words])


def test_a_user_signs_in_looks_and_signs_out(google: GoogleStub, client: Path, home: Path) -> None:
    file = home / "youtube.json"
    done = run("login", "--client-secrets", str(client))
    assert done.exit_code == 0, done.output
    assert "Signed in to the channel Tea & Tales" in done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    parameters = {"scope": SCOPE, "access_type": "offline", "prompt": "consent", "code_challenge_method": "S256"}
    assert google.asked.items() >= parameters.items()
    assert google.asked["redirect_uri"].startswith("http://127.0.0.1:")

    shown = run("status", "--json")
    answer = json.loads(shown.stdout)
    assert (shown.exit_code, answer["works"], answer["channel"], answer["channel_id"], answer["problem"]) == (
        0,
        True,
        "Tea & Tales",
        "UC-channel",
        None,
    )
    assert "Tea & Tales (UC-channel)" in run("status").stdout
    assert bootstrap.services().providers.destinations["youtube"].explain_missing_setup() == ""

    assert run("login", "--json").exit_code == 0, "the client of the last sign-in is used again"
    (first, second) = sorted(google.refresh_tokens)
    assert second in file.read_text()
    signed_out = run("logout", "--json")
    assert json.loads(signed_out.stdout) == {"channel_id": "UC-channel", "revoked": True}
    assert (google.refresh_tokens, file.exists()) == ({first}, False)
    assert run("status").exit_code == 1


def test_no_secret_is_shown_or_logged(google: GoogleStub, client: Path, home: Path) -> None:
    shown = [run("login", "--client-secrets", str(client)), run("status"), run("status", "--json")]
    google.refresh_tokens.clear()
    shown += [run("status"), run("login", "--json"), run("logout")]
    assert len(google.secrets) > 7
    acts = str(list_acts())
    assert (acts.count("sign_in_to_youtube"), acts.count("sign_out_of_youtube")) == (2, 1)
    log = home / "sutradhar.log"
    text = "".join(one.output for one in shown) + acts + (log.read_text() if log.exists() else "")
    assert [secret for secret in google.secrets if secret in text] == []


def test_an_access_that_was_taken_back_is_said_so(google: GoogleStub, client: Path, home: Path) -> None:
    run("login", "--client-secrets", str(client))
    google.refresh_tokens.clear()
    refused = run("status", "--json")
    answer = json.loads(refused.stdout)
    assert (refused.exit_code, answer["signed_in"], answer["works"]) == (1, True, False)
    assert "invalid_grant" in answer["problem"]
    assert "sutradhar youtube login" in answer["advice"]
    assert json.loads(run("logout", "--json").stdout)["revoked"] is False
    assert not (home / "youtube.json").exists()


def test_google_out_of_reach_ends_no_sign_in(
    google: GoogleStub, client: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.stub.choose_fault = lambda call: "server_error"
    done = run("login", "--client-secrets", str(client))
    assert (done.exit_code, "the channel could not be read" in done.stderr) == (0, True)
    google.stub.choose_fault = lambda call: ""
    assert json.loads(run("status", "--json").stdout)["channel"] == "Tea & Tales"
    google.stub.choose_fault = lambda call: "server_error"
    answer = json.loads(run("status", "--json").stdout)
    assert (answer["works"], answer["channel"], "YouTube answered" in answer["problem"]) == (True, "Tea & Tales", True)
    assert answer["advice"].startswith("check the connection, and run")
    monkeypatch.setattr(account, "OneShotHttp", lambda: LocalAddress(OneShotHttp(), "http://127.0.0.1:1"))
    assert run("status").exit_code == 0
    kept = run("logout")
    assert (kept.exit_code, (home / "youtube.json").exists()) == (1, True)
    assert "What to do: check the connection" in kept.stderr


def test_a_user_who_refuses_stays_signed_out(google: GoogleStub, client: Path, home: Path) -> None:
    google.allows = False
    done = run("login", "--client-secrets", str(client))
    assert (done.exit_code, (home / "youtube.json").exists()) == (1, False)
    assert "the access was not allowed in the browser. What to do: run `sutradhar youtube login` again" in done.stderr


def test_an_account_without_a_channel_is_refused(google: GoogleStub, client: Path, home: Path) -> None:
    google.stub.has_channel = False
    done = run("login", "--client-secrets", str(client))
    assert (done.exit_code, (home / "youtube.json").exists()) == (1, False)
    assert "make a channel at youtube.com" in done.stderr


def test_an_access_that_ends_after_a_week_is_announced(google: GoogleStub, client: Path) -> None:
    google.more = {"refresh_token_expires_in": 604_799}
    done = run("login", "--client-secrets", str(client))
    assert "the OAuth consent screen is in the state Testing" in done.stderr
    assert json.loads(run("status", "--json").stdout)["expires_at"]


@pytest.mark.parametrize("granted", ["https://www.googleapis.com/auth/youtube.upload", ""])
def test_less_access_than_was_asked_for_is_refused(google: GoogleStub, client: Path, home: Path, granted: str) -> None:
    google.more = {"scope": granted}
    done = run("login", "--client-secrets", str(client))
    assert (done.exit_code, (home / "youtube.json").exists()) == (1, False), done.output


@pytest.mark.parametrize("words", [("login",), ("login", "--client-secrets", "none.json")])
def test_a_missing_client_is_explained(google: GoogleStub, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert "OAuth client of the type Desktop app" in done.stderr


def test_the_client_of_a_setting_is_used_and_one_for_web_pages_is_refused(
    google: GoogleStub, client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUTUBE_CLIENT_SECRETS", str(client))
    forget()
    assert run("login").exit_code == 0
    google.write_client(client, "web")
    refused = run("login")
    assert (refused.exit_code, "Web application" in refused.stderr) == (2, True)
    client.write_text("{}")
    assert "is not the JSON file of an OAuth client" in run("login").stderr


def test_without_a_browser_the_address_is_printed(
    google: GoogleStub, client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_none(_using: object = None) -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", find_none)
    addresses: list[str] = []

    def tell(url: str) -> None:
        addresses.append(url)
        Browser().open(url)

    monkeypatch.setattr("functions.cli.youtube._ask", tell)
    assert run("login", "--client-secrets", str(client)).exit_code == 0
    assert run("login", "--no-browser").exit_code == 0
    assert all(url.startswith(f"{google.address}/auth?") for url in addresses)
    assert len(addresses) == 2


def test_on_google_cloud_the_command_that_stores_the_access_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name_store_command(SignInFile(home / "youtube.json")) == ""
    cloud = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "tea", "REGION": "r", "ASSET_BUCKET": "b", "TOPIC_PREFIX": "x-"}
    for name, text in cloud.items():
        monkeypatch.setenv(name, text)
    forget()
    command = shlex.split(name_store_command(SignInFile(home / "my files/youtube.json")))
    assert command == [
        *("gcloud", "secrets", "versions", "add", "x-youtube-token", "--project=tea"),
        f"--data-file={home}/my files/youtube.json",
    ]
