"""Show one frame of a video as the renderer draws it, before anything is rendered."""

from werkzeug.wrappers import Response

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.frame_models import FrameBody, FrameQuery, PlanFrameBody, name_errors
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.plan import RenderPlan


@endpoint(answers={200: "image/*", 304: None}, errors=(409, 503))
def show_frame(job_id: str, query: FrameQuery) -> Response:
    """Return one frame of the video as an image, exactly as the renderer draws it; without ``at``, ``frame`` and
    ``scene`` the frame that shows the most of the first scene.

    It works in every state of a job whose plan has scenes. An image that is not made yet is a plain card under the real
    titles and captions, and a narration that is not made yet has its estimated length; the header Frame-Missing names
    both by their slots. Frame-Number, Frame-Time, Frame-Scene, Scene-Start, Scene-End and Video-Length tell which frame
    it is; times are seconds of the video. An answer has an ETag, which changes only with the image.
    """
    job = require_access(bootstrap.backend().jobs.get(job_id))
    return _answer(job, query, job.current_plan)


@endpoint(answers={200: "image/*", 304: None}, errors=(409, 503))
def preview_frame(job_id: str, body: FrameBody) -> Response:
    """Return one frame as GET does, but of a changed plan, so that a moved title or another caption is seen at once.

    Nothing is made, paid for or stored. What the change leaves alone is shown as it is.
    """
    from sutradhar.domain.plan.plan_patch import change_fields

    job = require_access(bootstrap.backend().jobs.get(job_id))
    plan = job.current_plan
    if body.plan is not None:
        with name_errors("plan"):
            plan = _apply_brand(body.plan)
            _check_new_uploads(job, plan)
    elif body.patch is not None and plan.scenes:
        with name_errors("patch"):
            plan = change_fields(plan, body.patch, job.plan_changes)
            _check_new_uploads(job, plan)
    return _answer(job, body, plan)


@endpoint(answers={200: "image/*", 304: None}, errors=(409, 503))
def preview_plan_frame(body: PlanFrameBody) -> Response:
    """Return one frame of a plan that is no job yet, as GET /render/ID/frame does. Nothing is made or paid for.

    With ``brand`` the plan is shown in a brand of these fields, which need not be stored.
    """
    if body.brand is not None:
        from sutradhar.pipeline.brands.save import check_brand

        with name_errors("brand"):
            check_brand(bootstrap.services(), body.brand, caller())
    with name_errors("plan"):
        plan = _apply_brand(body.plan, body.brand)
        _check_new_uploads(None, plan)
    return _answer(None, body, plan)


def _apply_brand(plan: RenderPlan, fields: BrandFields | None = None) -> RenderPlan:
    """Return ``plan`` with the brand that it names, or with ``fields``, and with the defaults of this system."""
    from sutradhar.pipeline.brands.apply import apply_brand, apply_fields

    services = bootstrap.services()
    branded = apply_fields(services, plan, fields) if fields else apply_brand(services, plan, caller())
    return branded.with_defaults(services.defaults)


def _check_new_uploads(job: Job | None, plan: RenderPlan) -> None:
    """Refuse a plan that names uploads that are not the caller's. Those of the job were checked, and may be deleted."""
    from sutradhar.domain.plan.upload import find_uploads
    from sutradhar.pipeline.own_media import check_uploads

    known = {use.upload_id for use in find_uploads(job.current_plan)} if job else set()
    if {use.upload_id for use in find_uploads(plan)} - known:
        check_uploads(bootstrap.services(), plan, caller())


def _answer(job: Job | None, query: FrameQuery, plan: RenderPlan) -> Response:
    from functions.api.frame_client import fetch_frame
    from sutradhar.domain.assets import slot as slots
    from sutradhar.domain.assets.slot import Slot
    from sutradhar.domain.plan.ends import INTRO, OUTRO
    from sutradhar.domain.video.frame_choice import FrameChoice
    from sutradhar.domain.video.frame_request import FrameRequest
    from sutradhar.pipeline.frames import lay_out_frame

    if query.language:
        plan = plan.evolve(render=plan.render.evolve(burn_captions=query.language))
    layout = lay_out_frame(bootstrap.services(), job, plan, FrameChoice(query.at, query.frame, query.scene))
    timeline, number = layout.timeline, layout.number
    request = FrameRequest(timeline=timeline, frame=number, width=query.width, format=query.format)
    response, lost_scenes = fetch_frame(request)
    ends = {INTRO: slots.INTRO, OUTRO: slots.OUTRO}
    lost = [str(ends.get(index) or Slot.image(index)) for index in lost_scenes]
    response.headers.update(
        {
            "Frame-Number": str(number),
            "Frame-Time": f"{number / timeline.fps:.3f}",
            "Frame-Scene": str(layout.scene),
            "Scene-Start": f"{layout.times.start_sec:.3f}",
            "Scene-End": f"{layout.times.end_sec:.3f}",
            "Video-Length": f"{timeline.duration_sec:.3f}",
            "Frame-Missing": ", ".join([*map(str, layout.missing), *lost]),
            "Cache-Control": "private, no-cache",
        }
    )
    return response
