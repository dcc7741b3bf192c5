"""Ask Google about a sign-in, and take it back."""

from contextlib import closing
from urllib.parse import urlencode

from sutradhar.destinations.youtube.channel_transport import authorize
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.destinations.youtube.errors import name_error, translate_errors
from sutradhar.destinations.youtube.sign_in import SignIn
from sutradhar.destinations.youtube.transport import OneShotHttp
from sutradhar.ports.publishing import PublishError

COST = 1
"""The units of ``look_up_channel`` (channels.list)."""


def look_up_channel(sign_in: SignIn) -> SignIn:
    """Return the sign-in with the channel's id and title as they are now.

    Raises:
        PublishError: Google or YouTube refused the sign-in, or could not be reached.
    """
    with closing(OneShotHttp()) as http:
        channel_id, title = YouTubeClient(lambda: authorize(sign_in, http)).get_channel()
    return sign_in.evolve(channel_id=channel_id, channel_title=title)


def revoke(sign_in: SignIn) -> bool:
    """Take the access back (developers.google.com/identity/protocols/oauth2/native-app, tokenrevoke).

    Return whether Google still knew it.

    Raises:
        PublishError: Google could not be reached.
    """
    uri = f"{sign_in.client.token_uri.rpartition('/')[0]}/revoke"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({"token": sign_in.refresh_token})
    with translate_errors(), closing(OneShotHttp()) as http:
        answer, content = http.request(uri, method="POST", body=form, headers=headers)
    if answer.status == 200:
        return True
    if answer.status == 400:  # invalid_token: it was revoked before, or has expired
        return False
    error = name_error(answer.status, content)
    raise PublishError("network", f"Google did not take the access back: {error}")
