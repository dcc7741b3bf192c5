"""Find out about the sign-in to YouTube, and print it."""

from functions.cli.output import add_row, format_time, make_table, print_table
from sutradhar import bootstrap
from sutradhar.destinations.youtube.costs import BUCKETS, UNITS
from sutradhar.destinations.youtube.sign_in import NotSignedIn, SignIn, SignInFile
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.ports.publishing import Pause, PublishError

_ASK_AGAIN = "check the connection, and run `sutradhar youtube status` again"


class SignInStatus(Frozen):
    signed_in: bool
    works: bool
    """Google gives access, or is only out of reach at the moment."""
    channel_id: str | None = None
    channel: str | None = None
    scopes: tuple[str, ...] = ()
    signed_in_at: UtcTime | None = None
    expires_at: UtcTime | None = None
    problem: str | None = None
    advice: str | None = None


def open_sign_in_file() -> SignInFile:
    """Return the file in which this machine keeps the sign-in."""
    return SignInFile(bootstrap.settings().youtube_token)


def look_up(access: SignIn) -> tuple[SignIn, PublishError | None]:
    """Return the sign-in with its channel as Google tells it now, and Google's refusal; None: it did not refuse."""
    from sutradhar.destinations.youtube.account import COST, look_up_channel
    from sutradhar.pipeline.publishing.quota import take_quota

    services = bootstrap.services()
    youtube = services.providers.destinations["youtube"]
    (units,) = (bucket for bucket in BUCKETS if bucket.name == UNITS)
    try:
        take_quota(services, youtube, units, COST, essential=True)
        return look_up_channel(access), None
    except Pause as exc:
        return access, PublishError("quota_exceeded", exc.notice)
    except PublishError as exc:
        return access, exc


def describe_sign_in(file: SignInFile) -> SignInStatus:
    """Return what is known of the sign-in in ``file``, after asking Google. The file gets the channel's name."""
    try:
        stored = file.read()
    except NotSignedIn as exc:
        return SignInStatus(signed_in=False, works=False, problem=str(exc), advice=exc.advice)
    access, problem = look_up(stored)
    if access != stored:
        file.write(access)
    is_away = problem is not None and problem.failure.reason == "network"
    return SignInStatus(
        signed_in=True,
        works=problem is None or problem.retryable,
        channel_id=access.channel_id or None,
        channel=access.channel_title or None,
        scopes=access.scopes,
        signed_in_at=access.signed_in_at,
        expires_at=access.expires_at,
        problem=str(problem) if problem else None,
        advice=_ASK_AGAIN if is_away else problem.advice if problem else None,
    )


def print_status(status: SignInStatus) -> None:
    table = make_table("sign-in to YouTube", "")
    if status.signed_in:
        add_row(table, "channel", f"{status.channel or 'unknown'} ({status.channel_id or 'unknown'})")
        add_row(table, "may", ", ".join(scope.rpartition("/")[2] for scope in status.scopes))
        add_row(table, "since", format_time(status.signed_in_at) if status.signed_in_at else "")
    if status.expires_at:
        add_row(table, "until", format_time(status.expires_at))
    if status.problem:
        add_row(table, "problem", status.problem)
        add_row(table, "what to do", status.advice or "")
    else:
        add_row(table, "state", "Google accepts it")
    print_table(table, "")
