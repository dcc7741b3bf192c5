"""Write the words for dates, units and money in each language, from the Unicode CLDR and from the lists here:

pip install babel==2.19.0
python .ci/write_spoken_words.py > shared/sutradhar/domain/text/spoken_words.json

The system itself does without the package, which has 36 MB of data.
"""

import json
import re
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.units import format_unit

LOCALES = {"pt": "pt_BR", "zh": "zh_Hans"}
UNITS = {
    "length-kilometer": "km",
    "length-meter": "m",
    "length-centimeter": "cm",
    "length-millimeter": "mm",
    "length-foot": "ft",
    "length-mile": "mi",
    "area-square-kilometer": "km²",
    "area-square-meter": "m²",
    "volume-cubic-meter": "m³",
    "mass-kilogram": "kg",
    "mass-gram": "g",
    "mass-milligram": "mg",
    "volume-liter": "l L",
    "volume-milliliter": "ml mL",
    "temperature-celsius": "°C ℃",
    "temperature-fahrenheit": "°F ℉",
    "angle-degree": "°",
    "concentr-percent": "% ٪ ％",
    "speed-kilometer-per-hour": "km/h kmph",
    "speed-meter-per-second": "m/s",
    "digital-kilobyte": "kB KB",
    "digital-megabyte": "MB",
    "digital-gigabyte": "GB",
    "digital-terabyte": "TB",
    "frequency-hertz": "Hz",
    "frequency-megahertz": "MHz",
    "frequency-gigahertz": "GHz",
    "power-watt": "W",
    "power-kilowatt": "kW",
    "power-megawatt": "MW",
    "energy-kilowatt-hour": "kWh",
    "electric-volt": "V",
    "duration-hour": "hr hrs",
    "duration-minute": "min",
    "duration-second": "sec",
}
OWN_UNITS = {
    ("ta", "speed-kilometer-per-hour"): "மணிக்கு {0} கிலோமீட்டர்",
    ("ta", "speed-meter-per-second"): "நொடிக்கு {0} மீட்டர்",
    ("ml", "speed-kilometer-per-hour"): "മണിക്കൂറിൽ {0} കിലോമീറ്റർ",
    ("ml", "speed-meter-per-second"): "സെക്കൻഡിൽ {0} മീറ്റർ",
    ("ml", "concentr-percent"): "{0} ശതമാനം",
    ("bn", "concentr-percent"): "{0} শতাংশ",
    ("ko", "concentr-percent"): "{0} 퍼센트",
    ("zh", "concentr-percent"): "百分之{0}",
    ("ar", "concentr-percent"): "{0} بالمئة",
}
"""They stand in for forms of the CLDR that are only a sign, or have a slash."""
SIGNS = {"INR": "₹ ₨ Rs Rs. INR", "USD": "$ US$ USD", "EUR": "€ EUR", "GBP": "£ GBP", "JPY": "¥ ￥ JPY"}
MONEY = """
bn রুপি, ডলার, ইউরো, পাউন্ড, ইয়েন
ta ரூபாய், டாலர், யூரோ, பவுண்டு, யென்
te రూపాయి|రూపాయలు, డాలర్|డాలర్లు, యూరో|యూరోలు, పౌండ్|పౌండ్లు, యెన్
mr रुपया|रुपये, डॉलर, युरो, पाउंड, येन
gu રૂપિયો|રૂપિયા, ડૉલર, યુરો, પાઉન્ડ, યેન
kn ರೂಪಾಯಿ, ಡಾಲರ್, ಯೂರೊ, ಪೌಂಡ್, ಯೆನ್
ml രൂപ, ഡോളർ, യൂറോ, പൗണ്ട്, യെൻ
pa ਰੁਪਿਆ|ਰੁਪਏ, ਡਾਲਰ, ਯੂਰੋ, ਪੌਂਡ, ਯੇਨ
ur روپیہ|روپے, ڈالر, یورو, پاؤنڈ, ین
ne रुपैयाँ, डलर, युरो, पाउन्ड, येन
es rupia|rupias, dólar|dólares, euro|euros, libra|libras, yen|yenes
fr roupie|roupies, dollar|dollars, euro|euros, livre|livres, yen|yens
de Rupie|Rupien, Dollar, Euro, Pfund, Yen
pt rupia|rupias, dólar|dólares, euro|euros, libra|libras, iene|ienes
it rupia|rupie, dollaro|dollari, euro, sterlina|sterline, yen
id rupee, dolar, euro, pound, yen
ar روبية|روبيات|روبية, دولار|دولارات|دولار, يورو, جنيه|جنيهات|جنيه, ين
ru рупия|рупии|рупий, доллар|доллара|долларов, евро, фунт|фунта|фунтов, иена|иены|иен
ja ルピー, ドル, ユーロ, ポンド, 円
ko 루피, 달러, 유로, 파운드, 엔
zh 卢比, 美元, 欧元, 英镑, 日元
"""
"""Short names, as people say them, in the order of ``SIGNS``: one form, one and other, or one, few and other."""
HUNDREDS = """
bn এগারোশো, বারোশো, তেরোশো, চৌদ্দশো, পনেরোশো, ষোলোশো, সতেরোশো, আঠারোশো, উনিশশো
te పదకొండు వందల, పన్నెండు వందల, పదమూడు వందల, పద్నాలుగు వందల, పదిహేను వందల, పదహారు వందల, పదిహేడు వందల, పద్దెనిమిది వందల, పందొమ్మిది వందల
mr अकराशे, बाराशे, तेराशे, चौदाशे, पंधराशे, सोळाशे, सतराशे, अठराशे, एकोणीसशे
gu અગિયારસો, બારસો, તેરસો, ચૌદસો, પંદરસો, સોળસો, સત્તરસો, અઢારસો, ઓગણીસસો
pa ਗਿਆਰਾਂ ਸੌ, ਬਾਰਾਂ ਸੌ, ਤੇਰਾਂ ਸੌ, ਚੌਦਾਂ ਸੌ, ਪੰਦਰਾਂ ਸੌ, ਸੋਲਾਂ ਸੌ, ਸਤਾਰਾਂ ਸੌ, ਅਠਾਰਾਂ ਸੌ, ਉੱਨੀ ਸੌ
ur گیارہ سو, بارہ سو, تیرہ سو, چودہ سو, پندرہ سو, سولہ سو, سترہ سو, اٹھارہ سو, انیس سو
ne एघार सय, बाह्र सय, तेह्र सय, चौध सय, पन्ध्र सय, सोह्र सय, सत्र सय, अठार सय, उन्नाइस सय
de elf, zwölf, dreizehn, vierzehn, fünfzehn, sechzehn, siebzehn, achtzehn, neunzehn
"""
"""1100 to 1900 where people count years in hundreds; in the other languages a year is said as any number."""
EXAMPLES = {"one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


def main() -> None:
    money = {line.split()[0]: line.split(" ", 1)[1].split(", ") for line in MONEY.strip().splitlines()}
    hundreds = {line.split()[0]: line.split(" ", 1)[1].split(", ") for line in HUNDREDS.strip().splitlines()}
    hundreds["de"] = [f"{name}hundert" for name in hundreds["de"]]
    table = {language: describe(language, money[language], hundreds.get(language, [])) for language in money}
    rows = (f'"{language}": {json.dumps(row, ensure_ascii=False)}' for language, row in table.items())
    print("{", ",\n".join(rows), "}", sep="\n")


def describe(language: str, money: list[str], hundreds: list[str]) -> dict[str, object]:
    locale = Locale.parse(LOCALES.get(language, language))
    units: dict[str, dict[str, str]] = {}
    for unit, names in UNITS.items():
        forms = list_forms(locale, language, unit)
        short = strip_number(format_unit(Decimal(5), unit, "short", locale=locale, numbering_system="latn"))
        words = {word for form in forms.values() for word in form.split()}
        own = [short] if " " not in short and short not in words else []
        units |= dict.fromkeys([*names.split(), *own], forms)
    spaced = "{0}" if language in ("ja", "zh") else "{0} "
    currencies: dict[str, dict[str, str]] = {}
    for signs, names in zip(SIGNS.values(), money, strict=True):
        forms = [spaced + name for name in names.split("|")]
        keys = [["other"], ["one", "other"], ["one", "few", "other"]][len(forms) - 1]
        currencies |= {sign: dict(zip(keys, forms, strict=True)) for sign in signs.split()}
    return {
        "decimal": locale.number_symbols["latn"]["decimal"],
        "has_spaced_groups": language in ("es", "fr", "ru"),
        "dates": [write_date(locale, month) for month in range(1, 13)],
        "units": dict(sorted(units.items(), key=lambda one: -len(one[0]))),
        "currencies": dict(sorted(currencies.items(), key=lambda one: -len(one[0]))),
        "hundreds": hundreds,
        "plural": {"ar": "arabic", "ru": "slavic"}.get(language, ""),
    }


def list_forms(locale: Locale, language: str, unit: str) -> dict[str, str]:
    """Return the pattern of ``unit`` for each plural form that differs."""
    if own := OWN_UNITS.get((language, unit)):
        return {"other": own}
    forms = {}
    for form, number in EXAMPLES.items():
        if form == "other" or locale.plural_form(number) == form:
            text = format_unit(Decimal(number), unit, "long", locale=locale, numbering_system="latn")
            text = re.sub(r"\d+", "{0}", text.replace("\xa0", " "))
            has_spaces = language not in ("ja", "ko", "zh")
            forms[form] = " ".join(text.replace("{0}", " {0} ").split()) if has_spaces else text.replace(" ", "")
    return {form: text for form, text in forms.items() if form == "other" or ("{0}" in text and text != forms["other"])}


def strip_number(text: str) -> str:
    return text.replace("\xa0", " ").replace("5", "").strip()


def write_date(locale: Locale, month: int) -> str:
    text = format_date(date(1947, month, 25), "long", locale=locale)
    text = re.sub(r"\sг\.", " года", text)
    return text.replace("1947", "{year}").replace("25", "{day}").replace(",", "").replace("،", "")


if __name__ == "__main__":
    main()
