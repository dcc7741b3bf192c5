"""Defects that leave the container and its index intact are found by decoding every frame, and by hashes of packets."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gpu_renderer.mux.concat import join_segments
from gpu_renderer.verify.measure import ExpectedContent, measure, measure_segment
from sutradhar.domain.video.file_facts import FileFacts
from tests.media.bitstreams import blank_slice, encode, flip_bit, read_packets, replace_packets

FPS, FRAMES = 30, 60
DAMAGED = 31
"""The number of the packet in which a defect begins; no keyframe."""
MOVING = f"testsrc2=s=320x180:r=30,trim=end_frame={FRAMES},format=yuv420p"
OTHER = f"mandelbrot=s=320x180:r=30,trim=end_frame={FRAMES},format=yuv420p"
PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of a slice after which a bit is changed."""
MOST = 3
"""A changed bit can make another valid frame, which only the hashes of packets tell: of 81 bits that were changed in
three segments, the decoder noticed 61."""

Defect = Callable[[int, bytes], bytes]


class Corpus:
    """Two segments of a good video, and the video."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thumbnail = folder / "thumbnail.png"
        Image.new("RGB", (1280, 720), (40, 80, 120)).save(self.thumbnail)
        self.first = encode(folder / "first.mp4", OTHER, fps=FPS)
        # frames of several slices, as NVENC may write them
        self.good = encode(folder / "good.mp4", MOVING, fps=FPS, slices=4)
        self.content = ExpectedContent([measure_segment(path, FPS) for path in (self.first, self.good)], None)

    def spoil(self, defect: Defect) -> Path:
        """Return the second segment with the defect."""
        return replace_packets(self.good, self.folder / "spoilt.mp4", defect)

    def measure(self, segment: Path, content: ExpectedContent | None = None) -> FileFacts:
        """Measure the video that has ``segment`` as its second one."""
        output = self.folder / "video.mp4"
        never, parts = threading.Event(), [self.first, segment]
        join_segments(parts, None, output, frames=2 * FRAMES, workdir=self.folder, cancel=never)
        return measure(output, self.thumbnail, content=content)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("bitstreams"))


def lose_slice(number: int, packet: bytes) -> bytes:
    return blank_slice(packet, -2) if number == DAMAGED else packet


def change_bit(place: float) -> Defect:
    return lambda number, packet: flip_bit(packet, place) if number == DAMAGED else packet


def test_a_copy_without_a_defect_is_accepted(corpus: Corpus) -> None:
    copy = corpus.spoil(lambda _number, packet: packet)
    assert measure_segment(copy, FPS) == corpus.content.segments[1]
    assert corpus.measure(copy).decode_errors == ()


def lose_frame(corpus: Corpus) -> Defect:
    """Return the defect by which a frame is missing and all later ones are one place early: they refer to a frame
    that is not there."""
    packets = read_packets(corpus.good)
    return lambda number, packet: packet if number < DAMAGED else packets[min(number + 1, FRAMES - 1)]


DEFECTS: dict[str, Callable[[Corpus], Defect]] = {
    "a changed bit": lambda _: change_bit(0.5),
    "a slice missing in the middle of a frame": lambda _: lose_slice,
    "references to a frame that is missing": lose_frame,
}


@pytest.mark.parametrize("make_defect", DEFECTS.values(), ids=DEFECTS)
def test_only_a_full_decode_finds_it(corpus: Corpus, make_defect: Callable[[Corpus], Defect]) -> None:
    spoilt = corpus.spoil(make_defect(corpus))
    assert len(read_packets(spoilt)) == FRAMES  # to everything but a decoder the file is whole
    assert measure_segment(spoilt, FPS).samples.errors
    assert corpus.measure(spoilt).decode_errors
    # measurements of the good segment are in the cache; they are not taken for those of this one
    assert corpus.measure(spoilt, corpus.content).decode_errors
    assert corpus.measure(corpus.good, corpus.content).decode_errors == ()


def test_most_changed_bits_are_found_by_decoding_and_all_by_their_hashes(corpus: Corpus) -> None:
    noticed_bits = 0
    for place in PLACES:
        facts = measure_segment(corpus.spoil(change_bit(place)), FPS)
        noticed_bits += bool(facts.samples.errors)
        assert facts.fingerprint != corpus.content.segments[1].fingerprint
    assert noticed_bits >= MOST


def test_half_a_segment_of_another_content_has_other_hashes(corpus: Corpus) -> None:
    """A decoder cannot tell: such frames are valid, and only their content is wrong."""
    other = read_packets(corpus.first)
    spoilt = corpus.spoil(lambda number, packet: packet if number < DAMAGED else other[number])
    fingerprint = measure_segment(spoilt, FPS).fingerprint
    assert fingerprint != corpus.content.segments[1].fingerprint
    assert fingerprint.count == FRAMES
