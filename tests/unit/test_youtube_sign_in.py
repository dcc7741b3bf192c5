"""The file with the sign-in to YouTube: only its owner can read it, and it is replaced as a whole."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from sutradhar.config import Settings
from sutradhar.destinations.youtube.channel_transport import ChannelTransport
from sutradhar.destinations.youtube.oauth_client import OAuthClient
from sutradhar.destinations.youtube.sign_in import SCOPE, NotSignedIn, SignIn, SignInFile
from sutradhar.ports.publishing import PublishError
from tests.fakes import FakeClock

SIGN_IN = SignIn(
    client=OAuthClient(
        client_id="id.apps.googleusercontent.com",
        client_secret="GOCSPX-secret",
        auth_uri="https://accounts.google.com/o/oauth2/auth",
        token_uri="https://oauth2.googleapis.com/token",
    ),
    refresh_token="1//0refresh",
    scopes=(SCOPE,),
    signed_in_at=FakeClock().now(),
    channel_id="UC1",
    channel_title="Tea & Tales",
)


@pytest.fixture
def file(tmp_path: Path) -> SignInFile:
    return SignInFile(tmp_path / "home" / "youtube.json")


def test_a_sign_in_is_kept_for_its_owner_alone(file: SignInFile) -> None:
    before = os.umask(0)
    try:
        file.write(SIGN_IN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert (file.read(), file.explain_missing()) == (SIGN_IN, "")
    file.write(SIGN_IN.evolve(channel_title="Another"))
    assert file.read().channel_title == "Another"
    assert list(file.path.parent.iterdir()) == [file.path]
    file.delete()
    file.delete()
    assert file.explain_missing() == "run `sutradhar youtube login`"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused(file: SignInFile, mode: int) -> None:
    file.write(SIGN_IN)
    file.path.chmod(mode)
    with pytest.raises(NotSignedIn) as caught:
        file.read()
    assert f"run `chmod 600 {file.path}`" in caught.value.advice
    assert str(file.path) not in file.explain_missing(), "callers of the API may read this"
    # Secret Manager mounts its files so, where there are no other users
    assert SignInFile(file.path, is_mounted=True).read() == SIGN_IN


@pytest.mark.parametrize("text", ["", "{}", '{"installed": {}}', '{"schema": 99}', "\x00"])
def test_a_file_that_is_no_sign_in_asks_for_a_new_one(file: SignInFile, text: str) -> None:
    file.write(SIGN_IN)
    file.path.write_text(text)
    with pytest.raises(NotSignedIn):
        file.read()
    assert "sutradhar youtube login" in file.explain_missing()


def test_a_sign_in_shows_no_secret() -> None:
    assert "GOCSPX" not in repr(SIGN_IN)
    assert "1//" not in str(SIGN_IN)


def test_a_secret_that_cannot_be_read_at_the_moment_is_tried_again(file: SignInFile) -> None:
    file.path.mkdir(parents=True)  # reading it is an error, as when Secret Manager is out of reach
    for is_mounted, reason in ((True, "network"), (False, "token_invalid")):
        with closing(ChannelTransport(SignInFile(file.path, is_mounted=is_mounted))) as transport:
            with pytest.raises(PublishError) as caught:
                transport.request("https://youtube.googleapis.com/youtube/v3/channels")
            assert caught.value.failure.reason == reason
            assert str(file.path) not in caught.value.failure.model_dump_json()


def test_an_emulated_cloud_gets_the_sign_in_of_this_machine(file: SignInFile) -> None:
    settings = Settings.from_env({"SUTRADHAR_HOME": str(file.path.parent), "YOUTUBE_CLIENT_SECRETS": "client.json"})
    assert settings.youtube_token == file.path
    assert settings.cloud_environment == {}
    file.write(SIGN_IN)
    assert settings.cloud_environment == {"YOUTUBE_TOKEN_FILE": str(file.path)}
