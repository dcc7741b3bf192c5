"""Tables of units, currencies and abbreviations: the written form, and the spoken forms in English and in Hindi."""

from collections.abc import Mapping


def _parse_rows(rows: str) -> dict[str, tuple[str, str, str]]:
    """Return lines of ``written = one, many, Hindi`` as a dictionary; spaces separate several written forms."""
    rows_by_unit: dict[str, tuple[str, str, str]] = {}
    for row in rows.strip().splitlines():
        forms, _, phrases = row.partition(" = ")
        one, many, hindi = (part.strip() for part in phrases.split(","))
        rows_by_unit |= dict.fromkeys(forms.split(), (one, many, hindi))
    return rows_by_unit


UNITS: Mapping[str, tuple[str, str, str]] = _parse_rows(
    """
    km kms किमी कि.मी किलोमी = kilometer, kilometers, किलोमीटर
    m मी = meter, meters, मीटर
    cm सेमी से.मी = centimeter, centimeters, सेंटीमीटर
    mm मिमी मि.मी = millimeter, millimeters, मिलीमीटर
    km/h kmph kph किमी/घंटा किमी/घं = kilometer per hour, kilometers per hour, किलोमीटर प्रति घंटा
    m/s मी/से = meter per second, meters per second, मीटर प्रति सेकंड
    mph = mile per hour, miles per hour, मील प्रति घंटा
    km² sq.km = square kilometer, square kilometers, वर्ग किलोमीटर
    m² = square meter, square meters, वर्ग मीटर
    cm² = square centimeter, square centimeters, वर्ग सेंटीमीटर
    m³ = cubic meter, cubic meters, घन मीटर
    cm³ = cubic centimeter, cubic centimeters, घन सेंटीमीटर
    ft = foot, feet, फ़ुट
    mi = mile, miles, मील
    lb lbs = pound, pounds, पाउंड
    oz = ounce, ounces, औंस
    kg kgs किग्रा कि.ग्रा = kilogram, kilograms, किलोग्राम
    g gm gms ग्रा = gram, grams, ग्राम
    mg मिग्रा = milligram, milligrams, मिलीग्राम
    l L ली = liter, liters, लीटर
    ml mL मिली मि.ली = milliliter, milliliters, मिलीलीटर
    °C ℃ °से = degree Celsius, degrees Celsius, डिग्री सेल्सियस
    °F ℉ = degree Fahrenheit, degrees Fahrenheit, डिग्री फ़ारेनहाइट
    ° = degree, degrees, डिग्री
    % = percent, percent, प्रतिशत
    ‰ = per mille, per mille, प्रति हज़ार
    KB kB = kilobyte, kilobytes, किलोबाइट
    MB एमबी = megabyte, megabytes, मेगाबाइट
    GB जीबी = gigabyte, gigabytes, गीगाबाइट
    TB = terabyte, terabytes, टेराबाइट
    Mbps = megabit per second, megabits per second, मेगाबिट प्रति सेकंड
    Hz = hertz, hertz, हर्ट्ज़
    kHz = kilohertz, kilohertz, किलोहर्ट्ज़
    MHz = megahertz, megahertz, मेगाहर्ट्ज़
    GHz = gigahertz, gigahertz, गीगाहर्ट्ज़
    W = watt, watts, वाट
    kW = kilowatt, kilowatts, किलोवाट
    MW = megawatt, megawatts, मेगावाट
    kWh = kilowatt hour, kilowatt hours, किलोवाट घंटा
    V = volt, volts, वोल्ट
    mAh = milliampere hour, milliampere hours, मिलीएम्पियर घंटा
    min mins मि = minute, minutes, मिनट
    sec secs s से = second, seconds, सेकंड
    hr hrs = hour, hours, घंटे
    """
)
"""Units after a number. ``से`` is a unit only if it is joined to the number: "5 से 10" is a range."""
ONLY_ATTACHED = frozenset({"से", "s", "min", "मि", "मी", "ली"})

