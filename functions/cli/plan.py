"""Run `sutradhar plan`: write the scenes and make nothing."""

import json

from rich.markup import escape
from rich.table import Table

from functions.cli.console import console, errors
from functions.cli.options import (
    Aspect,
    Language,
    Length,
    Mode,
    PlanFile,
    Providers,
    Resolution,
    Seed,
    Style,
    Topic,
    Voice,
    choose_providers,
)
from functions.cli.plan_input import wanted_plan
from sutradhar import bootstrap, telemetry
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.price import usd


def plan(
    topic: Topic = None,
    plan_file: PlanFile = None,
    language: Language = None,
    length: Length = 60,
    voice: Voice = "F",
    aspect: Aspect = "16:9",
    style: Style = "",
    seed: Seed = 0,
    resolution: Resolution = "1080p",
    mode: Mode = "FINAL",
    providers: Providers = None,
) -> None:
    """Write the scenes and print them as a RenderPlan, ready to change and to give to `make --plan`. Makes nothing."""
    from sutradhar.pipeline.own_media import check, find_notices

    with errors():
        choose_providers(providers)
        telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
        wanted = wanted_plan(topic, plan_file, language, length, voice, aspect, style, seed, resolution, mode)
        services = bootstrap.services()
        check(services, wanted, bootstrap.settings().terminal_limits)
        written = services.planner.plan(wanted).plan
        for notice in find_notices(services, written):
            console.print(f"[yellow]note:[/] {escape(notice)}")
        _print_estimate(written)
    for notice in written.notices:
        console.print(f"[yellow]note:[/] {escape(notice)}", soft_wrap=True)
    print(
        json.dumps(
            written.model_dump(mode="json", exclude_defaults=True, exclude={"notices"}), ensure_ascii=False, indent=2
        )
    )


def _print_estimate(written: RenderPlan) -> None:
    from sutradhar.pipeline.estimate import estimate

    found = estimate(bootstrap.services(), written)
    if found.lines:
        table = Table("what", "by", "about", "at most")
        for line in found.lines:
            table.add_row(
                line.slot, f"{line.provider} {line.model}", f"{usd(line.likely):.4f}", f"{usd(line.most):.4f}"
            )
        table.add_row("in all, in USD", "", f"{usd(found.likely):.4f}", f"{usd(found.most):.4f}")
        console.print(table)
