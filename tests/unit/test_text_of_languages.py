"""Text is read, split and broken by the rules of its own language."""

import pytest

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.plan.script_parts import divide_text, draw_narration, group_sentences, split_script
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.domain.text.search_words import list_prefixes, read_search_words
from sutradhar.domain.text.text import clean_text, is_right_to_left, split_sentences
from sutradhar.domain.text.words import join_words, locate_words, split_words
from sutradhar.domain.video.caption_lines import break_lines, find_limits
from sutradhar.domain.video.captions import Cue, build_cues, build_translated_cues, format_srt, format_webvtt

JAPANESE = "昔々、あるところにおじいさんが住んでいました。「すごい！」と彼は言った。"

WRAPPED = "とても長い文章でありまして、途中で改行されているけ\nれども、一つの段落です。"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("山へ芝刈りに行きました。", ["山へ", "芝刈りに", "行きました。"]),
        ("昨日iPhone を買った！", ["昨日", "iPhone ", "を", "買った！"]),
        ("“你好！”他说", ["“你", "好！”", "他", "说"]),
        ("대한민국(大韓民國)의 역사", ["대한민국(大韓民國)의", "역사"]),
        ("the  two\nwords", ["the", "two", "words"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words
    assert join_words(words) == " ".join(text.split())


def test_words_are_found_in_lines() -> None:
    lines = ["昨日iPhoneを", "買った！ abc"]
    assert [lines[line][start:end] for line, start, end in locate_words(lines)] == [
        "昨日",
        "iPhoneを",
        "買った！",
        "abc",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (JAPANESE, ["昔々、あるところにおじいさんが住んでいました。", "「すごい！」と彼は言った。"]),
        ("我走了……你呢？好。", ["我走了……你呢？", "好。"]),
        ("یہ ایک کہانی ہے۔ کیا آپ تیار ہیں؟ جی۔", ["یہ ایک کہانی ہے۔", "کیا آپ تیار ہیں؟", "جی۔"]),
        ("هل أنت هنا؟ نعم.", ["هل أنت هنا؟", "نعم."]),
        ("எம்.ஜி.ஆர். வந்தார். திரு. குமார் பேசினார்.", ["எம்.ஜி.ஆர். வந்தார்.", "திரு. குமார் பேசினார்."]),
        ("El Sr. Paz y la Sra. Gil no están en la casa. Ya.", ["El Sr. Paz y la Sra. Gil no están en la casa.", "Ya."]),
        ("Il est là pour elle. « Quoi ? » dit-il. Oui !", ["Il est là pour elle.", "« Quoi ? » dit-il.", "Oui !"]),
        ("Das ist z. B. der Hr. Müller und nicht ich. Ja.", ["Das ist z. B. der Hr. Müller und nicht ich.", "Ja."]),
        ("He loved art. Then he left.", ["He loved art.", "Then he left."]),
    ],
)  # fmt: skip
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "昔々、あるところに心の優しいおじいさんとおばあさんが仲良く暮らしていました。",
            ["昔々、あるところに心の", "優しいおじいさんと", "おばあさんが仲良く", "暮らしていました。"],
        ),
        ("从前有座很高很高的山，山里有座小小的庙。", ["从前有座很高很高的山，", "山里有座小小的庙。"]),
        (
            "옛날 옛적 어느 마을에 마음씨 착한 나무꾼이 살고 있었습니다.",
            ["옛날 옛적 어느 마을에 마음씨", "착한 나무꾼이 살고 있었습니다."],
        ),
        ("ア" * 13 + "ッア", ["ア" * 12, "アッア"]),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert break_lines(text) == lines


def test_a_narrow_character_counts_half_beside_wide_ones() -> None:
    assert find_limits("これは日本語の iPhone").measure("これは日本語の iPhone") == 10.5
    assert find_limits("an iPhone").measure("an iPhone 本") == 12


def test_cues_without_spaces_know_when_each_of_their_words_begins() -> None:
    words = [Word(text=word, start=i, end=i + 0.9) for i, word in enumerate(split_words(JAPANESE))]
    cues = build_cues(words, offset=0, fps=10, max_frame=1000)
    assert "".join("".join(cue.lines) for cue in cues) == JAPANESE
    assert [start for cue in cues for start in cue.word_starts] == [i * 10 for i in range(len(words))]
    translated = build_translated_cues("He lived. He spoke.", words, offset=0, fps=10, max_frame=1000)
    assert translated[1].start == cues[-1].start == 50


