"""Tests of reading lyrics in every form that people paste them in."""

import pytest

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.song.lyrics import MAX_LYRICS_CHARS, Lyrics
from sutradhar.domain.song.parse_lyrics import parse_lyrics


def _list_lines(lyrics: Lyrics) -> list[str]:
    return [line.text for line in lyrics.lines]


def _list_starts(lyrics: Lyrics) -> list[float | None]:
    return [line.start_sec for line in lyrics.lines]


def test_plain_text_is_split_at_lines_and_spaces() -> None:
    lyrics = parse_lyrics("\ufeffWalk along, “my” river\r\n\r\nCarry me &amp; you<br>over  the water <3\r\n")
    assert _list_lines(lyrics) == ["Walk along, “my” river", "Carry me & you", "over the water <3"]
    assert not lyrics.is_timed
    assert lyrics.notices == ()


@pytest.mark.parametrize(
    "mark",
    [
        "[Chorus]", "[Verse 2: Anna & Bo]", "(Chorus)", "Verse 2:", "CHORUS", "Pre-Chorus:", "[Guitar Solo]", "♪",
        "♪♪♪", "(instrumental)", "[Produced by Bo]", "**[Bridge]**", "## Outro", "[Intro x2]", "{Refrain}", "[x2]",
        "(कोरस)", "अंतरा 2:", "---", "[applause]",
    ],
)  # fmt: skip
def test_a_line_that_is_a_mark_is_left_out_and_quoted(mark: str) -> None:
    lyrics = parse_lyrics(f"{mark}\nHold my hand")
    assert set(_list_lines(lyrics)) == {"Hold my hand"}
    assert mark in " ".join(lyrics.notices)


@pytest.mark.parametrize(
    "line",
    [
        "Break", "Drop", "Hook me up", "(ooh, ooh)", "My verse is done", "Chorus of angels", "Break my heart",
        "We walked: you and me", "Part of me", "Solo", "I got x2y", "#1 girl", "[Anna] I am here", "(the end of it)",
    ],
)  # fmt: skip
def test_a_line_of_words_stays(line: str) -> None:
    assert _list_lines(parse_lyrics(f"Hold my hand\n{line}")) == ["Hold my hand", line]


def test_words_behind_the_name_of_a_part_stay() -> None:
    lyrics = parse_lyrics("Chorus: Oh happy day\n[Verse 1] Walk along\n♪ Carry me ♪ [laughs]")
    assert _list_lines(lyrics) == ["Oh happy day", "Walk along", "Carry me"]
    assert lyrics.notices == (
        "Left out of the lyrics, as marks that are not sung: “Chorus:”, “[Verse 1]”, “♪”, “[laughs]”",
    )


@pytest.mark.parametrize("mark", ["(x2)", "x2", "(2x)", "[x2]", "×2", "(2 times)", "(repeat)", "(twice)"])
def test_a_line_is_repeated_as_its_mark_says(mark: str) -> None:
    lyrics = parse_lyrics(f"Hold my hand {mark}\nThen go")
    assert _list_lines(lyrics) == ["Hold my hand", "Hold my hand", "Then go"]
    assert lyrics.notices == (f"Lines of the lyrics are repeated, as these marks say: “{mark}”",)


def test_a_block_and_a_part_are_repeated_as_their_marks_say() -> None:
    assert _list_lines(parse_lyrics("A\n\nB\nC\n(x2)\n\nD")) == ["A", "B", "C", "B", "C", "D"]
    assert _list_lines(parse_lyrics("[Chorus x2]\nA\nB\n[Outro]\nC")) == ["A", "B", "A", "B", "C"]


def test_the_bare_name_of_a_part_stands_for_its_words() -> None:
    text = "[Chorus]\nSing it\n[Verse]\nWalk\n[Chorus]\n\n[Bridge]\n[Verse]\nRun\n[Final Chorus] x2"
    lyrics = parse_lyrics(text)
    assert _list_lines(lyrics) == ["Sing it", "Walk", "Sing it", "Run", "Sing it", "Sing it"]
    assert "Parts of the lyrics with only a name got the words that they have further up" in lyrics.notices[-1]


def test_a_named_part_with_its_own_words_is_not_filled() -> None:
    assert _list_lines(parse_lyrics("[Chorus]\nSing it\n[Chorus]\n\nSing it loud")) == ["Sing it", "Sing it loud"]


def test_lrc_is_read_with_tags_offset_and_several_times() -> None:
    lyrics = parse_lyrics(
        "[ti:Song]\n[offset:+500]\n[00:10.00][00:30.5]Hold on\n[00:12:50]Two\n[00:14.250]\n[1:00]Late"
    )
    assert _list_lines(lyrics) == ["Hold on", "Two", "Hold on", "Late"]
    assert _list_starts(lyrics) == [9.5, pytest.approx(12.0), 30.0, 59.5]
    assert lyrics.lines[1].end_sec == 13.75
    assert lyrics.notices == ("Left out of the lyrics, as tags of the file: “[ti:Song]”, “[offset:+500]”",)


