"""The table of every call that the API answers.

Views are named by text, so that a process imports the module of a view when its path is first called: an instance that
starts cold for one call loads the code of that call only.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

Access = Literal["open", "caller", "admin"]
"""``open``: every caller. ``caller``: needs an API key once one exists. ``admin``: needs a key with the role admin."""


class Route(NamedTuple):
    """One call. ``aliases`` are other methods and paths of the same call: ``GET /status/<job_id>``."""

    method: str
    path: str
    view: str
    """Module below ``functions.api`` and function: ``renders:create_render``."""
    tag: str
    """The heading in the documentation."""
    access: Access = "caller"
    names: str = ""
    """The kind of thing that the path names: job, upload, delivery, key. A caller who may not see it gets 404."""
    aliases: tuple[str, ...] = ()
    has_limit: bool | None = None
    """True: RATE_LIMIT_PER_MIN counts the call; None: it does unless the method is GET. Calls that only compute an
    answer, save money, or are made many times for one video have no limit."""
    has_entry: bool | None = None
    """True: the audit log gets an entry for the call, for a GET one a day; None: it does if the call has a limit."""
    takes_view_token: bool = False
    """True: a GET whose answer a browser shows by itself (an image, a sound, a video) and thus asks for without the
    header with the key. It also takes ``?view=TOKEN``, the token of ``POST /me/view-token``; everything else about the
    call stays, so its view checks the caller by ``require_access`` as ever."""

    is_for_agents: bool | None = None
    """True: a key with the role agent may make the call, which spends no money, publishes nothing and deletes nothing;
    None: it may if the method is GET and the route is not for admins only."""

    @property
    def takes_agents(self) -> bool:
        """Return whether a key with the role agent may make the call."""
        if self.is_for_agents is None:
            return self.method == "GET" and self.access != "admin"
        return self.is_for_agents

    @property
    def is_counted(self) -> bool:
        """Return whether RATE_LIMIT_PER_MIN counts the call."""
        return self.method != "GET" if self.has_limit is None else self.has_limit

    @property
    def is_audited(self) -> bool:
        """Return whether the audit log gets an entry for the call."""
        return self.is_counted if self.has_entry is None else self.has_entry


ROUTES: tuple[Route, ...] = (
    Route("POST", "/render", "renders:create_render", "renders", aliases=("POST /v1/jobs", "POST /generate")),
    Route("GET", "/render", "render_status:show_overview", "renders", aliases=("GET /v1/jobs",)),
    Route(
        "GET",
        "/render/<job_id>/status",
        "render_status:show_status",
        "renders",
        names="job",
        aliases=("GET /status/<job_id>", "GET /v1/jobs/<job_id>"),
    ),
    Route(
        "DELETE",
        "/render/<job_id>/cancel",
        "renders:cancel_render",
        "renders",
        names="job",
        aliases=("POST /v1/jobs/<job_id>/cancel",),
        has_limit=False,
        has_entry=True,
    ),
    Route("POST", "/render/<job_id>/retry", "renders:retry_render", "renders", names="job"),
    Route(
        "DELETE",
        "/render/<job_id>",
        "deletion:delete_render",
        "renders",
        names="job",
        aliases=("DELETE /v1/jobs/<job_id>", "DELETE /library/<job_id>"),
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "PUT", "/render/<job_id>/pin", "deletion:pin_render", "renders", names="job", has_limit=False, has_entry=True
    ),
    Route(
        "DELETE",
        "/render/<job_id>/pin",
        "deletion:unpin_render",
        "renders",
        names="job",
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "GET",
        "/render/<job_id>/file",
        "files:download_file",
        "renders",
        names="job",
        has_entry=True,
        takes_view_token=True,
    ),
    Route("GET", "/render/<job_id>/frame", "frames:show_frame", "preview", names="job", takes_view_token=True),
    Route(
        "POST",
        "/render/<job_id>/frame",
        "frames:preview_frame",
        "preview",
        names="job",
        has_limit=False,
        is_for_agents=True,
    ),
    Route("GET", "/render/<job_id>/events", "events:show_events", "renders", names="job"),
    Route("GET", "/render/<job_id>/summary", "render_summary:show_summary", "renders", names="job"),
    Route("GET", "/render/<job_id>/plan", "review:show_plan", "review", names="job"),
    Route("PATCH", "/render/<job_id>/plan", "review:patch_plan", "review", names="job"),
    Route("POST", "/render/<job_id>/approve", "review:approve_render", "review", names="job"),
    Route("POST", "/plan", "plan_preview:preview_plan", "renders", has_limit=False, is_for_agents=True),
    Route("POST", "/plan/seconds", "speech_seconds:estimate_seconds", "renders", has_limit=False, is_for_agents=True),
    Route("GET", "/voices", "voices:show_voices", "voices"),
    Route("POST", "/voices/sample", "voices:order_voice_sample", "voices"),
    Route("GET", "/voices/sample/<sample_id>", "voices:show_voice_sample", "voices"),
    Route("GET", "/voices/sample/<sample_id>/audio", "voices:play_voice_sample", "voices", takes_view_token=True),
    Route("POST", "/audio/analyze", "audio:order_analysis", "audio", is_for_agents=True),
    Route("GET", "/audio/analyses/<analysis_id>", "audio:show_analysis", "audio", names="analysis"),
    Route("POST", "/lyrics/align", "audio:order_alignment", "audio", is_for_agents=True),
    Route("GET", "/lyrics/alignments/<alignment_id>", "audio:show_alignment", "audio", names="alignment"),
    Route(
        "POST",
        "/plan/frame",
        "frames:preview_plan_frame",
        "preview",
        has_limit=False,
        has_entry=False,
        is_for_agents=True,
    ),
    Route("GET", "/languages", "languages:show_languages", "voices"),
    Route("GET", "/templates", "templates:show_templates", "templates"),
    Route("POST", "/templates/plan", "templates:make_plan", "templates", has_limit=False, is_for_agents=True),
    Route("GET", "/library", "library:show_library", "library"),
    Route("POST", "/library/<job_id>/duplicate", "library:duplicate_job", "library", names="job", has_limit=False),
    Route("POST", "/uploads", "uploads:create_upload", "uploads", has_limit=False, has_entry=True, is_for_agents=True),
    Route("GET", "/uploads", "uploads:list_uploads", "uploads"),
    Route("GET", "/uploads/<upload_id>", "uploads:show_upload", "uploads", names="upload"),
    Route(
        "GET",
        "/uploads/<upload_id>/preview",
        "upload_preview:show_preview",
        "uploads",
        names="upload",
        takes_view_token=True,
    ),
    Route(
        "GET", "/uploads/<upload_id>/file", "upload_file:show_file", "uploads", names="upload", takes_view_token=True
    ),
    Route(
        "DELETE",
        "/uploads/<upload_id>",
        "uploads:delete_upload",
        "uploads",
        names="upload",
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "PUT",
        "/uploads/<upload_id>/bytes",
        "upload_bytes:receive_bytes",
        "uploads",
        names="upload",
        has_limit=False,
        is_for_agents=True,
    ),
    Route(
        "POST",
        "/uploads/<upload_id>/complete",
        "uploads:complete_upload",
        "uploads",
        names="upload",
        has_limit=False,
        is_for_agents=True,
    ),
    Route("GET", "/brands", "brands:list_brands", "brands"),
    Route("POST", "/brands/import", "brands:import_brand", "brands"),
    Route("GET", "/brands/<name>", "brands:show_brand", "brands", names="brand"),
    Route("PUT", "/brands/<name>", "brands:save_brand", "brands"),
    Route("DELETE", "/brands/<name>", "brands:delete_brand", "brands", names="brand"),
    Route("GET", "/brands/<name>/export", "brands:export_brand", "brands", names="brand", has_entry=True),
    Route("PUT", "/render/<job_id>/webhook", "webhooks:change_webhook", "webhooks", names="job"),
    Route("GET", "/webhooks/deliveries", "webhooks:show_deliveries", "webhooks"),
    Route("POST", "/webhooks/deliveries/<delivery_id>/retry", "webhooks:retry_webhook", "webhooks", names="delivery"),
    Route("GET", "/webhooks/secret", "webhooks:show_secret", "webhooks", has_entry=True, is_for_agents=False),
    Route("POST", "/webhooks/secret/rotate", "webhooks:rotate_secret", "webhooks"),
    Route("POST", "/publish/<job_id>/schedule", "publications:schedule_job", "publications", names="job"),
    Route("POST", "/publish/<job_id>", "publications:publish_job", "publications", names="job"),
    Route("GET", "/publish", "publications:show_calendar", "publications"),
    Route("GET", "/destinations", "publications:show_destinations", "publications"),
    Route("GET", "/publish/quota", "publications:show_quota", "publications"),
    Route("GET", "/publish/<job_id>", "publications:show_job_publication", "publications", names="job"),
    Route(
        "DELETE",
        "/publish/<job_id>/cancel",
        "publications:cancel_job_publication",
        "publications",
        names="job",
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "GET", "/publications/<publication_id>", "publications:show_publication", "publications", names="publication"
    ),
    Route(
        "PATCH",
        "/publications/<publication_id>",
        "publications:change_publication",
        "publications",
        names="publication",
    ),
    Route(
        "DELETE",
        "/publications/<publication_id>",
        "publications:cancel_publication",
        "publications",
        names="publication",
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "POST",
        "/publications/<publication_id>/retry",
        "publications:retry_publication",
        "publications",
        names="publication",
    ),
    Route("GET", "/approvals", "approvals:show_approvals", "approvals"),
    Route("POST", "/approvals", "approvals:ask_approval", "approvals", is_for_agents=True),
    Route("GET", "/approvals/<approval_id>", "approvals:show_approval", "approvals", names="approval"),
    Route(
        "POST",
        "/approvals/<approval_id>/grant",
        "approvals:grant_approval",
        "approvals",
        names="approval",
    ),
    Route(
        "POST",
        "/approvals/<approval_id>/refuse",
        "approvals:refuse_approval",
        "approvals",
        names="approval",
    ),
    Route("POST", "/batches", "batch_orders:create_batch", "batches"),
    Route("POST", "/batches/check", "batch_orders:check_batch", "batches", has_limit=False, is_for_agents=True),
    Route("GET", "/batches", "batches:show_batches", "batches"),
    Route("GET", "/batches/<batch_id>", "batches:show_batch", "batches", names="batch"),
    Route("PATCH", "/batches/<batch_id>", "batches:change_batch", "batches", names="batch"),
    Route("GET", "/batches/<batch_id>/rows", "batches:show_rows", "batches", names="batch"),
    Route("POST", "/batches/<batch_id>/pause", "batches:pause_batch", "batches", names="batch"),
    Route("POST", "/batches/<batch_id>/resume", "batches:resume_batch", "batches", names="batch"),
    Route("POST", "/batches/<batch_id>/retry", "batches:retry_batch", "batches", names="batch"),
    Route(
        "DELETE",
        "/batches/<batch_id>/cancel",
        "batches:cancel_batch",
        "batches",
        names="batch",
        has_limit=False,
        has_entry=True,
    ),
    Route(
        "GET",
        "/batches/<batch_id>/results",
        "batch_results:download_results",
        "batches",
        names="batch",
        has_entry=True,
        takes_view_token=True,
    ),
    Route("POST", "/keys", "keys:create_key", "keys", access="admin"),
    Route("GET", "/keys", "keys:show_keys", "keys", access="admin"),
    Route("POST", "/keys/<key_id>/rotate", "keys:rotate_key", "keys", access="admin", names="key"),
    Route("DELETE", "/keys/<key_id>", "keys:revoke_key", "keys", access="admin", names="key"),
    Route("DELETE", "/keys/<key_id>/data", "my_data:remove_key_data", "keys", access="admin", names="key"),
    Route("GET", "/me", "me:show_me", "keys"),
    Route("POST", "/me/view-token", "view_tokens:create_view_token", "keys", has_limit=False),
    Route("DELETE", "/me/data", "my_data:remove_my_data", "keys"),
    Route("GET", "/me/data/removals/<removal_id>", "my_data:show_removal", "keys", names="removal"),
    # its tools are counted and noted one by one
    Route("POST", "/mcp", "mcp:answer_mcp", "agents", has_limit=False, is_for_agents=True),
    Route("GET", "/healthz", "health:show_health", "operations", access="open", aliases=("GET /health",)),
    Route("GET", "/readyz", "operations:show_readiness", "operations", access="open", aliases=("GET /ready",)),
    Route("GET", "/status", "operations:show_system", "operations", access="open"),
    Route("GET", "/metrics", "operations:show_metrics", "operations", access="open"),
    Route("GET", "/metrics/days", "metrics_days:show_days", "operations"),
    Route("GET", "/metrics/prometheus", "operations:show_prometheus", "operations", access="open"),
    Route("GET", "/openapi.json", "docs:show_openapi", "documentation", access="open"),
    Route("GET", "/docs", "docs:show_page", "documentation", access="open"),
    Route("GET", "/docs/<name>", "docs:show_asset", "documentation", access="open"),
    Route("GET", "/", "studio_page:open_studio", "studio", access="open", aliases=("GET /studio",)),
    Route("GET", "/studio/", "studio_page:show_studio", "studio", access="open"),
    Route("GET", "/studio/<version>/<path:name>", "studio_page:show_studio_file", "studio", access="open"),
)


def get_segment(path: str) -> str:
    """Return the first segment of ``path``: ``render`` for ``/render/job-1/status``."""
    return path.lstrip("/").partition("/")[0]


@cache
def group_rules() -> Mapping[str, Sequence[tuple[str, str, Route]]]:
    """Return method, path and route of every rule, aliases included, by the first segment of the path."""
    groups: dict[str, list[tuple[str, str, Route]]] = {}
    for route in ROUTES:
        for rule in (f"{route.method} {route.path}", *route.aliases):
            method, _, path = rule.partition(" ")
            groups.setdefault(get_segment(path), []).append((method, path, route))
    return groups
