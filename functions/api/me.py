"""Tell callers who they are, and what they may spend and do."""

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import Role
from sutradhar.domain.core.base import Frozen


class OwnKey(Frozen):
    """The caller's API key, or the account of their OIDC token."""

    id: str
    name: str


class OwnBudgets(Frozen):
    """US dollars. A day is one of UTC."""

    today_spent_usd: float | None
    """Paid or reserved today under the cap of which the least is left: the key's own or that of the whole server. Null:
    a day has no cap."""
    today_cap_usd: float | None
    left_usd: float | None
    max_job_cost_usd: float | None
    """The most that one job may cost; null: no cap."""


class OwnLimits(Frozen):
    calls_per_minute: int
    """Calls that create or change work; 0: no limit."""
    active_jobs: int
    """Jobs in progress at a time; 0: no limit."""
    scenes: int
    scene_sec: float
    video_sec: float


class Me(Frozen):
    key: OwnKey | None
    """Null: this server needs no key."""
    role: Role
    """Without keys each caller that is let in is an admin."""
    budgets: OwnBudgets
    limits: OwnLimits


@endpoint(answers={200: Me})
def show_me() -> tuple[Me, int, dict[str, str]]:
    """Show the key that the call came with, and its budgets and limits."""
    who, services, settings = caller(), bootstrap.services(), bootstrap.settings()
    accounts = services.providers.call_gate.accounts
    day = accounts.find_day_budget(who.id if who else "", who.daily_budget if who else None)
    me = Me(
        key=OwnKey(id=who.agent_id or who.id, name=who.name) if who else None,
        role=who.role if who else "admin",
        budgets=OwnBudgets(
            today_spent_usd=usd(day.committed) if day else None,
            today_cap_usd=usd(day.cap) if day else None,
            left_usd=usd(day.remainder) if day else None,
            max_job_cost_usd=None if services.job_cap is None else usd(services.job_cap),
        ),
        limits=OwnLimits(
            calls_per_minute=settings.api.rate_limit_per_min,
            active_jobs=services.max_active_jobs if who else 0,
            scenes=services.limits.max_scenes,
            scene_sec=services.limits.max_scene_sec,
            video_sec=services.limits.max_total_sec,
        ),
    )
    return me, 200, {"Cache-Control": "no-store"}
