"""The prompts of the MCP server: a beginning that a person chooses in their client."""

from collections.abc import Mapping

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

_NAME = "make_video"
_TEXT = (
    "Make a video about: {topic}\nLanguage: {language}. Length: about {length_sec} seconds.\n\n"
    "Write a plan with the tool plan and look at its cost. Look at some scenes with show_frame, and improve what does"
    " not fit with change_scene. Then render it, tell me what waits for my approval, if anything does, and follow it"
    " with status until the video is finished. Publish nothing unless I ask for it."
)
_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "topic": ("What the video is about.", ""),
    "language": ("A code such as en, hi or ta.", "en"),
    "length_sec": ("The length in seconds.", "60"),
}
"""The description and the default of each argument; an empty default: it is needed."""


def list_prompts() -> list[Prompt]:
    """Return all prompts."""
    arguments = [
        PromptArgument(name=name, description=text, required=not default)
        for name, (text, default) in _ARGUMENTS.items()
    ]
    return [
        Prompt(name=_NAME, title="Make a video", description="From a topic to a finished video.", arguments=arguments)
    ]


def get_prompt(name: str, arguments: Mapping[str, str]) -> GetPromptResult:
    """Return the prompt with its arguments. Raise MCPError: there is none, or an argument is missing or unknown."""
    if name != _NAME:
        raise MCPError(code=INVALID_PARAMS, message=f"there is no prompt {name}; there is {_NAME}")
    values = {**{key: default for key, (_, default) in _ARGUMENTS.items()}, **arguments}
    if not values["topic"] or values.keys() != _ARGUMENTS.keys():
        raise MCPError(code=INVALID_PARAMS, message=f"the arguments are {', '.join(_ARGUMENTS)}; topic is needed")
    text = TextContent(text=_TEXT.format(**values))
    return GetPromptResult(messages=[PromptMessage(role="user", content=text)])
