"""Build the MCP server of the official SDK from our tools, resources, prompts and tasks."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

from mcp.server.caching import CacheHint
from mcp.server.extension import Extension, compose_tool_call_handler
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextResourceContents,
)

from functions.agents import frames, jobs, plans, prompts, publishing, resources
from functions.agents.tasks import TasksExtension
from functions.agents.tool import Tool, run_tool
from sutradhar.domain.core.errors import NotFound

T = TypeVar("T")
TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(plans.plan, plans.PlanArguments, "Write a plan"),
        Tool(plans.estimate, plans.EstimateArguments, "Estimate a plan"),
        Tool(plans.change_scene, plans.ChangeArguments, "Change a scene"),
        Tool(plans.list_templates, plans.TemplateArguments, "List templates"),
        Tool(frames.show_frame, frames.FrameArguments, "Show a frame"),
        Tool(jobs.render, jobs.RenderArguments, "Render a video", is_reading=False, is_counted=True),
        Tool(jobs.status, jobs.StatusArguments, "Status of a job or an approval"),
        Tool(jobs.cancel, jobs.JobArguments, "Cancel a job", is_reading=False),
        Tool(jobs.library, jobs.LibraryArguments, "List the library"),
        Tool(publishing.publish, publishing.PublishArguments, "Ask to publish", is_reading=False, is_counted=True),
        Tool(publishing.list_destinations, publishing.NoArguments, "List destinations"),
    )
}
"""Every tool by its name. None of them grants an approval."""
_INSTRUCTIONS = (
    "Sutradhar makes narrated, captioned videos of a topic or a plan. Begin with plan, look at scenes with show_frame,"
    " change them with change_scene, then render and follow it with status. Rendering that costs money and publishing"
    " wait for a person's approval, which no tool gives. Read sutradhar://docs/plans for the fields of a plan."
)
_SAME_FOR_ALL = CacheHint(ttl_ms=3_600_000, scope="public")
_CACHE_HINTS: Any = dict.fromkeys(
    ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "server/discover"), _SAME_FOR_ALL
)


class Call(Protocol):
    """Run a function for the caller of a request, and return what it returns."""

    def __call__(self, run: Callable[[], T]) -> Awaitable[T]: ...


def make_server(call: Call) -> "Server[Any]":
    """Return the server. ``call``: runs the work of a request, where the request's caller is known."""

    async def list_tools(_ctx: Any, _params: Any) -> ListToolsResult:
        return ListToolsResult(tools=[tool.listing for tool in TOOLS.values()])

    async def call_tool(_ctx: Any, params: CallToolRequestParams) -> CallToolResult:
        if (tool := TOOLS.get(params.name)) is None:
            known = ", ".join(TOOLS)
            raise MCPError(code=INVALID_PARAMS, message=f"there is no tool {params.name}; the tools are {known}")
        return await call(partial(run_tool, tool, params.arguments or {}))

    async def list_resources(_ctx: Any, _params: Any) -> ListResourcesResult:
        return ListResourcesResult(resources=list(resources.list_resources()))

    async def list_resource_templates(_ctx: Any, _params: Any) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=list(resources.list_resource_templates()))

    async def read_resource(_ctx: Any, params: ReadResourceRequestParams) -> ReadResourceResult:
        try:
            content = await call(partial(resources.read_resource, params.uri))
        except NotFound as exc:
            raise MCPError(code=INVALID_PARAMS, message=str(exc), data={"uri": params.uri}) from exc
        text = TextResourceContents(uri=params.uri, text=content.text, mime_type=content.mime_type)
        return ReadResourceResult(contents=[text])

    async def list_prompts(_ctx: Any, _params: Any) -> ListPromptsResult:
        return ListPromptsResult(prompts=prompts.list_prompts())

    async def get_prompt(_ctx: Any, params: GetPromptRequestParams) -> GetPromptResult:
        return prompts.get_prompt(params.name, params.arguments or {})

    server: Server[Any] = Server(
        "sutradhar",
        version="1",
        title="Sutradhar",
        instructions=_INSTRUCTIONS,
        cache_hints=_CACHE_HINTS,
        get_tool_input_schema=lambda name: TOOLS[name].listing.input_schema if name in TOOLS else None,
        on_list_tools=list_tools,
        on_list_resources=list_resources,
        on_list_resource_templates=list_resource_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )
    tasks = TasksExtension(call)
    server.add_request_handler("tools/call", CallToolRequestParams, compose_tool_call_handler([tasks], call_tool))
    _add_methods(server, tasks)
    return server


def _add_methods(server: "Server[Any]", extension: Extension) -> None:
    """Let ``server`` serve the methods of ``extension`` and tell clients of it."""
    for method in extension.methods():
        server.add_request_handler(method.method, method.params_type, method.handler)
    server.extensions[extension.identifier] = extension.settings()
