"""Define the requests for preview frames."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from pydantic import Field, ValidationError

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, LanguageOrNone
from sutradhar.domain.plan.field_messages import describe_error, join_path
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanPatch
from sutradhar.domain.video.frame_request import MIN_FRAME_WIDTH, FrameFormat

T = TypeVar("T")
_MAX_FRAME = 120 * MAX_TOTAL_SEC


class FrameQuery(Frozen):
    at: float | None = Field(default=None, ge=0, le=2 * MAX_TOTAL_SEC, allow_inf_nan=False)
    """Seconds of the video; with ``scene``, of the scene from its first frame on."""
    frame: int | None = Field(default=None, ge=0, le=_MAX_FRAME)
    """The number of a frame of the video, from 0, in place of ``at``."""
    scene: int | None = Field(default=None, ge=0)
    """The index of a scene, from 0. Without ``at``, its frame that shows the most: the title, or else a caption."""
    width: int | None = Field(default=None, ge=MIN_FRAME_WIDTH, le=7680)
    """The width of the image in pixels; it is never enlarged."""
    language: LanguageOrNone | None = None
    """The language of the captions in the image; without it that of the video."""
    format: FrameFormat = "jpeg"
    """``png`` shows each pixel exactly, and takes ten times as long."""


class FrameBody(FrameQuery):
    """A frame of the job's plan, of its plan with a ``patch``, or of another ``plan``; nothing of it is stored."""

    patch: PlanPatch | None = None
    """A change of the job's plan, as PATCH /render/ID/plan takes it."""
    plan: RenderPlan | None = None
    """A plan with its scenes, in place of the job's."""

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the request in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, by name."""
        if not isinstance(body, Mapping):
            raise InvalidRequest([FieldError("", 'the body must be a JSON object, such as {"scene": 0}')])
        fields = dict(body)
        plan, patch = fields.pop("plan", None), fields.pop("patch", None)
        errors: list[FieldError] = []
        values: dict[str, Any] = {
            "plan": None if plan is None else _read_part("plan", RenderPlan.parse, plan, errors),
            "patch": None if patch is None else _read_part("patch", PlanPatch.parse, patch, errors),
        }
        if plan is not None and patch is not None:
            errors.append(FieldError("patch", "changes the job's plan; leave it out beside a plan"))
        try:
            chosen = cls.model_validate(fields, strict=True)
        except ValidationError as exc:
            errors += [_make_error(error) for error in exc.errors(include_url=False)]
        if errors:
            raise InvalidRequest(errors)
        return chosen.evolve(**values)


class PlanFrameBody(FrameQuery):
    """A frame of a plan that is no job yet."""

    plan: RenderPlan
    """The plan with its scenes."""
    brand: BrandFields | None = None
    """The fields of a brand in place of the one that the plan names, which need not be stored."""

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the request in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, by name."""
        if not isinstance(body, Mapping) or body.get("plan") is None:
            raise InvalidRequest([FieldError("plan", "must be the plan with its scenes, of which a frame is shown")])
        if "patch" in body:
            raise InvalidRequest([FieldError("patch", "changes the plan of a job; change the plan itself here")])
        fields = dict(body)
        brand = fields.pop("brand", None)
        errors: list[FieldError] = []
        parsed = None if brand is None else _read_part("brand", BrandFields.parse, brand, errors)
        try:
            chosen = FrameBody.parse(fields)
        except InvalidRequest as exc:
            raise InvalidRequest([*errors, *exc.errors]) from exc
        if errors:
            raise InvalidRequest(errors)
        same = {name: getattr(chosen, name) for name in cls.model_fields if name != "brand"}
        return cls.constant(**same, brand=parsed)


@contextmanager
def name_errors(part: str) -> Iterator[None]:
    """Let the errors of the block name their fields as those of ``part`` of the body."""
    try:
        yield
    except InvalidRequest as exc:
        errors = [FieldError(f"{part}.{one.path}" if one.path else part, one.message) for one in exc.errors]
        raise InvalidRequest(errors) from exc


def _read_part(part: str, parse: Callable[[object], T], value: object, errors: list[FieldError]) -> T | None:
    try:
        with name_errors(part):
            return parse(value)
    except InvalidRequest as exc:
        errors += exc.errors
    return None


def _make_error(error: Any) -> FieldError:
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(path, f"is not a field here; the fields are {', '.join(FrameBody.model_fields)}")
    return FieldError(path, describe_error(error, path))
