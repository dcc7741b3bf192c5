"""Money, units, dates and numbers of languages whose rules are data: what a voice gets, and what it says."""

import subprocess
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.text.speech_text import convert_to_speech, split_spoken_words
from sutradhar.domain.text.spoken_words import read_spoken_words, spell_out
from sutradhar.domain.text.words import split_words
from sutradhar.providers.offline.word_readings import spell_words

CASES: list[tuple[Language, str, str]] = [
    ("bn", "১৫/০৮/১৯৪৭ ₹1,00,000 ৫ কিমি", "15 আগস্ট উনিশশো 47 100000 রুপি 5 কিলোমিটার"),
    ("ta", "₹500 மற்றும் 5 km, 50%.", "500 ரூபாய் மற்றும் 5 கிலோமீட்டர்கள், 50 சதவீதம்."),
    ("ta", "௧௯௪௭ Rs. 300", "1947 300 ரூபாய்"),
    ("te", "5 కి.మీ. 60 km/h", "5 కిలోమీటర్లు గంటకు 60 కిలోమీటర్లు"),
    ("mr", "1947 साली 25°C", "एकोणीसशे 47 साली 25 अंश सेल्सिअस"),
    ("ml", "₹500-ന് 50 km/h", "500 രൂപ-ന് മണിക്കൂറിൽ 50 കിലോമീറ്റർ"),
    ("ur", "۱۹۴۷ میں ₹500", "انیس سو 47 میں 500 روپے"),
    ("ne", "१९४७ सालमा ₹500", "उन्नाइस सय 47 सालमा 500 रुपैयाँ"),
    ("es", "$5, 1.500 km; 3.5 kg", "5 dólares, 1500 kilómetros; 3,5 kilogramos"),
    ("es", "(1 km) 15/08/1947", "(1 kilómetro) 15 de agosto de 1947"),
    ("fr", "12 345 km, 2 500 000 €!", "12345 kilomètres, 2500000 euros!"),
    ("de", "1947 lebten 1.500 Menschen", "neunzehnhundert 47 lebten 1500 Menschen"),
    ("pt", "1.234,5 €", "1234,5 euros"),
    ("ru", "1 км, 22 км, 5 км, 11 км, 3,5 км", "1 километр, 22 километра, 5 километров, 11 километров, 3,5 километра"),
    ("ru", "15.08.1947 $21", "15 августа 1947 года 21 доллар"),
    ("ar", "5 كم و ٥٠٪ و $5", "5 كيلومترات و 50 بالمئة و 5 دولارات"),
    ("ar", "لغة \u2066C++\u2069 سهلة", "لغة C++ سهلة"),
    ("ko", "₹500 5km를", "500 루피 5킬로미터를"),
    ("ja", "価格は₹500です。50%", "価格は500ルピーです。50パーセント"),
    ("zh", "价格是₹500。50%，5km", "价格是500卢比。百分之50，5公里"),
    ("it", "3:30 e 5 e 10, n. 5", "3:30 e 5 e 10, n. 5"),
]


@pytest.mark.parametrize(("language", "text", "spoken_text"), CASES)
def test_a_voice_gets_words_for_signs_and_units(language: Language, text: str, spoken_text: str) -> None:
    assert convert_to_speech(text, language) == spoken_text


def test_every_language_without_rules_of_its_own_has_words() -> None:
    for language in LANGUAGES:
        table = read_spoken_words(language)
        assert (table is None) == (language in ("en", "hi", "sa"))
        if table:
            assert len(table.dates) == 12
            assert all("{day}" in date and "{year}" in date for date in table.dates)
            assert all(
                "{0}" in form
                for forms in (*table.units.values(), *table.currencies.values())
                for form in forms.values()
            )


@given(st.sampled_from(LANGUAGES), st.text("0123456789०५௧٣.,/:-%₹$€ kmgLs°Rs.кмです個。年"))
def test_any_text_keeps_one_form_for_each_word(language: Language, text: str) -> None:
    assert len(split_spoken_words(text, language)) == len(split_words(text))


@given(st.sampled_from(LANGUAGES), st.lists(st.text("abcहिनமிழ日本語か .,!", min_size=1)))
def test_words_without_a_number_stay_as_they_are(language: Language, words: list[str]) -> None:
    assert spell_out(words, language) == words


FORTY_SEVEN: dict[Language, str] = {
    "bn": "সাতচল্লিশ",
    "ta": "நாற்பத்தேழு",
    "te": "నలభై ఏడు",
    "mr": "सत्तेचाळीस",
    "gu": "સુડતાલીસ",
    "kn": "ನಲವತ್ತೇಳು",
    "ml": "നാല്പത്തിയേഴ്",
    "pa": "ਸੰਤਾਲੀ",
    "ur": "سینتالیس",
    "ne": "सतचालीस",
    "es": "cuarenta y siete",
    "fr": "quarante-sept",
    "de": "siebenundvierzig",
    "pt": "quarenta e sete",
    "it": "quarantasette",
    "id": "empat puluh tujuh",
    "ar": "سبعة وأربعون",
    "ru": "сорок семь",
    "ko": "사십칠",
    "ja": "よんじゅうなな",
    "zh": "四十七",
}
"""A number that is irregular in many languages."""


@pytest.mark.parametrize("language", FORTY_SEVEN)
def test_the_phonemes_of_a_number_are_those_of_its_words_and_no_sign_is_said_in_english(language: Language) -> None:
    """espeak-ng marks a change to its English voice by ``(en)``. Its phonemes of a number differ a little from those of
    the word, because its tables of numbers spell them in their own way."""
    number, words = (_say(text, language) for text in ("47", FORTY_SEVEN[language]))
    assert SequenceMatcher(None, number, words).ratio() > 0.6, (number, words)
    signs = _say("₹500 — $5 — 5 km — 15/08/1947 — 50% — 3.5 kg — 3,5 kg — 25 °C — 1947", language)
    assert "(en)" not in signs


@pytest.mark.parametrize(
    "language", [one for one in FORTY_SEVEN if (words := read_spoken_words(one)) and words.hundreds]
)
def test_the_hundreds_of_a_year_sound_as_their_number(language: Language) -> None:
    table = read_spoken_words(language)
    assert table
    stems = _say("\n\n".join(map(str, range(11, 20))), language).splitlines()
    names = _say("\n\n".join(table.hundreds), language).splitlines()
    assert len(stems) == len(names) == 9
    for stem, name in zip(stems, names, strict=True):
        assert SequenceMatcher(None, stem, name[: len(stem) + 1]).ratio() >= 0.5, (stem, name)


def _say(text: str, language: Language) -> str:
    """Return the phonemes that espeak-ng says, without marks of stress and pauses."""
    paragraphs = [spell_words(split_spoken_words(one, language), language) for one in text.split("\n\n")]
    spelled = "\n\n".join(map(" ".join, paragraphs))
    argv = ["espeak-ng", "-q", "-x", "-v", FACTS[language].espeak_voice, spelled]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    lines = ("".join(c for c in line if c not in "',_!|: -#%;") for line in done.stdout.splitlines())
    return "\n".join(filter(None, lines))
