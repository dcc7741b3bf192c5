"""Serve the Tasks extension of MCP: a render is a task, whose id is that of its job or of its approval.

Nothing is stored for a task: its state is that of the job or the approval, so any instance answers for it, and it lives
as long as these. The extension: modelcontextprotocol.github.io/ext-tasks, version 2026-07-28.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolRequestParams,
    CallToolResult,
    RequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field

from sutradhar.domain.core.errors import NotFound

IDENTIFIER = "io.modelcontextprotocol/tasks"
TASK_TOOLS = ("render", "publish")
"""The tools whose work goes on after their answer."""
_POLL_JOB_MS, _POLL_APPROVAL_MS = 2_000, 5_000
Context = ServerRequestContext[Any, Any]
Call = Callable[[Callable[[], Mapping[str, Any]]], Awaitable[Mapping[str, Any]]]
"""Runs a function for the caller of the request."""


class TaskParams(RequestParams):
    task_id: str = Field(alias="taskId", min_length=1, max_length=200)


class TasksExtension(Extension):
    """The tasks of the tools ``render`` and ``publish``."""

    identifier = IDENTIFIER

    def __init__(self, call: Call) -> None:
        self._call = call

    def methods(self) -> tuple[MethodBinding, ...]:
        versions = frozenset(MODERN_PROTOCOL_VERSIONS)
        handlers = {"tasks/get": self._get, "tasks/update": self._update, "tasks/cancel": self._cancel}
        return tuple(MethodBinding(method, TaskParams, handler, versions) for method, handler in handlers.items())

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: Context, call_next: CallNext
    ) -> HandlerResult:
        """Answer with a task if the client knows tasks and the work goes on."""
        result = await call_next(ctx)
        if params.name not in TASK_TOOLS or not _knows_tasks(ctx):
            return result
        if not isinstance(result, CallToolResult) or result.is_error:
            return result
        facts = result.structured_content
        task_id = (facts.get("approval") or facts["job"]).get("approval_id") or facts["job"]["job_id"]
        task = await self._call(lambda: describe_task(task_id))
        if task["status"] != "working":
            return result
        return {**task, "resultType": "task"}

    async def _get(self, ctx: Context, params: TaskParams) -> HandlerResult:
        _require_tasks(ctx)
        return dict(await self._call(lambda: describe_task(params.task_id)))

    async def _update(self, ctx: Context, params: TaskParams) -> HandlerResult:
        """Take no input: no task asks for any, and what does not answer a question is ignored."""
        _require_tasks(ctx)
        await self._call(lambda: describe_task(params.task_id))
        return {}

    async def _cancel(self, ctx: Context, params: TaskParams) -> HandlerResult:
        _require_tasks(ctx)
        await self._call(lambda: cancel_task(params.task_id))
        return {}


def describe_task(task_id: str) -> Mapping[str, Any]:
    """Return the task as ``tasks/get`` shows it. Raise MCPError: the caller has no such task."""
    from functions.agents.jobs import has_ended
    from functions.agents.tool import Answer, make_result
    from functions.agents.views import describe_standing, find_last_change, find_thing

    try:
        thing = find_thing(task_id)
    except NotFound as exc:
        raise MCPError(code=INVALID_PARAMS, message=f"there is no task {task_id}") from exc
    standing = describe_standing(thing)
    job, approval = standing.job, standing.approval
    waits = bool(approval and approval.state == "waiting")
    task: dict[str, Any] = {
        "taskId": task_id,
        "status": "working",
        "createdAt": _format(thing.created_at),
        "lastUpdatedAt": _format(find_last_change(thing)),
        "ttlMs": None,
        "pollIntervalMs": _POLL_APPROVAL_MS if waits else _POLL_JOB_MS,
    }
    if not has_ended(standing):
        progress = f"{job.step}: {job.progress_pct} %" if job and not waits else standing.next
        return {**task, "statusMessage": progress}
    if job and job.state == "canceled":
        return {**task, "status": "cancelled", "statusMessage": job.error or "The job was canceled."}
    failed = not job or job.state != "success"
    result = make_result(Answer(standing, is_error=failed))
    return {**task, "status": "completed", "result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}


def cancel_task(task_id: str) -> Mapping[str, Any]:
    """Cancel the job of the task if it goes on. An approval that waits stays, for the person to answer or to let go."""
    from functions.agents.jobs import JobArguments, cancel
    from functions.agents.views import describe_standing, find_thing
    from sutradhar.domain.core.errors import Conflict

    try:
        standing = describe_standing(find_thing(task_id))
    except NotFound as exc:
        raise MCPError(code=INVALID_PARAMS, message=f"there is no task {task_id}") from exc
    if standing.job and not (standing.approval and standing.approval.action == "publish"):
        try:
            cancel(JobArguments(job_id=standing.job.job_id))
        except Conflict:
            return {}  # it has ended meanwhile
    return {}


def _format(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _knows_tasks(ctx: Context) -> bool:
    declared = ctx.session.client_capabilities
    is_modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
    return is_modern and declared is not None and IDENTIFIER in (declared.extensions or {})


def _require_tasks(ctx: Context) -> None:
    if not _knows_tasks(ctx):
        needed: dict[str, Any] = {"requiredCapabilities": {"extensions": {IDENTIFIER: {}}}}
        raise MCPError(
            code=MISSING_REQUIRED_CLIENT_CAPABILITY, message=f"declare the extension {IDENTIFIER}", data=needed
        )
