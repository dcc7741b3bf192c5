"""The language of a text is told by its letters, and by its frequent words where several use the same letters."""

import pytest

from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import LANGUAGES
from sutradhar.providers.offline.storybook.stories import load_stories


def test_each_language_has_a_row() -> None:
    assert tuple(FACTS) == LANGUAGES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("El rey quería que todos lo adoraran, pero su hijo dijo que no.", "es"),
        ("Le renard voulait les raisins", "fr"),
        ("Der Fuchs wollte die Trauben", "de"),
        ("A raposa não viu uma uva", "pt"),
        ("La volpe non vide il gatto", "it"),
        ("Rubah itu ingin anggur yang manis", "id"),
        ("ラーメンの歴史", "ja"),
        ("東京の夜", "ja"),
        ("长城的历史", "zh"),
        ("한국의 역사", "ko"),
        ("История чая", "ru"),
        ("تاريخ الشاي", "ar"),
        ("چائے کی تاریخ", "ur"),
        ("தேநீரின் வரலாறு", "ta"),
        ("చరిత్ర", "te"),
        ("ইতিহাস", "bn"),
        ("ઇતિહાસ", "gu"),
        ("ಇತಿಹಾಸ", "kn"),
        ("ചരിത്രം", "ml"),
        ("ਇਤਿਹਾਸ", "pa"),
        ("इतिहास", "hi"),
        ("Taj Mahal", "en"),
        ("Die Hard", "en"),
        ("Ram ne kaha ki main ja raha hoon", "en"),
        ("Café del Mar", "en"),
        ("", "en"),
        ("2026", "en"),
    ],
)
def test_a_text_tells_its_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_no_english_or_hindi_sentence_is_taken_for_another_language() -> None:
    for story in load_stories():
        for beat in (*story.breath, *story.beats):
            assert {detect_language(text) for text in (*beat.en, beat.image)} == {"en"}
            assert {detect_language(text) for text in beat.hi} == {"hi"}
