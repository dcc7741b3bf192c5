"""Store a user's song as an asset: the part that a video plays, its beats, and the times of its words."""

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.specs import SongSpec
from sutradhar.pipeline.services import Services
from sutradhar.ports.stores import Lease


def store_song(services: Services, key: str, spec: SongSpec, lease: Lease) -> Asset:
    """Store the part of a song that ``spec`` names as the asset ``key``.

    Raises:
        ProviderError: the file is gone, or cannot be used.
    """
    raise NotImplementedError
