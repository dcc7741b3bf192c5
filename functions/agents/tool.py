"""Define a tool, read its arguments, run it, and turn its answer or its error into the result that clients get."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from mcp_types import CallToolResult, ContentBlock, TextContent, ToolAnnotations
from mcp_types import Tool as ListedTool
from pydantic import BaseModel, ValidationError

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.field_messages import describe_error, join_path

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Answer:
    """The answer of a tool."""

    facts: Mapping[str, Any] | Frozen
    """The data of the answer, as JSON."""
    media: Sequence[ContentBlock] = ()
    """Images beside it."""
    is_error: bool = False


@dataclass(frozen=True)
class Tool:
    """A tool that an agent may call. Its description is the docstring of its function."""

    run: Callable[[Any], Answer]
    arguments: type[BaseModel]
    title: str
    is_reading: bool = True
    """False: it asks for something that changes what is stored."""
    is_counted: bool = False
    """True: RATE_LIMIT_PER_MIN counts the call, as it does that of the API."""

    @property
    def name(self) -> str:
        return self.run.__name__

    @cached_property
    def listing(self) -> ListedTool:
        """The tool as ``tools/list`` shows it."""
        description = " ".join((self.run.__doc__ or "").split())
        hints = ToolAnnotations(
            read_only_hint=self.is_reading, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        )
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        return ListedTool(
            name=self.name, title=self.title, description=description, input_schema=schema, annotations=hints
        )


def run_tool(tool: Tool, arguments: Mapping[str, Any]) -> CallToolResult:
    """Return the result of ``tool``. An error is a result too, with the reason and what to do, for the agent to read.

    It runs in the context of a request.
    """
    from functions.api.problem import answer_error

    try:
        if tool.is_counted:
            from functions.api.limits import count_call

            count_call()
        answer = tool.run(read_arguments(tool.arguments, arguments))
    except Exception as exc:
        return _describe_problem(answer_error(exc).get_json(force=True))
    return make_result(answer)


def make_result(answer: Answer) -> CallToolResult:
    """Return ``answer`` as clients get it: as data, and as text for those that show nothing else to their model."""
    facts = answer.facts
    if isinstance(facts, Frozen):
        facts = facts.model_dump(mode="json", exclude_none=True)
    content = [TextContent(text=json.dumps(facts, ensure_ascii=False)), *answer.media]
    return CallToolResult(content=content, structured_content=dict(facts), is_error=answer.is_error)


def read_arguments(model: type[M], arguments: Mapping[str, Any]) -> M:
    """Return the arguments. Raise InvalidRequest, which names every wrong one."""
    try:
        return model.model_validate(arguments, strict=True)
    except ValidationError as exc:
        raise InvalidRequest([_make_error(model, error) for error in exc.errors(include_url=False)]) from exc


def _make_error(model: type[BaseModel], error: Any) -> FieldError:
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(path, f"is no argument of this tool; its arguments are {', '.join(model.model_fields)}")
    return FieldError(path, describe_error(error, path))


def _describe_problem(problem: Mapping[str, Any]) -> CallToolResult:
    """Return the result for an error, which the API answers as ``problem``."""
    facts = {name: problem[name] for name in ("title", "status", "detail", "errors", "request_id") if problem.get(name)}
    text = f"{problem['title']}: {problem['detail']} (request {problem['request_id']})"
    return CallToolResult(content=[TextContent(text=text)], structured_content=facts, is_error=True)
