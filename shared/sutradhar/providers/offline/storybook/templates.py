"""Offer the stories of the package as templates."""

from collections.abc import Sequence

from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.template import Template
from sutradhar.ports.templates import TemplateCatalog
from sutradhar.providers.offline.storybook.planner import tell_story
from sutradhar.providers.offline.storybook.stories import Story, load_stories

_TOLERANCE = 0.04
"""Share of the length by which a plan may miss it before a slower voice is chosen."""
_SLOWEST = 0.85
"""The slowest speed of a voice that does not sound slowed down."""


class StorybookTemplates(TemplateCatalog):
    """A TemplateCatalog of the offline stories."""

    def list_templates(self) -> Sequence[Template]:
        return [_describe_story(story) for story in load_stories()]

    def write_plan(self, template_id: str, requested_plan: RenderPlan) -> RenderPlan:
        story = next((story for story in load_stories() if story.id == template_id), None)
        if story is None:
            names = ", ".join(story.id for story in load_stories())
            raise NotFound(f"there is no template {template_id[:60]!r}; there are {names}")
        language = requested_plan.spoken_language
        if language not in story.languages:
            known = ", ".join(story.languages)
            message = f"must be one of the languages in which the story is told: {known} (got {language!r})"
            raise InvalidRequest([FieldError("language", message)])
        described = requested_plan.evolve(
            description=requested_plan.description or story.description[language],
            tags=requested_plan.tags or story.tags,
        )
        plan = tell_story(story, described)
        length, told_sec = requested_plan.length_sec, estimate_video_sec(plan)
        if told_sec >= length * (1 - _TOLERANCE):
            return plan
        # the quick voice tells even the whole story in less than ten minutes
        speed = max(_SLOWEST, requested_plan.delivery.speed * told_sec / length)
        slower = described.evolve(delivery=described.delivery.evolve(speed=round(speed, 2)))
        return tell_story(story, slower)


def _describe_story(story: Story) -> Template:
    return Template(id=story.id, titles=story.title, descriptions=story.description, tags=story.tags)
