"""The options that commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

Topic = Annotated[str | None, typer.Argument(help="What the video is about, in English or Hindi.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="A RenderPlan as JSON; - reads it from standard input.")]
Language = Annotated[str | None, typer.Option(help="Of the narration: en or hi. Default: read off the topic.")]
Length = Annotated[int, typer.Option(help="Seconds of video to aim for.", min=5, max=600)]
Voice = Annotated[str, typer.Option(help="F, M, or a provider and its own voice: elevenlabs/ID.")]
Aspect = Annotated[str, typer.Option(help="16:9, 9:16 or 1:1.")]
Style = Annotated[str, typer.Option(help="Of the pictures, in words: watercolor, cinematic, paper cut ...")]
Seed = Annotated[int, typer.Option(help="Another number, other pictures and words.")]
Resolution = Annotated[str, typer.Option(help="720p, 1080p or 4k.")]
Providers = Annotated[
    str | None, typer.Option(help="Whom to buy from, in this order: openai,elevenlabs,gemini. Default: who has a key.")
]
Mode = Annotated[str, typer.Option(help="FINAL, or PROXY for a quick look in 720p.")]


def choose_providers(providers: str | None) -> None:
    """Set PROVIDERS before anything reads the environment."""
    if providers is not None:
        os.environ["PROVIDERS"] = providers
