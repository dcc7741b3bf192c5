"""Run `sutradhar plan`: write only the scenes of a video."""

import json

from rich.table import Table

from functions.cli.console import console, errors, note
from functions.cli.options import (
    Aspect,
    Language,
    Length,
    Mode,
    PlanFile,
    Providers,
    Resolution,
    ScriptFile,
    Seed,
    Style,
    Topic,
    Voice,
    choose_providers,
)
from functions.cli.plan_input import load_plan
from functions.cli.start import prepare_home
from sutradhar import bootstrap, telemetry
from sutradhar.domain.billing.price import usd
from sutradhar.domain.plan.plan import RenderPlan


def plan(
    topic: Topic = None,
    plan_file: PlanFile = None,
    script_file: ScriptFile = None,
    language: Language = None,
    length: Length = None,
    voice: Voice = None,
    aspect: Aspect = None,
    style: Style = None,
    seed: Seed = None,
    resolution: Resolution = None,
    mode: Mode = None,
    providers: Providers = None,
) -> None:
    """Write the scenes and print them as a RenderPlan, to change and to give to `make --plan`. No asset is made.

    Options beside --plan override the fields of the plan.
    """
    from sutradhar.pipeline.notices import collect_notices
    from sutradhar.pipeline.own_media import check_own_media

    options = {
        "language": language,
        "length": length,
        "voice": voice,
        "aspect": aspect,
        "style": style,
        "seed": seed,
        "resolution": resolution,
        "mode": mode,
    }
    with errors():
        choose_providers(providers)
        prepare_home()
        telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
        wanted = load_plan(topic, plan_file, options, script_file)
        services = bootstrap.services()
        check_own_media(services, wanted, bootstrap.settings().terminal_limits)
        found = services.providers.planner.plan(wanted)
        for text in collect_notices(services, found, wanted):
            note(text)
        written = found.plan
        _print_estimate(written)
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
                line.slot.label,
                f"{line.provider} {line.model}",
                f"{usd(line.expected):.4f}",
                f"{usd(line.max):.4f}",
            )
        table.add_row("in all, in USD", "", f"{usd(found.expected_cost):.4f}", f"{usd(found.max_cost):.4f}")
        console.print(table)
