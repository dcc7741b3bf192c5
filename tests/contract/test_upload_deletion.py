"""The deletion of an upload may be killed before each of its effects, on both backends."""

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.messages import DeleteUpload
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.upload_deletion import order_deletion
from sutradhar.pipeline.upload_records import UPLOADS, list_uploads
from sutradhar.pipeline.uploads import create_upload
from tests.contract.conftest import StoreFixture
from tests.contract.kills import Killer
from tests.contract.webhook_post import Killed, Post

ASHA = ApiKey(id="key-1", name="asha", digest="")


def send(post: Post) -> Upload:
    post.kit.clock.advance(1)  # so that the newest one comes first
    upload = create_upload(post.services, "me.png", "image/png", 5, caller=ASHA)
    post.kit.blobs.put(upload.blob, b"12345")
    post.kit.blobs.put(f"uploads/failures/{upload.id}/x.json", b"{}")
    return upload


def test_an_upload_is_deleted_whole_wherever_its_deletion_is_killed(kit: StoreFixture) -> None:
    post = Post(kit)
    other, killer = send(post), Killer(post)
    is_killed, effects = True, 0
    while is_killed:
        upload = send(post)
        try:
            with killer.kill_after(effects):
                order_deletion(post.services, upload.id, ASHA)
                handle(post.services, DeleteUpload(upload_id=upload.id))
            is_killed = False
        except Killed:
            effects += 1
        if list_uploads(post.services, ASHA).records[0].id == upload.id:  # the request itself was lost: it is repeated
            order_deletion(post.services, upload.id, ASHA)
        post.bus.messages.clear()
        kit.clock.advance(700)  # the lease of the killed worker ends
        sweep(post.services)
        for message in post.bus.messages:
            handle(post.services, message)
        assert [one.id for one in list_uploads(post.services, ASHA).records] == [other.id]
        assert kit.documents.get_many(UPLOADS, [upload.id]) == {}
        assert sorted(blob.name for blob in kit.blobs.list("uploads/")) == [
            f"uploads/failures/{other.id}/x.json",
            other.blob,
        ]
    assert effects > 6
