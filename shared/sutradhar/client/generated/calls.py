"""One method for each call of the API.

`.ci/generate_client.py` writes this file from the OpenAPI document; do not change it by hand.
"""
# ruff: noqa

from collections.abc import Mapping
from typing import Any, Literal

from sutradhar.client.generated import models
from sutradhar.client.transport import ApiCaller


class Calls(ApiCaller):
    """One method for each call. A body is the model, or a mapping with its fields."""

    def show_overview(self) -> models.RenderOverview:
        """Tell whether the queue works, and list your newest jobs."""
        return self.call("GET", "/render", model=models.RenderOverview)

    def create_render(self, body: models.OrderedPlan | Mapping[str, Any]) -> models.OrderedRender:
        """Order a video. The answer comes at once; the job's status tells its progress."""
        return self.call("POST", "/render", body=body, model=models.OrderedRender)

    def show_status(self, job_id: str, *, include_history: bool | None = None) -> models.JobStatus:
        """Return the state of a job, its steps, its files and its cost. Clients may ask every two seconds."""
        return self.call(
            "GET",
            f"/render/{self.quote(job_id)}/status",
            query={"include_history": include_history},
            model=models.JobStatus,
        )

    def cancel_render(self, job_id: str) -> models.JobMove:
        """Cancel a job that has not finished."""
        return self.call("DELETE", f"/render/{self.quote(job_id)}/cancel", model=models.JobMove)

    def retry_render(self, job_id: str) -> models.JobMove:
        """Continue a failed job from its finished assets."""
        return self.call("POST", f"/render/{self.quote(job_id)}/retry", model=models.JobMove)

    def delete_render(self, job_id: str) -> None:
        """Delete a job that has finished or waits for approval, with its video and all files that belong to it alone."""
        self.call_for_nothing("DELETE", f"/render/{self.quote(job_id)}")

    def pin_render(self, job_id: str) -> models.JobPin:
        """Keep the job, its files and the uploads that its plan names, however old they are."""
        return self.call("PUT", f"/render/{self.quote(job_id)}/pin", model=models.JobPin)

    def unpin_render(self, job_id: str) -> models.JobPin:
        """Let retention delete the job's files when they are old enough."""
        return self.call("DELETE", f"/render/{self.quote(job_id)}/pin", model=models.JobPin)

    def download_file(
        self,
        job_id: str,
        *,
        kind: Literal["video", "thumbnail", "captions", "audio", "summary", "provenance", "asset"] | None = None,
        lang: str | None = None,
        format: Literal["srt", "vtt", "lrc"] | None = None,
        slot: str | None = None,
        size: Literal["full", "small"] | None = None,
        download: bool | None = None,
        redirect: bool | None = None,
    ) -> bytes:
        """Answer with a file of the job: an asset as soon as it is made, every other file when the job succeeded."""
        return self.call_for_bytes(
            "GET",
            f"/render/{self.quote(job_id)}/file",
            query={
                "kind": kind,
                "lang": lang,
                "format": format,
                "slot": slot,
                "size": size,
                "download": download,
                "redirect": redirect,
            },
        )

    def show_frame(
        self,
        job_id: str,
        *,
        at: float | None = None,
        frame: int | None = None,
        scene: int | None = None,
        width: int | None = None,
        language: Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
            "none",
        ]
        | None = None,
        format: Literal["jpeg", "png"] | None = None,
    ) -> bytes:
        """Return one frame of the video as an image, exactly as the renderer draws it; without ``at``, ``frame`` and ``scene`` the frame that shows the most of the first scene."""
        return self.call_for_bytes(
            "GET",
            f"/render/{self.quote(job_id)}/frame",
            query={"at": at, "frame": frame, "scene": scene, "width": width, "language": language, "format": format},
        )

    def preview_frame(self, job_id: str, body: models.FrameBody | Mapping[str, Any]) -> bytes:
        """Return one frame as GET does, but of a changed plan, so that a moved title or another caption is seen at once."""
        return self.call_for_bytes("POST", f"/render/{self.quote(job_id)}/frame", body=body)

    def show_events(self, job_id: str) -> bytes:
        """Push the status of a job when it changes, until the job ends."""
        return self.call_for_bytes("GET", f"/render/{self.quote(job_id)}/events")

    def show_summary(self, job_id: str) -> models.JobSummary:
        """Tell how the video of an ended job was made: encoder, times, reused parts, loudness, fallbacks and cost."""
        return self.call("GET", f"/render/{self.quote(job_id)}/summary", model=models.JobSummary)

    def show_plan(self, job_id: str) -> models.PlanReview:
        """Return the plan of a job, its narrations to listen to, and what the rest would cost."""
        return self.call("GET", f"/render/{self.quote(job_id)}/plan", model=models.PlanReview)

    def patch_plan(self, job_id: str, body: models.PlanPatch | Mapping[str, Any]) -> models.PlanReview:
        """Change a plan that waits for approval. A new narration is made at once, and the job waits again when it is there; what does not change is not made again."""
        return self.call("PATCH", f"/render/{self.quote(job_id)}/plan", body=body, model=models.PlanReview)

    def approve_render(self, job_id: str) -> models.JobMove:
        """Approve the plan: the rest of the job is made and paid for. A second approval changes nothing."""
        return self.call("POST", f"/render/{self.quote(job_id)}/approve", model=models.JobMove)

    def preview_plan(self, body: models.OrderedPlan | Mapping[str, Any]) -> models.PlanPreview:
        """Tell what a plan would make and cost, and every reason for which it would be refused."""
        return self.call("POST", "/plan", body=body, model=models.PlanPreview)

    def estimate_seconds(self, body: models.SpokenTexts | Mapping[str, Any]) -> models.SpokenSeconds:
        """Estimate how long narrations and their scenes take. Nothing is made or stored."""
        return self.call("POST", "/plan/seconds", body=body, model=models.SpokenSeconds)

    def show_voices(
        self,
        *,
        language: Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None = None,
    ) -> models.VoiceList:
        """List the voices that a plan may name here and now. No provider is asked."""
        return self.call("GET", "/voices", query={"language": language}, model=models.VoiceList)

    def order_voice_sample(self, body: models.SampleBody | Mapping[str, Any]) -> models.VoiceSample:
        """Let a voice speak a sentence. 200: the sound exists; 202: a worker makes it, see ``status_url``."""
        return self.call("POST", "/voices/sample", body=body, model=models.VoiceSample)

    def show_voice_sample(self, sample_id: str) -> models.VoiceSample:
        """Tell the state of a sample that was ordered."""
        return self.call("GET", f"/voices/sample/{self.quote(sample_id)}", model=models.VoiceSample)

    def play_voice_sample(self, sample_id: str) -> bytes:
        """Answer with the sound of a sample; ranges work."""
        return self.call_for_bytes("GET", f"/voices/sample/{self.quote(sample_id)}/audio")

    def order_analysis(self, body: models.AnalysisBody | Mapping[str, Any]) -> models.AnalysisAnswer:
        """Find the tempo, the beats, the sections and the key of a song. 200: they are known; 202: a worker finds them, see ``links.self``."""
        return self.call("POST", "/audio/analyze", body=body, model=models.AnalysisAnswer)

    def show_analysis(self, analysis_id: str, *, target_sec: float | None = None) -> models.AnalysisAnswer:
        """Show an analysis that was ordered, with the parts of the song that fit a video of ``target_sec`` best."""
        return self.call(
            "GET",
            f"/audio/analyses/{self.quote(analysis_id)}",
            query={"target_sec": target_sec},
            model=models.AnalysisAnswer,
        )

    def order_alignment(self, body: models.AlignmentBody | Mapping[str, Any]) -> models.AlignmentAnswer:
        """Find when each word of lyrics is sung. 200: the times are known; 202: a worker finds them, see ``links.self``."""
        return self.call("POST", "/lyrics/align", body=body, model=models.AlignmentAnswer)

    def show_alignment(self, alignment_id: str) -> models.AlignmentAnswer:
        """Show the times of lyrics that were ordered."""
        return self.call("GET", f"/lyrics/alignments/{self.quote(alignment_id)}", model=models.AlignmentAnswer)

    def preview_plan_frame(self, body: models.PlanFrameBody | Mapping[str, Any]) -> bytes:
        """Return one frame of a plan that is no job yet, as GET /render/ID/frame does. Nothing is made or paid for."""
        return self.call_for_bytes("POST", "/plan/frame", body=body)

    def show_languages(self) -> models.LanguageList:
        """List the languages of videos, and what works in each here. No provider is asked."""
        return self.call("GET", "/languages", model=models.LanguageList)

    def show_templates(
        self,
        *,
        language: Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None = None,
    ) -> models.TemplateList:
        """List the stories that can be told without a planner's help."""
        return self.call("GET", "/templates", query={"language": language}, model=models.TemplateList)

    def make_plan(self, body: models.TemplateRequest | Mapping[str, Any]) -> models.PlanCopy:
        """Write the plan of a template: its scenes add up to the length within 5 % (from 30 s on), in the language."""
        return self.call("POST", "/templates/plan", body=body, model=models.PlanCopy)

    def show_library(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        state: Literal["pending", "running", "awaiting_approval", "success", "error", "canceled"] | None = None,
        language: Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None = None,
        q: str | None = None,
    ) -> models.LibraryAnswer:
        """List your jobs, the newest first; an admin sees all."""
        return self.call(
            "GET",
            "/library",
            query={
                "page": page,
                "page_size": page_size,
                "after": after,
                "limit": limit,
                "state": state,
                "language": language,
                "q": q,
            },
            model=models.LibraryAnswer,
        )

    def duplicate_job(self, job_id: str) -> models.PlanCopy:
        """Get the plan of a job with its written scenes, to change it and send it to `POST /render`."""
        return self.call("POST", f"/library/{self.quote(job_id)}/duplicate", model=models.PlanCopy)

    def list_uploads(self, *, limit: int | None = None, after: str | None = None) -> models.UploadList:
        """List your uploads, the newest first; an admin sees all."""
        return self.call("GET", "/uploads", query={"limit": limit, "after": after}, model=models.UploadList)

    def create_upload(self, body: models.UploadAnnouncement | Mapping[str, Any]) -> models.UploadTarget:
        """Create an upload. The answer has the URL and the method for its bytes; ``POST /uploads/ID/complete`` is next."""
        return self.call("POST", "/uploads", body=body, model=models.UploadTarget)

    def show_upload(self, upload_id: str) -> models.UploadAnswer:
        """Return the state of an upload, and the facts about its file once it is checked."""
        return self.call("GET", f"/uploads/{self.quote(upload_id)}", model=models.UploadAnswer)

    def delete_upload(self, upload_id: str) -> None:
        """Delete an upload with its file. From now on no call finds it; a worker deletes the file within seconds."""
        self.call_for_nothing("DELETE", f"/uploads/{self.quote(upload_id)}")

    def show_preview(self, upload_id: str) -> bytes:
        """Answer with a small image of a checked file, at most 512 pixels a side: an image itself, upright and in sRGB, a frame of a video, the waveform of sound. The answer is a redirect (302) if the store has signed URLs."""
        return self.call_for_bytes("GET", f"/uploads/{self.quote(upload_id)}/preview")

    def show_file(self, upload_id: str) -> bytes:
        """Answer with the file of a checked upload, as it was sent."""
        return self.call_for_bytes("GET", f"/uploads/{self.quote(upload_id)}/file")

    def receive_bytes(self, upload_id: str, content: bytes) -> None:
        """Receive the bytes of an upload: all of them, or a piece that the header ``Content-Range: bytes 0-262143/300000`` places in the file. Pieces come one after the other; the size of each but the last is a multiple of 262144 bytes."""
        self.call_for_nothing("PUT", f"/uploads/{self.quote(upload_id)}/bytes", content=content)

    def complete_upload(self, upload_id: str) -> models.UploadAnswer:
        """Order the check of the file. Most checks end while this request waits; GET returns the outcome of slower ones."""
        return self.call("POST", f"/uploads/{self.quote(upload_id)}/complete", model=models.UploadAnswer)

    def list_brands(self) -> models.BrandList:
        """List your brands by name."""
        return self.call("GET", "/brands", model=models.BrandList)

    def import_brand(self, body: models.BrandImport | Mapping[str, Any]) -> models.BrandAnswer:
        """Store the brand in an exported file, which was sent as an upload. Its files become uploads of yours."""
        return self.call("POST", "/brands/import", body=body, model=models.BrandAnswer)

    def show_brand(self, name: str) -> models.BrandAnswer:
        """Return one of your brands."""
        return self.call("GET", f"/brands/{self.quote(name)}", model=models.BrandAnswer)

    def save_brand(self, name: str, body: models.BrandFields | Mapping[str, Any]) -> models.BrandAnswer:
        """Store a brand, in place of what it was. Plans that say ``"brand": NAME`` take from it every field that they leave out; jobs that began before keep what they took."""
        return self.call("PUT", f"/brands/{self.quote(name)}", body=body, model=models.BrandAnswer)

    def delete_brand(self, name: str) -> None:
        """Delete a brand. Jobs keep what they took from it; its uploads are kept like any others from now on."""
        self.call_for_nothing("DELETE", f"/brands/{self.quote(name)}")

    def export_brand(self, name: str) -> bytes:
        """Return a brand with all its files as one file, for ``POST /brands/import`` here or in another installation. The file has no keys, no owner and no ids."""
        return self.call_for_bytes("GET", f"/brands/{self.quote(name)}/export")

    def change_webhook(self, job_id: str, body: models.WebhookChoice | Mapping[str, Any]) -> models.JobWebhook:
        """Choose another receiver for the events of the job, or none."""
        return self.call("PUT", f"/render/{self.quote(job_id)}/webhook", body=body, model=models.JobWebhook)

    def show_deliveries(
        self,
        *,
        state: Literal["pending", "delivered", "parked"] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.DeliveryList:
        """List the webhooks of your jobs, the newest first; an admin sees all. They are kept for 30 days."""
        return self.call(
            "GET",
            "/webhooks/deliveries",
            query={"state": state, "limit": limit, "after": after},
            model=models.DeliveryList,
        )

    def retry_webhook(self, delivery_id: str) -> models.DeliveryItem:
        """Send a webhook again now, and if it fails for another day; also one that was delivered or parked."""
        return self.call("POST", f"/webhooks/deliveries/{self.quote(delivery_id)}/retry", model=models.DeliveryItem)

    def show_secret(self) -> models.SecretAnswer:
        """Get the secret by which the webhooks of your jobs are signed."""
        return self.call("GET", "/webhooks/secret", model=models.SecretAnswer)

    def rotate_secret(self) -> models.SecretAnswer:
        """Replace the secret. For 24 hours each webhook has two signatures, by the new secret and by the old one."""
        return self.call("POST", "/webhooks/secret/rotate", model=models.SecretAnswer)

    def schedule_job(self, job_id: str, body: models.PublishLater | Mapping[str, Any]) -> models.PublicationAnswer:
        """Publish the video of a job at a time. A job that is not finished yet is waited for."""
        return self.call("POST", f"/publish/{self.quote(job_id)}/schedule", body=body, model=models.PublicationAnswer)

    def show_job_publication(self, job_id: str) -> models.PublicationAnswer:
        """Return the newest publication of a job."""
        return self.call("GET", f"/publish/{self.quote(job_id)}", model=models.PublicationAnswer)

    def publish_job(self, job_id: str, body: models.PublishNow | Mapping[str, Any]) -> models.PublicationAnswer:
        """Publish the video of a job now, or as soon as it is finished."""
        return self.call("POST", f"/publish/{self.quote(job_id)}", body=body, model=models.PublicationAnswer)

    def show_calendar(
        self, *, from_: str | None = None, to: str | None = None, limit: int | None = None
    ) -> models.Calendar:
        """List your publications by their time; an admin sees all."""
        return self.call("GET", "/publish", query={"from": from_, "to": to, "limit": limit}, model=models.Calendar)

    def show_destinations(self) -> models.DestinationList:
        """List the places where videos can be published, and what is missing where one is not set up."""
        return self.call("GET", "/destinations", model=models.DestinationList)

    def show_quota(self) -> models.QuotaAnswer:
        """Return what is used and left of today's quotas of all destinations."""
        return self.call("GET", "/publish/quota", model=models.QuotaAnswer)

    def cancel_job_publication(self, job_id: str) -> models.PublicationAnswer:
        """Cancel the newest publication of a job, before its upload begins."""
        return self.call("DELETE", f"/publish/{self.quote(job_id)}/cancel", model=models.PublicationAnswer)

    def show_publication(self, publication_id: str) -> models.PublicationAnswer:
        """Return a publication."""
        return self.call("GET", f"/publications/{self.quote(publication_id)}", model=models.PublicationAnswer)

    def cancel_publication(self, publication_id: str) -> models.PublicationAnswer:
        """Cancel a publication, before its upload begins."""
        return self.call("DELETE", f"/publications/{self.quote(publication_id)}", model=models.PublicationAnswer)

    def change_publication(
        self, publication_id: str, body: models.PublicationPatch | Mapping[str, Any]
    ) -> models.PublicationAnswer:
        """Change the words or the time of a publication; what is left out stays. A video that the destination has already is changed there."""
        return self.call(
            "PATCH", f"/publications/{self.quote(publication_id)}", body=body, model=models.PublicationAnswer
        )

    def retry_publication(self, publication_id: str) -> models.PublicationAnswer:
        """Try a failed publication again, from where it stopped."""
        return self.call("POST", f"/publications/{self.quote(publication_id)}/retry", model=models.PublicationAnswer)

    def show_approvals(
        self,
        *,
        state: Literal["waiting", "granted", "refused", "expired"] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.ApprovalList:
        """List what agents ask for, the newest first; an admin sees all."""
        return self.call(
            "GET", "/approvals", query={"state": state, "limit": limit, "after": after}, model=models.ApprovalList
        )

    def ask_approval(self, body: models.Question | Mapping[str, Any]) -> models.ApprovalItem | models.JobMove:
        """Ask a person to allow a video that costs money, or a publication. The same question has the same answer."""
        answer: models.ApprovalItem | models.JobMove = self.call_for(
            {201: models.ApprovalItem, 202: models.JobMove}, "POST", "/approvals", body=body
        )
        return answer

    def show_approval(self, approval_id: str) -> models.ApprovalItem:
        """Return what an agent asks for, and the answer."""
        return self.call("GET", f"/approvals/{self.quote(approval_id)}", model=models.ApprovalItem)

    def grant_approval(self, approval_id: str, body: models.ApprovalAnswer | Mapping[str, Any]) -> models.ApprovalItem:
        """Grant what an agent asks for: the video is made, or the publication is ordered, at once and exactly as shown."""
        return self.call("POST", f"/approvals/{self.quote(approval_id)}/grant", body=body, model=models.ApprovalItem)

    def refuse_approval(self, approval_id: str, body: models.ApprovalAnswer | Mapping[str, Any]) -> models.ApprovalItem:
        """Refuse what an agent asks for. The agent gets the note."""
        return self.call("POST", f"/approvals/{self.quote(approval_id)}/refuse", body=body, model=models.ApprovalItem)

    def show_batches(self, *, limit: int | None = None, after: str | None = None) -> models.BatchList:
        """List your batches, the newest first; an admin sees all."""
        return self.call("GET", "/batches", query={"limit": limit, "after": after}, model=models.BatchList)

    def create_batch(self, body: models.BatchBody | Mapping[str, Any]) -> models.BatchAnswer:
        """Order a video for each row of a table. Nothing begins unless every row is right."""
        return self.call("POST", "/batches", body=body, model=models.BatchAnswer)

    def check_batch(self, body: models.BatchBody | Mapping[str, Any]) -> models.BatchReport:
        """Tell what a batch would make and cost, and every wrong row with its column."""
        return self.call("POST", "/batches/check", body=body, model=models.BatchReport)

    def show_batch(self, batch_id: str) -> models.BatchAnswer:
        """Show the progress of a batch: how many rows are in each state, and what they have cost."""
        return self.call("GET", f"/batches/{self.quote(batch_id)}", model=models.BatchAnswer)

    def change_batch(self, batch_id: str, body: models.BatchBudget | Mapping[str, Any]) -> models.BatchAnswer:
        """Change the budget of a batch. One that waits for money goes on."""
        return self.call("PATCH", f"/batches/{self.quote(batch_id)}", body=body, model=models.BatchAnswer)

    def show_rows(
        self,
        batch_id: str,
        *,
        state: Literal["queued", "running", "succeeded", "failed", "cancelled"] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.BatchRowList:
        """List the rows of a batch in their order, with the job of each."""
        return self.call(
            "GET",
            f"/batches/{self.quote(batch_id)}/rows",
            query={"state": state, "limit": limit, "after": after},
            model=models.BatchRowList,
        )

    def pause_batch(self, batch_id: str) -> models.BatchAnswer:
        """Let a batch start no further rows. Those in progress go on."""
        return self.call("POST", f"/batches/{self.quote(batch_id)}/pause", model=models.BatchAnswer)

    def resume_batch(self, batch_id: str) -> models.BatchAnswer:
        """Let a paused or waiting batch go on."""
        return self.call("POST", f"/batches/{self.quote(batch_id)}/resume", model=models.BatchAnswer)

    def retry_batch(self, batch_id: str) -> models.BatchAnswer:
        """Start the failed rows again, each from what it has finished."""
        return self.call("POST", f"/batches/{self.quote(batch_id)}/retry", model=models.BatchAnswer)

    def cancel_batch(self, batch_id: str) -> models.BatchAnswer:
        """Cancel a batch with all rows that have not ended. Finished videos stay."""
        return self.call("DELETE", f"/batches/{self.quote(batch_id)}/cancel", model=models.BatchAnswer)

    def download_results(
        self, batch_id: str, *, from_: int | None = None, to: int | None = None, format: str | None = None
    ) -> bytes:
        """Download a zip with an index (CSV) of all rows and a folder for each finished video."""
        return self.call_for_bytes(
            "GET", f"/batches/{self.quote(batch_id)}/results", query={"from": from_, "to": to, "format": format}
        )

    def show_keys(self) -> models.KeyList:
        """List all keys, without their secrets."""
        return self.call("GET", "/keys", model=models.KeyList)

    def create_key(self, body: models.KeyRequest | Mapping[str, Any]) -> models.NewKey:
        """Make a key. Once a key exists, every call needs one."""
        return self.call("POST", "/keys", body=body, model=models.NewKey)

    def rotate_key(self, key_id: str) -> models.NewKey:
        """Give a key a new secret. The old one stops working within half a minute; the jobs of the key stay its own."""
        return self.call("POST", f"/keys/{self.quote(key_id)}/rotate", model=models.NewKey)

    def revoke_key(self, key_id: str) -> models.KeyItem:
        """Revoke a key. It stops working within half a minute; its jobs continue. The last admin's key stays."""
        return self.call("DELETE", f"/keys/{self.quote(key_id)}", model=models.KeyItem)

    def remove_key_data(self, key_id: str) -> models.RemovalAnswer:
        """Remove all data of a key, as its holder can by `DELETE /me/data`; also of a key that is revoked."""
        return self.call("DELETE", f"/keys/{self.quote(key_id)}/data", model=models.RemovalAnswer)

    def show_me(self) -> models.Me:
        """Show the key that the call came with, and its budgets and limits."""
        return self.call("GET", "/me", model=models.Me)

    def create_view_token(self) -> models.ViewToken:
        """Make a token for the URLs of files, which are loaded by elements of a page that cannot send the key: ``<img>``, ``<video>``, ``<audio>``, ``<track>`` and ``<a download>``."""
        return self.call("POST", "/me/view-token", model=models.ViewToken)

    def remove_my_data(self) -> models.RemovalAnswer:
        """Remove all data of your key: jobs with their files, uploads, and what is stored for webhooks."""
        return self.call("DELETE", "/me/data", model=models.RemovalAnswer)

    def show_removal(self, removal_id: str) -> models.RemovalAnswer:
        """Show what a removal has removed by now. It can be looked up for 30 days after its end."""
        return self.call("GET", f"/me/data/removals/{self.quote(removal_id)}", model=models.RemovalAnswer)

    def answer_mcp(self) -> None:
        """Answer one message of the Model Context Protocol (JSON-RPC 2.0; revisions 2026-07-28 and 2025-11-25)."""
        self.call_for_nothing("POST", "/mcp")

    def show_health(self) -> None:
        """Answer at once; nothing is checked."""
        self.call_for_nothing("GET", "/healthz")

    def show_readiness(self) -> models.Readiness:
        """Answer 200 or 503, with each check; with ``?providers=1`` also whether each provider's key works."""
        return self.call("GET", "/readyz", model=models.Readiness)

    def show_system(self) -> models.SystemStatus:
        """Answer with the load, the health of providers, and what is left of the error budgets."""
        return self.call("GET", "/status", model=models.SystemStatus)

    def show_metrics(self) -> models.JobMetrics:
        """Answer with the number of jobs by outcome, over all time and instances. Each job counts by its last outcome."""
        return self.call("GET", "/metrics", model=models.JobMetrics)

    def show_days(self, *, days: int | None = None) -> models.DaysAnswer:
        """Show the jobs of each of the last days: how many started and how they ended, how long they took, and what they cost. Each event is counted once, on the day on which it happened."""
        return self.call("GET", "/metrics/days", query={"days": days}, model=models.DaysAnswer)

    def show_prometheus(self) -> bytes:
        """Answer with the metrics in the text format of Prometheus."""
        return self.call_for_bytes("GET", "/metrics/prometheus")
