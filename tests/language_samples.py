"""A sentence in each language that says the same, with a number and with a name in Latin letters.

``python -m tests.language_table`` makes a video of each.
"""

from collections.abc import Mapping

from sutradhar.domain.language.tags import Language

NARRATIONS: Mapping[Language, tuple[str, str]] = {
    "en": ("The river tells a new story every morning.", "In the library of Sutradhar, 12 children read 3 books."),
    "hi": ("नदी हर सुबह एक नई कहानी कहती है।", "Sutradhar के पुस्तकालय में 12 बच्चों ने 3 किताबें पढ़ीं।"),
    "bn": ("নদী প্রতিদিন সকালে একটি নতুন গল্প বলে।", "Sutradhar-এর গ্রন্থাগারে ১২ জন শিশু ৩টি বই পড়ল।"),
    "ta": ("நதி ஒவ்வொரு காலையும் ஒரு புதிய கதை சொல்கிறது.", "Sutradhar நூலகத்தில் 12 குழந்தைகள் 3 புத்தகங்களைப் படித்தார்கள்."),
    "te": ("నది ప్రతి ఉదయం ఒక కొత్త కథ చెబుతుంది.", "Sutradhar గ్రంథాలయంలో 12 మంది పిల్లలు 3 పుస్తకాలు చదివారు."),
    "mr": ("नदी रोज सकाळी एक नवी गोष्ट सांगते.", "Sutradhar च्या ग्रंथालयात 12 मुलांनी 3 पुस्तके वाचली."),
    "gu": ("નદી દરરોજ સવારે એક નવી વાર્તા કહે છે.", "Sutradhar ના પુસ્તકાલયમાં 12 બાળકોએ 3 પુસ્તકો વાંચ્યાં."),
    "kn": ("ನದಿ ಪ್ರತಿದಿನ ಬೆಳಿಗ್ಗೆ ಒಂದು ಹೊಸ ಕಥೆ ಹೇಳುತ್ತದೆ.", "Sutradhar ಗ್ರಂಥಾಲಯದಲ್ಲಿ 12 ಮಕ್ಕಳು 3 ಪುಸ್ತಕಗಳನ್ನು ಓದಿದರು."),
    "ml": ("പുഴ എല്ലാ പ്രഭാതത്തിലും ഒരു പുതിയ കഥ പറയുന്നു.", "Sutradhar വായനശാലയിൽ 12 കുട്ടികൾ 3 പുസ്തകങ്ങൾ വായിച്ചു."),
    "pa": ("ਨਦੀ ਹਰ ਸਵੇਰ ਇੱਕ ਨਵੀਂ ਕਹਾਣੀ ਸੁਣਾਉਂਦੀ ਹੈ।", "Sutradhar ਦੀ ਲਾਇਬ੍ਰੇਰੀ ਵਿੱਚ 12 ਬੱਚਿਆਂ ਨੇ 3 ਕਿਤਾਬਾਂ ਪੜ੍ਹੀਆਂ।"),
    "ur": ("دریا ہر صبح ایک نئی کہانی سناتا ہے۔", "Sutradhar کی لائبریری میں 12 بچوں نے 3 کتابیں پڑھیں۔"),
    "ne": ("नदीले हरेक बिहान एउटा नयाँ कथा भन्छ।", "Sutradhar को पुस्तकालयमा 12 जना बालबालिकाले 3 वटा किताब पढे।"),
    "sa": ("नदी प्रतिप्रभातं नूतनां कथां कथयति।", "Sutradhar इत्यस्य पुस्तकालये द्वादश बालकाः त्रीणि पुस्तकानि अपठन्।"),
    "es": (
        "El río cuenta una historia nueva cada mañana.",
        "En la biblioteca de Sutradhar, 12 niños leyeron 3 libros.",
    ),
    "fr": (
        "La rivière raconte une nouvelle histoire chaque matin.",
        "À la bibliothèque de Sutradhar, 12 enfants ont lu 3 livres.",
    ),
    "de": (
        "Der Fluss erzählt jeden Morgen eine neue Geschichte.",
        "In der Bibliothek von Sutradhar lasen 12 Kinder 3 Bücher.",
    ),
    "pt": ("O rio conta uma história nova todas as manhãs.", "Na biblioteca de Sutradhar, 12 crianças leram 3 livros."),
    "it": (
        "Il fiume racconta una storia nuova ogni mattina.",
        "Nella biblioteca di Sutradhar, 12 bambini hanno letto 3 libri.",
    ),
    "id": ("Sungai itu menceritakan kisah baru setiap pagi.", "Di perpustakaan Sutradhar, 12 anak membaca 3 buku."),
    "ar": ("يروي النهر قصة جديدة كل صباح.", "في مكتبة Sutradhar قرأ 12 طفلاً 3 كتب."),
    "ru": ("Река каждое утро рассказывает новую историю.", "В библиотеке Sutradhar 12 детей прочитали 3 книги."),
    "ja": ("川は毎朝、新しい物語を語ります。", "Sutradharの図書館で、12人の子どもが3冊の本を読みました。"),
    "ko": ("강은 매일 아침 새로운 이야기를 들려줍니다.", "Sutradhar 도서관에서 12명의 아이들이 책 3권을 읽었습니다."),
    "zh": ("河流每天早晨都讲一个新故事。", "在Sutradhar图书馆里，12个孩子读了3本书。"),
}
