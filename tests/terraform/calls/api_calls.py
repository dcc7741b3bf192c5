"""An example of every call of the API."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Example(NamedTuple):
    """One call of a view, and the status of its answer. ``SONG`` in ``body`` stands for the upload with the song,
    ``BRAND`` for that with an exported brand."""

    status: int = 200
    body: Any = None
    thing: str = ""
    """The thing that the path names: a job in this state, or another kind of thing."""
    query: str = ""


PLAN = {
    "title": "Tea",
    "language": "en",
    "music": {"enabled": False},
    "render": {"mode": "PROXY"},
    "scenes": [{"narration": "A cup of tea.", "image_prompt": "a cup", "duration_sec": 2}],
}
BATCH = {"plan": {**PLAN, "title": "{{name}}"}, "csv": "name\nGreen tea\nBlack tea\n"}
WEBHOOK = "https://receiver.example/hook"
"""A host that does not exist."""

EXAMPLES: Mapping[str, Example] = {
    "renders:create_render": Example(202, PLAN),
    "render_status:show_overview": Example(),
    "render_status:show_status": Example(thing="running"),
    "renders:cancel_render": Example(202, thing="running"),
    "renders:retry_render": Example(202, thing="failed"),
    "files:download_file": Example(302, thing="finished", query="?kind=thumbnail"),
    "events:show_events": Example(thing="finished"),
    "deletion:delete_render": Example(204, thing="unwanted"),
    "deletion:pin_render": Example(thing="finished"),
    "deletion:unpin_render": Example(thing="finished"),
    "render_summary:show_summary": Example(thing="finished"),
    "frames:show_frame": Example(thing="finished", query="?at=1"),
    "frames:preview_frame": Example(200, {"patch": {"title": "Green tea"}}, thing="finished"),
    "frames:preview_plan_frame": Example(200, {"plan": PLAN, "scene": 0}),
    "review:show_plan": Example(thing="waiting"),
    "review:patch_plan": Example(200, {"scenes": [{"index": 0, "narration": "Another cup of tea."}]}, thing="waiting"),
    "review:approve_render": Example(202, thing="approved"),
    "plan_preview:preview_plan": Example(200, PLAN),
    "speech_seconds:estimate_seconds": Example(200, {"narrations": ["Green tea is poured into a cup."]}),
    "voices:show_voices": Example(query="?language=hi"),
    "voices:order_voice_sample": Example(202, {"voice": "M", "language": "hi"}),
    "voices:show_voice_sample": Example(thing="sample"),
    "voices:play_voice_sample": Example(302, thing="sample"),
    "audio:order_analysis": Example(200, {"upload_id": "SONG"}),
    "audio:show_analysis": Example(thing="analysis", query="?target_sec=5"),
    "audio:order_alignment": Example(200, {"upload_id": "SONG", "lyrics": "Row your boat"}),
    "audio:show_alignment": Example(thing="alignment"),
    "languages:show_languages": Example(),
    "templates:show_templates": Example(),
    "templates:make_plan": Example(200, {"template_id": "prahlad", "language": "en", "length_sec": 60}),
    "library:show_library": Example(query="?q=tea"),
    "library:duplicate_job": Example(thing="finished"),
    "uploads:create_upload": Example(201, {"filename": "a.png", "content_type": "image/png", "size": 5}),
    "uploads:list_uploads": Example(),
    "uploads:show_upload": Example(thing="upload"),
    "upload_preview:show_preview": Example(404, thing="upload"),
    "upload_file:show_file": Example(409, thing="upload"),
    "uploads:delete_upload": Example(204, thing="deleted"),
    "upload_bytes:receive_bytes": Example(409, b"12345", thing="upload"),
    "uploads:complete_upload": Example(202, thing="upload"),
    "brands:list_brands": Example(),
    "brands:import_brand": Example(201, {"upload": "BRAND", "name": "copy"}),
    "brands:show_brand": Example(thing="brand"),
    "brands:save_brand": Example(201, {"voice": "M"}, thing="another"),
    "brands:delete_brand": Example(204, thing="another"),
    "brands:export_brand": Example(thing="brand"),
    "webhooks:change_webhook": Example(200, {"webhook_url": WEBHOOK}, thing="finished"),
    "webhooks:show_deliveries": Example(),
    "webhooks:retry_webhook": Example(202, thing="delivery"),
    "webhooks:show_secret": Example(),
    "webhooks:rotate_secret": Example(),
    "publications:schedule_job": Example(
        201, {"destination": "folder", "iso_datetime": "2100-01-01T12:00Z"}, thing="waiting"
    ),
    "publications:publish_job": Example(201, {"destination": "folder"}, thing="finished"),
    "publications:show_calendar": Example(),
    "publications:show_quota": Example(),
    "publications:show_destinations": Example(),
    "publications:show_job_publication": Example(thing="finished"),
    "publications:cancel_job_publication": Example(thing="finished"),
    "publications:show_publication": Example(thing="publication"),
    "publications:change_publication": Example(200, {"title": "Green tea"}, thing="publication"),
    "publications:cancel_publication": Example(409, thing="failed publication"),
    "publications:retry_publication": Example(202, thing="failed publication"),
    "approvals:ask_approval": Example(202, {"plan": PLAN}),
    "approvals:show_approvals": Example(),
    "approvals:show_approval": Example(thing="approval"),
    "approvals:grant_approval": Example(200, {}, thing="approval"),
    "approvals:refuse_approval": Example(200, {}, thing="other approval"),
    "batch_orders:create_batch": Example(202, BATCH),
    "batch_orders:check_batch": Example(200, BATCH),
    "batches:show_batches": Example(),
    "batches:show_batch": Example(thing="batch"),
    "batches:change_batch": Example(200, {"budget_usd": 5}, thing="batch"),
    "batches:show_rows": Example(thing="batch"),
    "batches:pause_batch": Example(202, thing="batch"),
    "batches:resume_batch": Example(202, thing="batch"),
    "batches:retry_batch": Example(409, thing="batch"),
    "batches:cancel_batch": Example(202, thing="batch"),
    "batch_results:download_results": Example(200, thing="batch", query="?format=csv"),
    "keys:create_key": Example(201, {"name": "studio"}),
    "keys:show_keys": Example(),
    "keys:rotate_key": Example(thing="key"),
    "keys:revoke_key": Example(thing="key"),
    "me:show_me": Example(),
    "view_tokens:create_view_token": Example(),
    "my_data:remove_key_data": Example(202, thing="other key"),
    "my_data:remove_my_data": Example(202),
    "my_data:show_removal": Example(thing="removal"),
    "mcp:answer_mcp": Example(200, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
    "health:show_health": Example(),
    "operations:show_readiness": Example(query="?providers=1"),
    "operations:show_system": Example(),
    "operations:show_metrics": Example(),
    "metrics_days:show_days": Example(query="?days=7"),
    "operations:show_prometheus": Example(),
    "docs:show_openapi": Example(),
    "docs:show_page": Example(),
    "docs:show_asset": Example(thing="swagger-ui.css"),
    "studio_page:open_studio": Example(302),
    "studio_page:show_studio": Example(),
    "studio_page:show_studio_file": Example(thing="icon.svg"),
}
"""The example of each view, by its name in the table of routes. They are called in the order of that table."""
