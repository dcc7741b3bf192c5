"""Brands on both backends: stored with their files, exported, and imported for another owner."""

from pathlib import Path
from tempfile import TemporaryFile

import pytest

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import find_brand_uploads
from sutradhar.pipeline.brands.apply import apply_fields
from sutradhar.pipeline.brands.export import export_brand
from sutradhar.pipeline.brands.imports import import_file
from sutradhar.pipeline.brands.store import delete_brand, get_brand, list_brands
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.upload_deletion import order_deletion
from tests.brand_files import store_brand

ASHA, AGENT = (ApiKey(id=name, name=name, digest="") for name in ("key-asha", "key-agent"))
PLAN = RenderPlan.parse({"brand": "asha", "scenes": [{"narration": "Tea.", "image_prompt": "a cup"}]})


@pytest.mark.usefixtures("each_backend")
def test_a_brand_goes_to_another_owner_with_its_files(tmp_path: Path) -> None:
    services = bootstrap.services()
    brand = store_brand(tmp_path)
    with TemporaryFile() as file:
        file.writelines(export_brand(services, brand))
        moved, created = import_file(services, file, ASHA)
        assert created
        with pytest.raises(Conflict, match="already"):
            import_file(services, file, ASHA)
        assert import_file(services, file, ASHA, replaces=True) == (moved, False)
    assert (moved.owner, moved.version) == ("key-asha", 1)
    plan = RenderPlan(topic="Tea")
    looks = [apply_fields(services, plan, one.fields).look for one in (brand, moved)]
    assert looks[0]
    assert looks[1]
    assert looks[0].describe() == looks[1].describe()
    ids = [{use.upload_id for use in find_brand_uploads(one.fields)} for one in (brand, moved)]
    assert ids[0].isdisjoint(ids[1]), "each owner has files of its own"
    for caller in (ASHA, AGENT.evolve(role="agent", works_for=ASHA.id)):
        assert get_brand(services, "asha", caller) == moved
        assert list_brands(services, caller) == [moved]
    job, _ = submit(services, PLAN, caller=ASHA)
    delete_brand(services, "asha", ASHA)
    with pytest.raises(NotFound):
        get_brand(services, "asha", ASHA)
    with pytest.raises(Conflict, match=job.id):
        order_deletion(services, min(ids[1]), ASHA)
    assert get_brand(services, "asha") == brand
