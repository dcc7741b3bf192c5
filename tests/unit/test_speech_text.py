"""Voices get numbers, money, units, times and abbreviations in words; captions keep the written text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.requests import FirstProviders, list_asset_requests
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.number_words import NumberLanguage, say_cardinal
from sutradhar.domain.text.speech_text import convert_to_speech, split_spoken_words
from sutradhar.providers.alignment.narration_words import NarrationWords

ENGLISH = [
    ("It cost $43,000 in 2014.", "It cost forty-three thousand dollars in twenty fourteen."),
    ("$1.5M, $1 and £3 million", "one point five million dollars, one dollar and three million pounds"),
    ("₹5,00,000, ₹2.50 and $5.50", "five lakh rupees, two rupees and fifty paise and five dollars and fifty cents"),
    ("Rs. 500/- and Rs 1.5 lakh", "five hundred rupees and one point five lakh rupees"),
    ("12.5% of 1,00,00,000 or 1,000,000", "twelve point five percent of one crore or one million"),
    ("the 21st of 108", "the twenty-first of one hundred and eight"),
    ("0.05 or 007", "zero point zero five or zero zero seven"),
    ("since 1905, the 1990s", "since nineteen oh five, the nineteen nineties"),
    ("2014–2019; 1500 people", "twenty fourteen to twenty nineteen; one thousand five hundred people"),
    ("10–20 km at 5 km/h, 1 km", "ten to twenty kilometers at five kilometers per hour, one kilometer"),
    ("20℃ and 37.5 °C", "twenty degrees Celsius and thirty-seven point five degrees Celsius"),
    ("10MB, 5 kg, 3 m² and −5°", "ten megabytes, five kilograms, three square meters and minus five degrees"),
    ("in °C or %", "in degrees Celsius or percent"),
    ("½ cup, 2½ cups, 3/4 of it", "one half cup, two and a half cups, three quarters of it"),
    ("at 5:30 pm, 9:05 and 6:00", "at five thirty pm, nine oh five and six o'clock"),
    ("on 15/08/1947", "on the fifteenth of August nineteen forty-seven"),
    ("August 15, 1947", "August fifteenth, nineteen forty-seven"),
    ("2024-01-26", "the twenty-sixth of January twenty twenty-four"),
    ("Call +91 98765 43210.", "Call plus nine one nine eight seven six five four three two one zero."),
    ("Dr. Rao, Mr. Shah and St. Peter", "Doctor Rao, Mister Shah and Saint Peter"),
    ("vs. No. 5, №7, etc.", "versus number five, number seven, et cetera."),
    ("No. He said no. Rock & roll x™", "No. He said no. Rock and roll x"),
    ("॥ Om ॥ 1 ॥ Shanti", "Om. Shanti"),
    ("Roses are red\nViolets are blue.", "Roses are red, Violets are blue."),
]
HINDI = [
    ("108 बार और १०८ बार", "एक सौ आठ बार और एक सौ आठ बार"),
    ("1,00,000 लोग, 12.5% और 5%", "एक लाख लोग, बारह दशमलव पाँच प्रतिशत और पाँच प्रतिशत"),
    ("₹500, ₹ 5 लाख, रु. 250 और $43,000", "पाँच सौ रुपये, पाँच लाख रुपये, दो सौ पचास रुपये और तैंतालीस हज़ार डॉलर"),
    ("15 अगस्त 1947 को 5:30 बजे", "पंद्रह अगस्त उन्नीस सौ सैंतालीस को साढ़े पाँच बजे"),
    ("15/08/1947, 2014 में, 2010–2020", "पंद्रह अगस्त उन्नीस सौ सैंतालीस, दो हज़ार चौदह में, दो हज़ार दस से दो हज़ार बीस"),
    ("10 किमी, 60 किमी/घंटा, 20℃, 5 kg", "दस किलोमीटर, साठ किलोमीटर प्रति घंटा, बीस डिग्री सेल्सियस, पाँच किलोग्राम"),
    ("2½ किलो, 5½ घंटे, 21वीं सदी, 6वाँ", "ढाई किलो, साढ़े पाँच घंटे, इक्कीसवीं सदी, छठवाँ"),
    ("डॉ. राव, पं. नेहरू, Dr. सिंह & श्री राम", "डॉक्टर राव, पंडित नेहरू, डॉक्टर सिंह और श्री राम"),
    ("98765 43210 पर", "नौ आठ सात छह पाँच चार तीन दो एक शून्य पर"),
    ("॥ श्री गणेशाय नमः ॥", "श्री गणेशाय नमः।"),
    ("॥१॥ अ॒ग्निमी॑ळे पु॒रोहि॑तं ।", "अग्निमीळे पुरोहितं।"),
    ("राम गया | सीता आई ॥२॥", "राम गया। सीता आई।"),
]


@pytest.mark.parametrize(
    ("text", "speech", "language"), [*((*pair, "en") for pair in ENGLISH), *((*pair, "hi") for pair in HINDI)]
)
def test_a_voice_says_what_a_reader_would(text: str, speech: str, language: NumberLanguage) -> None:
    assert convert_to_speech(text, language) == speech


@given(st.lists(st.sampled_from(" ".join(w for w, _ in ENGLISH + HINDI).split())), st.sampled_from(["en", "hi"]))
def test_each_word_has_its_own_speech_without_digits(words: list[str], language: NumberLanguage) -> None:
    text = " ".join(words)
    speech = split_spoken_words(text, language)
    assert len(speech) == len(words)
    assert not any(c.isdecimal() for word in speech for c in word)


@given(st.integers(0, 10**13), st.sampled_from(["en", "hi"]), st.booleans())
def test_every_number_has_its_own_words(number: int, language: NumberLanguage, indian: bool) -> None:
    speech = say_cardinal(number, language, indian=indian)
    assert speech != say_cardinal(number + 1, language, indian=indian)
    assert all(c.isalpha() or c in " -" or "\u0900" <= c <= "\u097f" for c in speech)


def test_words_keep_their_times_where_several_are_said_or_none() -> None:
    words = NarrationWords("He paid Rs. 500 at 5 ॥", "en")
    assert words.spoken_words == ["He", "paid", "five hundred rupees", "at", "five."]
    assert words.spread_starts([0.0, 0.3, 0.6, 2.0, 2.2]) == [0.0, 0.3, 0.6, 0.6, 2.0, 2.2, None]


def test_the_length_of_a_speech_counts_the_spoken_words() -> None:
    assert estimate_speech_sec("He paid $43,000.", "en") == estimate_speech_sec(
        "He paid forty-three thousand dollars.", "en"
    )
    assert estimate_speech_sec("108 बार", "hi") == estimate_speech_sec("एक सौ आठ बार", "hi")


def test_another_way_of_saying_a_text_is_another_recording() -> None:
    def find_spoken_text(narration: str) -> str | None:
        plan = RenderPlan.parse(
            {"scenes": [{"narration": narration, "image_prompt": "x"}], "music": {"enabled": False}}
        )
        spec = list_asset_requests(
            plan, FirstProviders(ProviderId("v", "1"), ProviderId("i", "1"), ProviderId("m", "1"))
        )[0].spec
        assert isinstance(spec, NarrationSpec)
        assert ("said" in spec.key_params) == (spec.spoken_text is not None)
        return spec.spoken_text

    assert find_spoken_text("It began.") is None
    assert find_spoken_text("It began in 2014.") == "It began in twenty fourteen."
