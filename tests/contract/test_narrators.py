"""Test the contract of a narrator with every offline voice that is installed here."""

import io
import itertools
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import VoiceOptions
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.words import split_words
from sutradhar.ports.providers import NarrationProvider, Speech
from sutradhar.providers.offline import espeak_ng, word_readings
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.hibari import HibariNarrator
from sutradhar.providers.offline.open_jtalk import OpenJTalkNarrator
from sutradhar.providers.offline.piper import PiperNarrator

HIBARI, PIPER, ESPEAK, OPEN_JTALK = HibariNarrator(), PiperNarrator(), EspeakNarrator(), OpenJTalkNarrator()
VOICES: list[tuple[NarrationProvider, Language, Voice]] = [
    (HIBARI, "en", "F"),
    (PIPER, "en", "M"),
    (ESPEAK, "en", "F"),
    (ESPEAK, "en", "M"),
    (ESPEAK, "hi", "F"),
    (ESPEAK, "hi", "M"),
]
ENGLISH = [
    "Long ago, by the river, lived a boy. He prayed every day; his father was angry!",
    "Peace.",
    "1947",
    "Prahlad (प्रह्लाद) prayed to नारायण alone.",
    '"Who," he asked, "is %{}:\' greater \\ than I?" — [[silence]] [a](/b/) $5.50 at 3:30 pm & <b>49%</b>',
    "nobody asked the river why it was in such a hurry " * 10 + "at all",
    "Γειά and Привет, both   spoken\nhere.",
    "one of the end of the road of the king of the hill",
]
HINDI = [
    "बहुत समय पहले, एक राजा था। उसका बेटा प्रह्लाद रोज़ प्रार्थना करता था।",
    "शांति",
    "1947 १९४७",
    'Prahlad ने "नारायण" कहा — ₹100, 50% और %{}:\' \\ <b> श्री।',
]
LONG = {
    "en": ("The river ran on past the old temple, and nobody asked it why it was in such a hurry. " * 25)[:2000],
    "hi": ("नदी पुराने मंदिर के पास से बहती रही, और किसी ने उससे कुछ नहीं पूछा। " * 40)[:2000],
}
FURTHER: dict[Language, str] = {
    "bn": "অনেক দিন আগে, নদীর ধারে এক ছেলে থাকত। সে প্রতিদিন প্রার্থনা করত।",
    "ta": "நீண்ட காலத்திற்கு முன்பு, ஆற்றங்கரையில் ஒரு சிறுவன் வாழ்ந்தான். அவன் தினமும் பிரார்த்தனை செய்தான்.",
    "te": "చాలా కాలం క్రితం, నది ఒడ్డున ఒక బాలుడు నివసించేవాడు. అతను ప్రతిరోజూ ప్రార్థించేవాడు.",
    "mr": "खूप वर्षांपूर्वी, नदीकाठी एक मुलगा राहत होता. तो रोज प्रार्थना करत असे.",
    "gu": "ઘણા સમય પહેલાં, નદી કિનારે એક છોકરો રહેતો હતો. તે દરરોજ પ્રાર્થના કરતો હતો.",
    "kn": "ಬಹಳ ಹಿಂದೆ, ನದಿಯ ದಡದಲ್ಲಿ ಒಬ್ಬ ಹುಡುಗ ವಾಸಿಸುತ್ತಿದ್ದ. ಅವನು ಪ್ರತಿದಿನ ಪ್ರಾರ್ಥಿಸುತ್ತಿದ್ದ.",
    "ml": "പണ്ട് പണ്ട്, നദിക്കരയിൽ ഒരു ആൺകുട്ടി താമസിച്ചിരുന്നു. അവൻ എല്ലാ ദിവസവും പ്രാർത്ഥിച്ചു.",
    "pa": "ਬਹੁਤ ਸਮਾਂ ਪਹਿਲਾਂ, ਨਦੀ ਦੇ ਕੰਢੇ ਇੱਕ ਮੁੰਡਾ ਰਹਿੰਦਾ ਸੀ। ਉਹ ਹਰ ਰੋਜ਼ ਪ੍ਰਾਰਥਨਾ ਕਰਦਾ ਸੀ।",
    "ur": "بہت عرصہ پہلے، دریا کے کنارے ایک لڑکا رہتا تھا۔ وہ ہر روز دعا کرتا تھا۔",
    "ne": "धेरै पहिले, नदीको किनारमा एउटा केटा बस्थ्यो। ऊ हरेक दिन प्रार्थना गर्थ्यो।",
    "es": "Hace mucho tiempo, junto al río, vivía un niño. Rezaba todos los días.",
    "fr": "Il y a longtemps, au bord de la rivière, vivait un garçon. Il priait chaque jour.",
    "de": "Vor langer Zeit lebte am Fluss ein Junge. Er betete jeden Tag, und sein Vater war zornig.",
    "pt": "Há muito tempo, à beira do rio, vivia um menino. Ele rezava todos os dias.",
    "it": "Tanto tempo fa, vicino al fiume, viveva un ragazzo. Pregava ogni giorno.",
    "id": "Dahulu kala, di tepi sungai, hiduplah seorang anak laki-laki. Ia berdoa setiap hari.",
    "ar": "منذ زمن بعيد، على ضفة النهر، عاش صبي. كان يصلي كل يوم.",
    "ru": "Давным-давно у реки жил мальчик. Он молился каждый день, а его отец сердился.",
    "ja": "昔々、川のそばに、一人の少年が住んでいました。彼は毎日祈りました。",
    "ko": "옛날 옛적에 강가에 한 소년이 살았습니다. 그는 매일 기도했습니다.",
    "zh": "很久以前，河边住着一个男孩。他每天都祈祷，他的父亲很生气。",
}
"""A text in each further language that has an offline voice."""
CASES = [
    pytest.param(n, lang, v, text, id=f"{n.provider_id.provider}-{lang}-{v}-{i}")
    for n, lang, v in VOICES
    for i, text in enumerate([*(ENGLISH if lang == "en" else HINDI), *([LONG[lang]] if v == "F" else [])])
]


