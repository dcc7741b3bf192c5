"""Tell browsers the names of files."""

import re
from urllib.parse import quote

RESERVED = re.compile(r'[\\/:*?"<>|%\x00-\x1f\x7f]+')
"""Characters that Windows does not allow in names, and ``%``, which some browsers decode."""
_PLAIN_CHARS = "!#$&+-.^_`|~"
"""Characters besides letters and digits that RFC 8187 leaves as they are."""


def make_disposition(name: str, *, is_attachment: bool = True) -> str:
    """Return the header Content-Disposition for a file of this name (RFC 6266).

    A name beyond ASCII is also given in UTF-8 as ``filename*``, which every browser of today reads; the plain one is
    then ``video`` with the same ending.
    """
    kind = "attachment" if is_attachment else "inline"
    if name.isascii() and not RESERVED.search(name):
        return f'{kind}; filename="{name}"'
    ending = "".join(re.findall(r"\.[a-z0-9-]+", name)[-2:])
    return f"{kind}; filename=\"video{ending}\"; filename*=UTF-8''{quote(name, safe=_PLAIN_CHARS)}"