CURRENCIES: Mapping[str, tuple[str, str, str]] = _parse_rows(
    """
    ₹ Rs Rs. INR ₨ रु रु. रू रू. रुपये = rupee, rupees, रुपये
    $ US$ USD = dollar, dollars, डॉलर
    A$ = Australian dollar, Australian dollars, ऑस्ट्रेलियाई डॉलर
    € EUR = euro, euros, यूरो
    £ GBP = pound, pounds, पाउंड
    ¥ JPY = yen, yen, येन
    ₩ = won, won, वॉन
    ₽ = ruble, rubles, रूबल
    """
)
CENTS: Mapping[str, tuple[str, str, str]] = _parse_rows(
    """
    rupee = paisa, paise, पैसे
    dollar = cent, cents, सेंट
    euro = cent, cents, सेंट
    pound = penny, pence, पेंस
    """
)
SCALES: Mapping[str, tuple[str, str]] = {
    "K": ("thousand", "हज़ार"),
    "k": ("thousand", "हज़ार"),
    "M": ("million", "मिलियन"),
    "B": ("billion", "अरब"),
    "bn": ("billion", "अरब"),
    "mn": ("million", "मिलियन"),
    "Cr": ("crore", "करोड़"),
    "cr": ("crore", "करोड़"),
    "L": ("lakh", "लाख"),
}
_SCALE_WORDS = """
hundred thousand million billion trillion lakh lakhs crore crores
सौ हज़ार हजार लाख करोड़ करोड अरब खरब मिलियन बिलियन
"""
SCALE_WORDS = frozenset(_SCALE_WORDS.split())
ABBREVIATIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "Dr.": "Doctor",
        "Mr.": "Mister",
        "Mrs.": "Missus",
        "Ms.": "Miz",
        "Prof.": "Professor",
        "Jr.": "Junior",
        "Sr.": "Senior",
        "Mt.": "Mount",
        "Ft.": "Fort",
        "Capt.": "Captain",
        "Gen.": "General",
        "Col.": "Colonel",
        "Lt.": "Lieutenant",
        "Sgt.": "Sergeant",
        "Gov.": "Governor",
        "Rev.": "Reverend",
        "Hon.": "Honorable",
        "vs.": "versus",
        "vs": "versus",
        "etc.": "et cetera",
        "e.g.": "for example",
        "i.e.": "that is",
        "approx.": "approximately",
        "dept.": "department",
        "govt.": "government",
        "Govt.": "Government",
        "Ltd.": "Limited",
        "Pvt.": "Private",
        "Inc.": "Incorporated",
        "Ave.": "Avenue",
        "Rd.": "Road",
        "&": "and",
        "№": "number",
        "w/": "with",
        "Rs.": "rupees",
        "Rs": "rupees",
        "₹": "rupees",
        "@": "at",
        "=": "equals",
        "+": "plus",
        "×": "times",
        "÷": "divided by",
        "±": "plus or minus",
        "Jan.": "January",
        "Feb.": "February",
        "Aug.": "August",
        "Sept.": "September",
        "Oct.": "October",
        "Nov.": "November",
        "Dec.": "December",
    },
    "hi": {
        "डॉ.": "डॉक्टर",
        "डा.": "डॉक्टर",
        "डॉ॰": "डॉक्टर",
        "पं.": "पंडित",
        "प्रो.": "प्रोफ़ेसर",
        "मि.": "मिस्टर",
        "स्व.": "स्वर्गीय",
        "सं.": "संख्या",
        "नं.": "नंबर",
        "क्र.": "क्रमांक",
        "रु.": "रुपये",
        "रू.": "रुपये",
        "रु": "रुपये",
        "ई.": "ईस्वी",
        "ई.पू.": "ईसा पूर्व",
        "वि.सं.": "विक्रम संवत",
        "श्री.": "श्री",
        "उ.प्र.": "उत्तर प्रदेश",
        "म.प्र.": "मध्य प्रदेश",
        "इ.": "इत्यादि",
        "कु.": "कुमारी",
        "Dr.": "डॉक्टर",
        "Mr.": "मिस्टर",
        "Mrs.": "मिसेज़",
        "Prof.": "प्रोफ़ेसर",
        "St.": "सेंट",
        "No.": "नंबर",
        "№": "नंबर",
        "Rs.": "रुपये",
        "Rs": "रुपये",
        "₹": "रुपये",
        "&": "और",
        "@": "ऐट",
        "=": "बराबर",
        "+": "जमा",
        "×": "गुणा",
        "÷": "भाग",
        "±": "धन या ऋण",
    },
}
_ENGLISH_MONTHS = "January February March April May June July August September October November December"
_HINDI_MONTHS = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"
_SHORT_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec फरवरी सितम्बर अक्तूबर नवम्बर दिसम्बर"
MONTHS = {"en": _ENGLISH_MONTHS.split(), "hi": _HINDI_MONTHS.split()}
MONTH_WORDS = frozenset(f"{_ENGLISH_MONTHS} {_HINDI_MONTHS} {_SHORT_MONTHS}".casefold().split())
