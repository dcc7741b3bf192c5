"""List the templates, and write plans of them."""

from collections.abc import Sequence

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.template import ORIGIN, Template
from sutradhar.pipeline.services import Services


def list_templates(services: Services) -> Sequence[Template]:
    """Return all templates, in the order of their ids."""
    return services.providers.templates.list_templates()


def make_template_plan(
    services: Services, template_id: str, language: str = "en", length_sec: int = 60, voice: str = "F"
) -> RenderPlan:
    """Return the plan of a video that tells the template, with its scenes, to be changed and submitted. No provider is
    asked.

    Args:
        length_sec: the length of the video in seconds; the scenes add up to it within 5 % from 30 s on.
        voice: F, M, or a provider's own voice.

    Raises:
        NotFound: there is no such template; the message names all.
        InvalidRequest: a language, length or voice that plans do not have.
    """
    requested_plan = RenderPlan.parse(
        {"topic": "template", "language": language, "length_sec": length_sec, "voice": voice}
    )
    plan = services.providers.templates.write_plan(template_id, requested_plan)
    return plan.evolve(topic=plan.title, based_on=f"{ORIGIN}{template_id}")
