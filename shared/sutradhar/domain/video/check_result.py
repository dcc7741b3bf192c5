"""Define the result of one rule of the quality gate."""

from sutradhar.domain.core.base import Frozen


class CheckResult(Frozen):
    """The result of one rule: the measured value and the allowed one."""

    rule: str
    ok: bool
    measured: str
    limit: str
    note: str = ""
    """A sentence for the user if the video passes the rule only because its sources are like that."""


def judge(rule: str, ok: bool, measured: str, limit: str, note: str = "") -> CheckResult:
    """Return the result of ``rule``; a video that breaks it has no ``note``."""
    return CheckResult(rule=rule, ok=ok, measured=measured, limit=limit, note=note if ok else "")
