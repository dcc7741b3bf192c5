"""Keep the secret by which view tokens are signed: one for all instances, made when it is first read."""

import json
import secrets

from sutradhar.ports.records import KeyValueStore, Values

_RECORD = "view_secret"
_BYTES = 32


def get_view_secret(records: KeyValueStore) -> str:
    """Return the secret. If several instances ask for it first, all get the same one."""
    known = records.read([_RECORD])
    if _RECORD not in known:
        new = json.dumps(secrets.token_urlsafe(_BYTES))

        def keep_first(values: Values) -> Values:
            return values if _RECORD in values else {_RECORD: new}

        known = records.update([_RECORD], keep_first)
    secret: str = json.loads(known[_RECORD])
    return secret