@pytest.fixture(autouse=True)
def require_voice(request: pytest.FixtureRequest) -> None:
    if "narrator" in request.fixturenames:
        params = request.node.callspec.params
        narrator = params["narrator"]
        if (params["language"], params["voice"]) not in narrator.capabilities.voices:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{narrator.provider_id} is not installed")


def read_audio(speech: Speech) -> NDArray[np.float64]:
    with wave.open(io.BytesIO(speech.wav)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 48_000)
        assert wav.getnframes() == speech.samples
        return np.frombuffer(wav.readframes(speech.samples), "<i2") / 32768


@pytest.mark.parametrize(("narrator", "language", "voice", "text"), CASES)
def test_says_every_word_once_and_in_time(
    narrator: NarrationProvider, language: Language, voice: Voice, text: str
) -> None:
    speech = narrator.narrate(text, language, voice)
    audio = read_audio(speech)

    assert [w.text for w in speech.words] == split_words(text)
    starts = [w.start for w in speech.words]
    assert all(a < b for a, b in itertools.pairwise(starts))
    assert all(0 <= w.start <= w.end <= len(audio) / 48_000 for w in speech.words)
    assert speech.words[0].start <= 0.02
    assert speech.alignment == "engine"
    assert speech.provider == str(narrator.provider_id) == str(narrator.provider_for(language, voice))

    level = np.sqrt(np.square(audio[: len(audio) // 480 * 480]).reshape(-1, 480).mean(axis=1))
    audible = 0.005 * np.quantile(level, 0.95)
    assert level[:2].max() > audible, "there is silence before the first word"
    assert level[-8:].max() > audible, "there is silence after the last word"
    assert 0.1 < np.abs(audio).max() < 0.9


FURTHER_VOICES: list[tuple[NarrationProvider, Language, Voice]] = [
    (OPEN_JTALK, "ja", "F"),
    *((ESPEAK, language, "M" if i % 2 else "F") for i, language in enumerate(FURTHER)),
]


@pytest.mark.parametrize(("narrator", "language", "voice"), FURTHER_VOICES)
def test_each_further_language_is_spoken_with_the_times_of_its_words_and_as_long_as_estimated(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    text = FURTHER[language]
    speech = narrator.narrate(text, language, voice)
    test_says_every_word_once_and_in_time(narrator, language, voice, text)
    # espeak-ng may say two short words as one
    assert sum(word.timing_source == "estimate" for word in speech.words) <= 1
    assert estimate_speech_sec(text, language, voice=voice) == pytest.approx(speech.samples / 48_000, rel=0.2)


def test_open_jtalk_reads_numbers_and_places_the_words_around_them() -> None:
    text = "1947年8月15日に、桜がYouTubeで3.5km続いた。彼は「はい」と言った。"
    speech = OPEN_JTALK.narrate(text, "ja", "F")
    test_says_every_word_once_and_in_time(OPEN_JTALK, "ja", "F", text)
    assert {word.timing_source for word in speech.words} == {"engine"}
    starts = {word.text: word.start for word in speech.words}
    assert starts["桜が"] == pytest.approx(find_hiss(read_audio(speech), starts["桜が"]), abs=0.05)
    assert OPEN_JTALK.narrate(text, "ja", "F", VoiceOptions(speed=0.8)).samples > 1.2 * speech.samples
    with pytest.raises(ProviderError, match="no word that this voice can read"):
        OPEN_JTALK.narrate("—", "ja", "F")


def test_every_language_but_sanskrit_has_both_offline_voices() -> None:
    voices = EspeakNarrator().capabilities.voices
    assert {language for language in LANGUAGES if (language, "F") in voices} == {*LANGUAGES} - {"sa"}
    assert {language for language, voice in voices if voice == "M"} == {*LANGUAGES} - {"sa"}


def test_a_language_without_a_voice_or_a_reading_says_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderError, match="does not speak Sanskrit"):
        ESPEAK.narrate("रामः", "sa", "F")
    monkeypatch.setattr(word_readings, "explain_lack", lambda language: "pypinyin" if language == "zh" else "")
    monkeypatch.setattr(espeak_ng, "explain_lack", word_readings.explain_lack)
    espeak_ng.list_voices.cache_clear()
    try:
        with pytest.raises(ProviderError, match="pypinyin is not installed") as error:
            ESPEAK.narrate("你好。", "zh", "F")
        assert error.value.advice == "pip install 'sutradhar[chinese]'"
    finally:
        espeak_ng.list_voices.cache_clear()


@pytest.mark.parametrize(("narrator", "language", "voice"), VOICES)
def test_a_slower_voice_takes_longer_and_its_words_are_found(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    text = (ENGLISH if language == "en" else HINDI)[0]
    normal, slow, fast = (
        narrator.narrate(text, language, voice, VoiceOptions(speed=speed)) for speed in (1.0, 0.8, 1.2)
    )
    assert normal == narrator.narrate(text, language, voice)
    assert slow.samples == pytest.approx(normal.samples / 0.8, rel=0.12)
    assert fast.samples == pytest.approx(normal.samples / 1.2, rel=0.12)
    for speech in (slow, fast):
        read_audio(speech)
        assert [w.text for w in speech.words] == text.split()
        share = [w.start / speech.samples for w in speech.words]
        assert share == pytest.approx([w.start / normal.samples for w in normal.words], abs=0.04 / 48_000)


@pytest.mark.parametrize(("narrator", "language", "voice"), VOICES)
def test_the_same_text_gives_the_same_bytes_in_any_order_and_thread(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    texts = (ENGLISH if language == "en" else HINDI)[:2]
    alone = [narrator.narrate(t, language, voice) for t in texts]
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda t: narrator.narrate(t, language, voice), texts[::-1] * 3))
    assert again == alone[::-1] * 3


FRICATIVES: dict[str, list[tuple[str, str]]] = {
    "en": [
        (f, w) for f in ("We have a {} here today.", "You may {} it now.") for w in ("seven", "ship", "sun", "saint")
    ],
    "hi": [(f, w) for f in ("मैंने वह {} देखा था।", "मेरा {} अब") for w in ("सागर", "सोना", "शेर", "समय")],
}


@pytest.mark.parametrize(("narrator", "language", "voice"), VOICES)
def test_a_word_in_mid_sentence_starts_within_80_ms_of_its_first_sound(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    """The truth is read off the audio: s and sh are the only phonemes with most of their power above 3 kHz."""
    errors = []
    for frame, word in FRICATIVES[language]:
        speech = narrator.narrate(frame.format(word), language, voice)
        start = speech.words[frame.split().index("{}")].start
        errors.append(start - find_hiss(read_audio(speech), start))
    assert np.abs(errors).max() <= 0.08, np.round(errors, 3)


HISSING: dict[Language, tuple[str, str]] = {
    "bn": ("আমি {} দেখেছি আজ", "সাগর"),
    "ta": ("நான் ஒரு {} பார்த்தேன்", "ஸ்ரீதர்"),
    "te": ("నేను ఒక {} చూశాను", "సముద్రం"),
    "mr": ("मी एक {} पाहिला", "शहर"),
    "gu": ("મેં એક {} જોયો", "સાગર"),
    "kn": ("ನಾನು ಒಂದು {} ನೋಡಿದೆ", "ಸಮಯ"),
    "ml": ("ഞാൻ ഒരു {} കണ്ടു", "സാഗരം"),
    "pa": ("ਮੈਂ ਇੱਕ {} ਦੇਖਿਆ", "ਸ਼ਹਿਰ"),
    "ur": ("میں نے ایک {} دیکھا", "سمندر"),
    "ne": ("मैले एउटा {} देखें", "सागर"),
    "es": ("Yo vi un {} ayer", "sueño"),
    "fr": ("Il y a un {} ici", "chat"),
    "de": ("Wir haben eine {} hier", "Schule"),
    "pt": ("Eu vi um {} hoje", "sonho"),
    "it": ("Ho visto un {} oggi", "santo"),
    "id": ("Aku melihat {} itu", "sungai"),
    "ar": ("أنا في {} اليوم", "سوق"),
    "ru": ("Мы видели {} вчера", "шар"),
    "ko": ("나는 {} 보았다", "사람을"),
    "ja": ("庭に{}ある", "桜が"),
}
"""A sentence without a hissing sound, and a word that begins with one."""


@pytest.mark.parametrize("language", HISSING)
def test_in_every_further_language_a_word_starts_within_30_ms_of_its_first_sound(language: Language) -> None:
    sentence, word = HISSING[language]
    text = sentence.format(word)
    speech = ESPEAK.narrate(text, language, "F")
    start = speech.words[split_words(text).index(word)].start
    assert start == pytest.approx(find_hiss(read_audio(speech), start), abs=0.03)


def find_hiss(audio: NDArray[np.float64], start: float) -> float:
    """Return the second at which the longest hiss begins, of those that begin within 0.15 s of ``start``."""
    frames = np.lib.stride_tricks.sliding_window_view(audio, 480)[::240] * np.hanning(480)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1)))[:, 1:]  # 100 Hz a bin
    hiss = power[:, 30:110].sum(axis=1) > 0.5 * power.sum(axis=1) + 1e-6 * power.sum(axis=1).max()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hiss, [False]]).astype(np.int8))).reshape(-1, 2)
    runs = [(b - a, a * 0.005 + 0.005) for a, b in edges if abs(a * 0.005 - start) < 0.15]
    return float(max(runs)[1])


