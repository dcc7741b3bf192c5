"""Errors that only the API raises."""


class Unauthorized(Exception):
    """The request has no API key and no token, or one that is not valid."""

    def __init__(self, reason: str, *, is_token: bool = False) -> None:
        """``is_token``: the caller sent a token, so ``reason`` also goes into WWW-Authenticate; it must be our own
        words, without quotation marks."""
        super().__init__(reason)
        self.is_token = is_token

    @property
    def challenge(self) -> str:
        """The header WWW-Authenticate (RFC 6750, section 3)."""
        return f'Bearer error="invalid_token", error_description="{self}"' if self.is_token else "Bearer"


class NotForAgents(Exception):
    """The key of an agent made a call that only a person may make."""

    def __init__(self) -> None:
        super().__init__(
            "a key of an agent may not do this: it may look, plan and upload; to make or to publish a video, ask for an"
            " approval by the tools of /mcp"
        )


class IssuerUnreachable(Exception):
    """The issuer of OIDC tokens does not answer, so a token cannot be checked. ``wait_sec``: when to try again."""

    def __init__(self, wait_sec: int) -> None:
        super().__init__("the issuer of the token does not answer, so the token cannot be checked; try again")
        self.wait_sec = wait_sec


class FrameUnavailable(Exception):
    """The function ``frame`` draws no frames now. ``wait_sec``: when to try again."""

    def __init__(self, reason: str, wait_sec: int = 2) -> None:
        super().__init__(reason)
        self.wait_sec = wait_sec