def test_the_offset_never_makes_a_time_negative() -> None:
    assert _list_starts(parse_lyrics("[offset:5000]\n[00:01.00]a\n[00:07.00]b")) == [0.0, 2.0]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("[0:00:10]a\n[0:00:14]b\n[0:01:00]c", [10.0, 14.0, 60.0]),
        ("[00:10:20]a\n[00:14:70]b\n[01:00:05]c", [10.2, 14.7, 60.05]),
        ("[1:00:10.5]a\n[1:00:14.25]b", [3610.5, 3614.25]),
        ("[00:10,5]a\n[00:14]b", [10.5, 14.0]),
    ],
)
def test_every_form_of_a_time_is_read(text: str, starts: list[float]) -> None:
    assert _list_starts(parse_lyrics(text)) == pytest.approx(starts)


def test_lines_out_of_order_are_sorted_and_said() -> None:
    lyrics = parse_lyrics("[00:20.00]late\n[00:10.00]early\nwithout a time\n[99:99:99.00]never")
    assert _list_lines(lyrics) == ["early", "without a time", "never", "late"]
    assert "out of order" in lyrics.notices[0]
    assert "1 of the times" in lyrics.notices[1]


def test_enhanced_lrc_has_a_time_for_each_word() -> None:
    (line,) = parse_lyrics(
        "[00:12.00] <00:12.00> Hel<00:12.20>lo <00:12.50> you <00:12.80> <00:13.00>there<00:13.50>"
    ).lines
    assert [(word.text, word.start_sec, word.end_sec) for word in line.words] == [
        ("Hello", 12.0, 12.5),
        ("you", 12.5, 12.8),
        ("there", 13.0, 13.5),
    ]
    assert line.end_sec == 13.5


def test_word_times_that_fall_are_dropped_and_said() -> None:
    lyrics = parse_lyrics("[00:12.00]<00:12.00>a <00:15.00>b <00:13.00>c <00:14.00>d")
    assert [word.start_sec for word in lyrics.lines[0].words] == [12.0, None, 13.0, 14.0]
    assert "1 of the times" in lyrics.notices[0]


def test_a_repeated_line_with_a_time_stays_one_line() -> None:
    lyrics = parse_lyrics("[00:10.00]Hold on (x2)\n[00:20.00][Chorus]\n[00:21.00]Go")
    assert _list_lines(lyrics) == ["Hold on Hold on", "Go"]
    assert lyrics.is_timed


def test_srt_is_read() -> None:
    lyrics = parse_lyrics(
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Hold</i> on\nto me\n\n2\n00:00:03,000 --> 00:00:02,000\n{\\an8}99 red\n"
    )
    assert [(line.text, line.start_sec, line.end_sec) for line in lyrics.lines] == [
        ("Hold on to me", 1.0, 2.5),
        ("99 red", 3.0, None),
    ]
    assert lyrics.notices == ()


def test_webvtt_is_read() -> None:
    lyrics = parse_lyrics(
        "WEBVTT\n\nNOTE a remark\nof two lines\n\nfirst\n00:01.000 --> 00:02.000 align:start\n"
        "<v Anna>Hold <00:01.500>on\n"
    )
    assert [(w.text, w.start_sec) for w in lyrics.lines[0].words] == [("Hold", 1.0), ("on", 1.5)]
    assert "“<v Anna>”" in lyrics.notices[0]
    assert "of two lines" in lyrics.notices[1]


def test_hindi_and_emoji() -> None:
    lyrics = parse_lyrics("[मुखड़ा]\nचाँद 😀 हमारे साथ\n😀")
    assert _list_lines(lyrics) == ["चाँद हमारे साथ"]
    assert "“😀”" in lyrics.notices[1]


@pytest.mark.parametrize("text", ["", " \n\n", "[Chorus]\n(x2)", "[00:10.00]\n[ti:x]"])
def test_lyrics_without_words_have_no_lines(text: str) -> None:
    assert parse_lyrics(text).lines == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "la " * 34_000,
            f"has 102,000 characters, and lyrics have at most {MAX_LYRICS_CHARS:,}; send the words of this",
        ),
        ("la " * 10_000, "has 30,000 characters of words or more, and a song has at most 20,000"),
        ("hold on to me (x20)\n" * 400, "and a song has at most 20,000"),
        (
            "รักเธอ",
            "has the character 'ร' .* no font and no rule of line breaks for the Thai script",
        ),
    ],
)
def test_lyrics_that_cannot_be_used_are_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        parse_lyrics(text)