def test_players_get_the_marks_that_order_lines_from_right_to_left() -> None:
    cue = Cue(start=0, end=30, lines=("أحب C++", "جدا."))
    assert "\n\u202bأحب C++\u202c\n\u202bجدا.\u202c\n" in format_srt([cue], 30)
    assert "\n\u202bأحب C++\u202c\n\u202bجدا.\u202c\n" in format_webvtt([cue], 30, "ar")
    assert is_right_to_left("أحب C++")
    assert not is_right_to_left("The word سلام means peace")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("أحب C++\u200e كثيرا", "أحب C++\u200e كثيرا"),  # without the mark it is shown as ++C
        ("I like C++\u200e a lot", "I like C++ a lot"),
        ("\u200fسلام \u200f \u2067دنيا", "سلام دنيا"),
        ("سلام \u202aC++!\u202c", "سلام \u2066C++!\u2069"),
        ("می\u200cخواهم ه\u200d.", "می\u200cخواهم ه\u200d."),
        ("ന്\u200d ക്\u200dഷ", "ന്\u200d ക്\u200dഷ"),
    ],
)
def test_characters_that_shape_or_order_text_stay(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize(
    ("pasted", "narration", "left_out"),
    [
        ("語り手：村です。（音楽）\n【速報】大雨です。", "村です。【速報】大雨です。", ("語り手：", "（音楽）")),
        ("旁白: 从前有座山。[音乐] 山里有座庙。", "从前有座山。山里有座庙。", ("旁白:", "[音乐]")),
        ("الراوي: كان يا مكان. [موسيقى] في قديم الزمان.", "كان يا مكان. في قديم الزمان.", ("الراوي:", "[موسيقى]")),
        ("[০:০০-০:০৫] কথক: একদিন এক রাজা ছিল।", "একদিন এক রাজা ছিল।", ("[০:০০-০:০৫]", "কথক:")),
        ("Рассказчик: Жил царь. (пауза) И был сын.", "Жил царь. И был сын.", ("Рассказчик:", "(пауза)")),
        ("１、米を洗う。\n２、水を入れる。", "1、米を洗う。2、水を入れる。", ()),
        ("古池や\n蛙飛びこむ\n水の音", "古池や\n蛙飛びこむ\n水の音", ()),
        (WRAPPED, WRAPPED.replace("\n", ""), ()),
    ],
)  # fmt: skip
def test_pasted_text(pasted: str, narration: str, left_out: tuple[str, ...]) -> None:
    reading = read_narration(pasted)
    assert (reading.text, reading.left_out) == (narration, left_out)
    assert read_narration(narration).text == narration


def test_a_script_without_spaces_becomes_scenes_without_spaces() -> None:
    script = JAPANESE * 6
    narrations = group_sentences(split_script(script), "ja", 4)
    assert len(narrations) > 1
    assert "".join(narrations) == script
    assert [len(piece) > 0 for piece in divide_text("山へ芝刈りに行きました。", "ja", 3)] == [True] * 3
    assert len(draw_narration("山" * 900)) == 400


def test_a_word_inside_text_without_spaces_is_found() -> None:
    prefixes = list_prefixes([JAPANESE, "كِتَابٌ جديد"])
    assert set(read_search_words("おじいさん")) <= set(prefixes)
    assert set(read_search_words("كتاب")) <= set(prefixes)


@pytest.mark.parametrize(
    ("lyrics", "words"),
    [
        ("iPhone を買った！", ["iPhone ", "を", "買った！"]),
        ("[00:01.00]<00:01.00>代表<00:02.00>我的<00:02.50>心", ["代表", "我", "的", "心"]),
        ("[00:01.00]<00:01.00>hel<00:01.50>lo <00:02.00>you", ["hello", "you"]),
    ],
)
def test_lyrics_without_spaces(lyrics: str, words: list[str]) -> None:
    (line,) = parse_lyrics(lyrics).lines
    assert [word.text for word in line.words] == words
    assert line.text == join_words(words)


def test_a_space_between_two_translated_sentences_stays() -> None:
    words = [Word(text="Yes.", start=0, end=0.3), Word(text="Go.", start=0.4, end=0.6)]
    cues = build_translated_cues("買った！ iPhone だ。", words, offset=0, fps=30, max_frame=60)
    assert [cue.text for cue in cues] == ["買った！ iPhone だ。"]
