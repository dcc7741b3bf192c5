"""Run `sutradhar plan`: write only the scenes of a video."""

from dataclasses import replace

from functions.cli.console import console, print_note, report_errors
from functions.cli.options import PlanOptions, choose_providers, name_given_options, take_plan_options
from functions.cli.output import print_plan
from functions.cli.plan_input import load_plan
from functions.cli.start import LOG_NAME, prepare_home
from sutradhar import bootstrap, telemetry
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan


@take_plan_options
def plan(options: PlanOptions) -> None:
    """Write the scenes and print them as a RenderPlan, to change and to give to `make --plan`. No asset is made.

    Options beside --plan override the fields of the plan.
    """
    from sutradhar.pipeline.audio_plans import write_plan
    from sutradhar.pipeline.brands.apply import apply_brand
    from sutradhar.pipeline.notices import collect_notices
    from sutradhar.pipeline.own_media import check_own_media
    from sutradhar.pipeline.preflight import find_unspoken, find_untranslatable
    from sutradhar.pipeline.recording_plans import find_unknown_words
    from sutradhar.pipeline.translations import translate_draft

    with report_errors():
        choose_providers(options.providers)
        prepare_home()
        telemetry.write_to(bootstrap.settings().home / LOG_NAME)
        requested_plan = load_plan(options)
        services = bootstrap.services()
        with name_given_options(options.overrides):
            requested_plan = apply_brand(services, requested_plan)
            check_own_media(services, requested_plan, bootstrap.settings().terminal_limits)
            for find in (find_unknown_words, find_unspoken, find_untranslatable):
                if errors := list(find(services, requested_plan)):
                    raise InvalidRequest(errors)
        plan_result = write_plan(services, services.providers.planner, requested_plan)
        translated = translate_draft(services, plan_result.plan)
        plan_result = replace(plan_result, plan=translated.plan)
        for text in (*collect_notices(services, plan_result, requested_plan), *translated.notices):
            print_note(text)
        written_plan = plan_result.plan
        _print_estimate(written_plan)
    print_plan(written_plan)


def _print_estimate(written_plan: RenderPlan) -> None:
    from functions.cli.estimate_table import make_estimate_table
    from sutradhar.pipeline.estimate import estimate

    total = estimate(bootstrap.services(), written_plan)
    if total.lines:
        console.print(make_estimate_table(total))
