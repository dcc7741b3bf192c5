"""The SDK's client of MCP with the Tasks extension, as an agent's host would add it."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import anyio
from mcp.client.client import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.session import ClientSession
from mcp_types import CallToolResult, Request, RequestParams, Result
from pydantic import ConfigDict, Field

from functions.agents.tasks import IDENTIFIER


class TaskParams(RequestParams):
    task_id: str = Field(alias="taskId")


class TaskRequest(Request[TaskParams, Literal["tasks/get", "tasks/update", "tasks/cancel"]]):
    name_param = "taskId"


class Task(Result):
    """A task, with all that its state adds."""

    model_config = ConfigDict(extra="allow")
    result_type: Literal["complete"] = "complete"
    task_id: str = Field(alias="taskId")
    status: str
    status_message: str | None = Field(default=None, alias="statusMessage")
    poll_interval_ms: int = Field(alias="pollIntervalMs")
    result: CallToolResult | None = None


class CreatedTask(Result):
    """The answer to a call whose work goes on."""

    model_config = ConfigDict(extra="allow")
    result_type: Literal["task"] = "task"
    task_id: str = Field(alias="taskId")
    poll_interval_ms: int = Field(alias="pollIntervalMs")


class TasksOfClient(ClientExtension):
    """Follows a task until it ends, so that a caller of ``call_tool`` gets its result."""

    identifier = IDENTIFIER

    def __init__(self, on_task: Callable[[Task], None] = lambda _task: None, *, waits_ms: int | None = None) -> None:
        """``on_task`` gets each state of a task. ``waits_ms``: the time between two looks; None: the server's."""
        self._on_task, self._waits_ms = on_task, waits_ms

    def claims(self) -> Sequence[ResultClaim[Any]]:
        return [ResultClaim(result_type="task", model=CreatedTask, resolve=self._follow)]

    async def _follow(self, created: CreatedTask, context: ClaimContext) -> CallToolResult:
        while True:
            task = await get_task(context.session, created.task_id)
            self._on_task(task)
            if task.result is not None:
                return task.result
            if task.status == "cancelled":
                return CallToolResult(content=[], structured_content={"cancelled": task.task_id}, is_error=True)
            await anyio.sleep((self._waits_ms or task.poll_interval_ms) / 1000)


async def get_task(session: ClientSession, task_id: str) -> Task:
    """Return the task as it is now."""
    request = TaskRequest(method="tasks/get", params=TaskParams(taskId=task_id))
    return await session.send_request(request, Task)


async def cancel_task(session: ClientSession, task_id: str) -> None:
    """Cancel the task."""
    await session.send_request(TaskRequest(method="tasks/cancel", params=TaskParams(taskId=task_id)), Result)


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """Return the data of a tool's answer. Raise AssertionError with its text if it is an error."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content
