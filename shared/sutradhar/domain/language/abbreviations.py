"""List the abbreviations of each language: words that a full stop follows without an end of the sentence.

They are in lower case, without that stop. English, Hindi and Sanskrit have those of ``line_breaks``, which count in
every text; Japanese, Chinese and Korean have none.
"""

from collections.abc import Mapping

from sutradhar.domain.language.tags import Language

_ABBREVIATIONS: Mapping[Language, str] = {
    "bn": "ডা ড মি মিসেস প্রফ নং পৃ খ্রি",
    "ta": "திரு டாக்டர் மிஸ்டர் மிஸஸ் ப்ரொஃப் பேரா எண் ரூ கி.மீ கி.மு கி.பி எ.கா பக்",
    "te": "డా డాక్టర్ శ్రీ శ్రీమతి ప్రొ నం రూ కి.మీ క్రీ.పూ క్రీ.శ పే",
    "mr": "डॉ डॉ॰ प्रा श्री सौ कु मा रु क्र पृ इ.स ई.पू कि.मी",
    "gu": "ડૉ ડો પ્રો શ્રી નં રૂ કિ.મી ઈ.સ ઈ.પૂ પૃ",
    "kn": "ಡಾ ಶ್ರೀ ಪ್ರೊ ನಂ ರೂ ಕಿ.ಮೀ ಕ್ರಿ.ಶ ಕ್ರಿ.ಪೂ",
    "ml": "ഡോ ശ്രീ പ്രൊഫ നം രൂ കി.മീ ക്രി.മു എ.ഡി ബി.സി",
    "pa": "ਡਾ ਸ੍ਰ ਪ੍ਰੋ ਨੰ ਰੁ ਕਿ.ਮੀ ਈ.ਪੂ",
    "ur": "ڈاکٹر پروفیسر م ص ء",
    "ne": "डा प्रा श्री रु नं वि.सं ई.सं ई.पू कि.मी",
    "es": "sr sra srta sres dr dra d dña ud uds prof av avda núm pág págs art cap ee.uu fig vol ed",
    "fr": "m mm mme mmes mlle mlles me dr pr st ste av boul bd art chap fig vol éd env p.ex c.-à-d",
    "de": "hr hrn fr frl dr prof st str nr bzw ca z d u v n z.b d.h u.a v.chr n.chr abs abb bd vgl",
    "pt": "sr sra srta dr dra prof profa d av núm pág págs art cap fig vol ed aprox p.ex a.c d.c exmo exma",
    "it": "sig sig.ra sig.na sigg dott dott.ssa prof prof.ssa avv ing s art cap fig vol pag pagg",
    "id": "tn ny nn sdr dr drs dra ir prof jl kab kec no hal rp km h hj kh a.n s.d",
    "ar": "د أ م أ.د ص ج ق.م هـ",
    "ru": "им ул пр пл д кв стр рис табл гл проф акад г-н г-жа св т.е т.к н.э",
}
ABBREVIATIONS: Mapping[Language, frozenset[str]] = {tag: frozenset(row.split()) for tag, row in _ABBREVIATIONS.items()}
