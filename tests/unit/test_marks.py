"""The marks of a video follow from its assets alone."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Asset, Provenance
from sutradhar.domain.assets.build_marks import ALGORITHMS, build_marks, select_part
from sutradhar.domain.assets.marks import SOURCE_TYPE_URL, MarkedPart, MarkFacts
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER, AssetRequest
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.assets.specs import ImageSpec, MusicSpec, NarrationSpec, UploadSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.marks.manifest import build_manifest, read_parts
from sutradhar.marks.xmp import MAX_BYTES, build_xmp, read_xmp, summarize
from sutradhar.provider_table import PROVIDERS

IMAGE = ImageSpec(prompt="a river", style="", width=64, height=64, seed=1)
VOICE = NarrationSpec(text="Hello.", language="en", voice="F")
GENERATED = Provenance(model="gpt-image-2", request_id="req_1", prompt="a secret prompt")
STOCK = Provenance(licence="Pexels", author="Asha", source="https://www.pexels.com/1")


def make_asset(slot: Slot, provider: str, provenance: Provenance | None = None) -> Asset:
    kind = "narration" if slot.role == "narration" else "music" if slot == MUSIC else "image"
    name = f"{slot}-{provider}"
    return Asset(
        key=name, kind=kind, blob=f"assets/{name}", sha256=name, size=1, provider=provider, provenance=provenance
    )


def build(assets: Mapping[Slot, Asset], shown: set[str] | None = None) -> MarkFacts:
    specs = {"narration": VOICE, "music": MusicSpec(mood="calm", seed=1)}
    requests = [
        AssetRequest(slot=slot, spec=specs.get(slot.role, IMAGE), provider=ProviderId("first", "1")) for slot in assets
    ]
    return build_marks("A river", requests, assets, {a.sha256 for a in assets.values()} if shown is None else shown)


@pytest.mark.parametrize(
    ("provider", "provenance", "source_type"),
    [
        ("openai/gpt-image-2-high", GENERATED, "trainedAlgorithmicMedia"),
        ("procedural-images/1", None, "algorithmicMedia"),
        ("color/1", None, "algorithmicMedia"),
        ("pexels/videos", STOCK, None),
        (str(UPLOAD_PROVIDER), Provenance(model="upload", licence="the user's own", source="My diary.jpg"), None),
        ("a-provider-of-tomorrow/1", None, "trainedAlgorithmicMedia"),
    ],
)
def test_the_source_type_of_a_part(provider: str, provenance: Provenance | None, source_type: str | None) -> None:
    (part,) = build({Slot.image(0): make_asset(Slot.image(0), provider, provenance)}).parts
    assert part.source_type == source_type
    assert part.is_own == provider.startswith("upload")


def test_a_users_file_stays_private() -> None:
    own = Provenance(model="upload", licence="the user's own", source="My diary.jpg")
    facts = build({Slot.image(0): make_asset(Slot.image(0), str(UPLOAD_PROVIDER), own)})
    stated = f"{build_manifest(facts, 'video/mp4')} {build_xmp(facts)!r}"
    assert "diary" not in stated
    assert not facts.has_synthetic_media


def test_the_prompt_and_the_call_are_not_stated() -> None:
    facts = build({Slot.image(0): make_asset(Slot.image(0), "openai/gpt-image-2-high", GENERATED)})
    stated = f"{build_manifest(facts, 'video/mp4')} {build_xmp(facts)!r}"
    assert "secret" not in stated
    assert "req_1" not in stated
    assert "openai/gpt-image-2" in stated


@pytest.mark.parametrize(
    ("providers", "whole"),
    [
        (["openai/1", "gemini/1"], "trainedAlgorithmicMedia"),
        (["openai/1", "procedural-images/1"], "compositeSynthetic"),
        (["openai/1", "upload/2"], "compositeSynthetic"),
        (["procedural-images/1", "color/1"], "algorithmicMedia"),
        (["procedural-images/1", "upload/2"], "composite"),
        (["upload/2"], "composite"),
        ([], "composite"),
    ],
)
def test_the_source_type_of_the_whole(providers: list[str], whole: str) -> None:
    assets = {Slot.image(i): make_asset(Slot.image(i), provider) for i, provider in enumerate(providers)}
    assert build(assets).source_type == whole


def test_every_provider_that_draws_or_plays_by_rules_is_known_as_one() -> None:
    offline = {spec.name for spec in PROVIDERS if not spec.is_hosted}
    neural = {"hibari", "piper", "open_jtalk"}
    assert offline - neural <= {name.partition("-")[0] for name in ALGORITHMS}


def test_only_what_the_video_shows_is_a_part_and_what_its_images_were_drawn_from() -> None:
    slots = [Slot.character(0), Slot.image(0), Slot.image(1)]
    assets = {slot: make_asset(slot, "openai/1", GENERATED) for slot in slots}
    facts = build(assets, shown={assets[Slot.image(1)].sha256})
    assert [part.slot for part in facts.parts] == [Slot.character(0), Slot.image(1)]
    ingredients = build_manifest(facts, "video/mp4")["ingredients"]
    assert [one["relationship"] for one in ingredients] == ["inputTo", "componentOf"]


def test_an_image_of_a_video_states_its_own_part_alone() -> None:
    assets = {Slot.image(i): make_asset(Slot.image(i), p) for i, p in enumerate(["openai/1", "upload/2"])}
    facts = build(assets)
    assert select_part(facts, assets[Slot.image(0)].sha256).source_type == "trainedAlgorithmicMedia"
    assert select_part(facts, assets[Slot.image(1)].sha256).source_type == "composite"
    assert select_part(facts, "").parts == ()


def test_a_file_that_is_used_twice_is_one_ingredient() -> None:
    part = MarkedPart(slot=Slot.image(0), kind="image", source_type=None, provider="upload", is_own=True, sha256="a")
    facts = MarkFacts(
        title="", source_type="composite", has_synthetic_media=False, parts=(part, part.evolve(slot=Slot.image(1)))
    )
    manifest = build_manifest(facts, "video/mp4")
    assert len(manifest["ingredients"]) == 1
    assert read_parts(manifest) == facts.parts


def test_a_spec_of_an_upload_is_the_users_own() -> None:
    upload = UploadSpec(kind="music", upload="u1")
    request = AssetRequest(slot=MUSIC, spec=upload, provider=UPLOAD_PROVIDER)
    asset = make_asset(MUSIC, str(UPLOAD_PROVIDER))
    (part,) = build_marks("", [request], {MUSIC: asset}, {asset.sha256}).parts
    assert part.is_own


TEXTS = st.text(max_size=200)
PARTS = st.builds(
    MarkedPart,
    slot=st.builds(Slot.image, st.integers(0, 99)),
    kind=st.sampled_from(["image", "narration", "music", "sound"]),
    source_type=st.sampled_from([None, "trainedAlgorithmicMedia", "algorithmicMedia"]),
    provider=TEXTS,
    model=TEXTS,
    licence=TEXTS,
    author=TEXTS,
    source=TEXTS,
    sha256=st.text("0123456789abcdef", min_size=8, max_size=8),
)
FACTS = st.builds(
    MarkFacts,
    title=TEXTS,
    source_type=st.sampled_from(["composite", "compositeSynthetic"]),
    has_synthetic_media=st.booleans(),
    parts=st.lists(PARTS, max_size=30).map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(FACTS)
def test_xmp_is_read_back_whatever_the_texts_are(facts: MarkFacts) -> None:
    packet = build_xmp(facts)
    assert read_xmp(packet) == summarize(facts)
    assert packet == build_xmp(facts)
    assert len(packet) <= MAX_BYTES
    assert SOURCE_TYPE_URL.encode() in packet


def test_xmp_with_entities_is_not_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>'
    assert read_xmp(bomb) is None
    assert read_xmp(b"<x:xmpmeta><broken></x:xmpmeta>") is None
    assert read_xmp(b"") is None


def test_properties_as_attributes_are_read() -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        b' i:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/></rdf:RDF></x:xmpmeta>'
    )
    read = read_xmp(packet)
    assert read is not None
    assert read.source_type == "digitalCapture"
