"""Publish into a bucket of Cloud Storage: the files of the video, and last a manifest."""

from importlib.util import find_spec

from sutradhar.destinations._drop import Drop, DropDestination
from sutradhar.ports.destination_setup import DestinationSetup

_PREFIX = "gs://"


class BucketDestination(DropDestination):
    """A bucket, or a folder in it.

    Args:
        place: such as ``gs://bucket/prefix``; empty: the operator has not named one.
        asset_bucket: the bucket that holds the videos, from which Cloud Storage itself copies them; empty: they are
            files of this machine, and are sent.
    """

    def __init__(self, place: str, asset_bucket: str = "") -> None:
        def make_drop() -> Drop:
            from sutradhar.destinations._storage import StorageDrop

            bucket, _, prefix = place.removeprefix(_PREFIX).partition("/")
            return StorageDrop(bucket, prefix.strip("/"), asset_bucket)

        super().__init__("bucket", make_drop, _explain_missing_setup(place))


def make_destination(setup: DestinationSetup) -> BucketDestination:
    return BucketDestination(setup.bucket, setup.asset_bucket)


def _explain_missing_setup(place: str) -> str:
    if not place:
        return "set PUBLISH_BUCKET to the bucket that gets the videos, such as gs://bucket/videos"
    try:
        is_installed = find_spec("google.cloud.storage") is not None
    except ModuleNotFoundError:
        is_installed = False
    return "" if is_installed else "pip install 'sutradhar[gcp]'"
