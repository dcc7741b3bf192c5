"""Long texts are said in parts that a request may hold, cut where no seam is heard."""

from sutradhar.providers.hosted.googletts.voice import split_into_requests


def test_a_short_text_is_one_part() -> None:
    assert split_into_requests(["Hello,", "world."]) == [(0, ["Hello,", "world."])]


def test_a_long_one_is_cut_after_sentences_and_nothing_is_lost() -> None:
    tokens = ("वह धीरे धीरे आगे बढ़ता गया। " * 60).split()
    parts = split_into_requests(tokens)
    assert len(parts) > 1
    assert [token for _, part in parts for token in part] == tokens
    assert [first for first, _ in parts] == [sum(len(p) for _, p in parts[:i]) for i in range(len(parts))]
    assert all(part[-1].endswith("।") for _, part in parts)


def test_without_sentences_it_is_cut_between_words() -> None:
    tokens = ["बिना"] * 600
    parts = split_into_requests(tokens)
    assert len(parts) > 1
    assert [token for _, part in parts for token in part] == tokens
