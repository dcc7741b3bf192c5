"""A sample of a voice: the sentence that it speaks, and the note about a sample that is not finished."""

from collections.abc import Mapping
from datetime import datetime

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.language.tags import Language

SAMPLE_TEXTS: Mapping[Language, str] = {
    "en": "Hello! Let us begin your story, one scene at a time.",
    "hi": "नमस्ते! चलिए, आपकी कहानी शुरू करते हैं।",
    "bn": "নমস্কার! চলুন, আপনার গল্প শুরু করি, একটি একটি করে দৃশ্য।",
    "ta": "வணக்கம்! வாருங்கள், உங்கள் கதையைத் தொடங்குவோம்.",
    "te": "నమస్కారం! రండి, మీ కథను మొదలుపెడదాం.",
    "mr": "नमस्कार! चला, तुमची गोष्ट सुरू करूया.",
    "gu": "નમસ્તે! ચાલો, તમારી વાર્તા શરૂ કરીએ.",
    "kn": "ನಮಸ್ಕಾರ! ಬನ್ನಿ, ನಿಮ್ಮ ಕಥೆಯನ್ನು ಆರಂಭಿಸೋಣ.",
    "ml": "നമസ്കാരം! വരൂ, നിങ്ങളുടെ കഥ തുടങ്ങാം.",
    "pa": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ! ਆਓ, ਤੁਹਾਡੀ ਕਹਾਣੀ ਸ਼ੁਰੂ ਕਰੀਏ।",
    "ur": "السلام علیکم! آئیے، آپ کی کہانی شروع کرتے ہیں۔",
    "ne": "नमस्ते! आउनुहोस्, तपाईंको कथा सुरु गरौं।",
    "sa": "नमस्ते! आगच्छतु, भवतः कथाम् आरभामहे।",
    "es": "¡Hola! Empecemos tu historia, escena por escena.",
    "fr": "Bonjour ! Commençons votre histoire, une scène à la fois.",
    "de": "Hallo! Beginnen wir deine Geschichte, Szene für Szene.",
    "pt": "Olá! Vamos começar a sua história, uma cena de cada vez.",
    "it": "Ciao! Cominciamo la tua storia, una scena alla volta.",
    "id": "Halo! Mari kita mulai ceritamu, satu adegan demi satu.",
    "ar": "مرحبًا! لنبدأ قصتك، مشهدًا بعد مشهد.",
    "ru": "Здравствуйте! Начнём вашу историю, сцену за сценой.",
    "ja": "こんにちは！あなたの物語を、一場面ずつ始めましょう。",
    "ko": "안녕하세요! 당신의 이야기를 한 장면씩 시작해 볼까요?",
    "zh": "你好！让我们一幕一幕地开始你的故事。",
}
"""The sentence that each voice speaks. Another text would be made, and paid for, anew for every voice."""
MAX_SAMPLE_CHARS = 300
"""The longest text of a sample."""


class SampleNote(Record):
    """A sample that is ordered, or that no provider made. It is deleted when the sample is finished."""

    history = History("note of a voice sample", keep_fields)

    at: datetime
    """The time of the order, or of the failure."""
    cause: str = ""
    """The reason why there is no sample; empty: it is being made."""
    advice: str = ""
