"""Read the OAuth client with which users sign in: a JSON file that Google's console makes."""

import json
from pathlib import Path

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest

HOW_TO_GET_ONE = (
    "In console.cloud.google.com choose a project, enable the YouTube Data API v3, set up the OAuth consent screen, and"
    " make an OAuth client of the type Desktop app under Credentials; download its JSON, and name that file with"
    " --client-secrets or YOUTUBE_CLIENT_SECRETS"
)


class OAuthClient(Frozen):
    """A client of the type Desktop app, with Google's names."""

    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    auth_uri: str = Field(pattern=r"^https?://")
    token_uri: str = Field(pattern=r"^https?://")


def read_client(path: Path) -> OAuthClient:
    """Return the client in the file. Raise InvalidRequest, which tells how to get one, if it has none."""
    try:
        kinds = json.loads(path.read_bytes())
        if isinstance(kinds, dict) and "web" in kinds:
            raise _refuse(f"{path} has a client of the type Web application, whose sign-in cannot end on this machine")
        fields = kinds["installed"]
        return OAuthClient.model_validate({name: fields[name] for name in OAuthClient.model_fields})
    except OSError as exc:
        raise _refuse(f"{path} cannot be read") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise _refuse(f"{path} is not the JSON file of an OAuth client") from exc


def _refuse(cause: str) -> InvalidRequest:
    return InvalidRequest([FieldError("--client-secrets", f"{cause}. {HOW_TO_GET_ONE}")])