def test_an_english_voice_gives_a_hindi_word_as_much_time_as_a_word_needs() -> None:
    speech = HIBARI.narrate("Then प्रह्लाद prayed.", "en", "F")
    assert speech.words[2].start - speech.words[1].start > 0.25


NUMBERS: dict[str, tuple[str, str]] = {
    "en": (
        "Dr. Rao paid Rs. 500 in 2014 for 10 km ॥",
        "Doctor Rao paid five hundred rupees in twenty fourteen for ten kilometers.",
    ),
    "hi": ("॥ डॉ. राव ने 108 बार अ॒ग्निमी॑ळे कहा, ₹ 500 दिए ॥", "डॉक्टर राव ने एक सौ आठ बार अग्निमीळे कहा, पाँच सौ रुपये दिए।"),
}


@pytest.mark.parametrize(("narrator", "language", "voice"), VOICES)
def test_numbers_and_signs_are_said_as_words_and_keep_their_times(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    text, spoken_form = NUMBERS[language]
    speech, reference = (narrator.narrate(t, language, voice) for t in (text, spoken_form))
    assert speech.wav == reference.wav
    assert [word.text for word in speech.words] == text.split()
    starts = {word.text: word.start for word in reference.words}
    for word in speech.words:
        if word.text in starts:
            assert word.start == pytest.approx(starts[word.text], abs=0.01)


@pytest.mark.parametrize(("narrator", "language", "voice"), VOICES[:3])
def test_a_text_without_sound_is_refused_for_good(
    narrator: NarrationProvider, language: Language, voice: Voice
) -> None:
    with pytest.raises(ProviderError) as caught:
        narrator.narrate("— —", language, voice)
    assert not caught.value.retryable


def test_a_voice_that_crashes_is_a_provider_error_that_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os; os.abort()")
    monkeypatch.setattr(espeak_ng, "_WORKER", child)
    with pytest.raises(ProviderError, match="ended with -6") as caught:
        ESPEAK.narrate("Hello", "en", "F")
    assert caught.value.retryable
    assert caught.value.status == -6


def test_a_voice_that_is_not_installed_is_reported() -> None:
    assert ("hi", "F") not in HIBARI.capabilities.voices
    assert ("en", "M") not in HIBARI.capabilities.voices
    with pytest.raises(ProviderError, match="no voice F for hi") as caught:
        HIBARI.narrate("नमस्ते", "hi", "F")
    assert not caught.value.retryable
