"""Recognise the parts of a script that are not spoken: labels, cues, stage directions, time stamps.

Lists define all of them. Every other text is the user's, and is spoken.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regex import Match, Pattern

_LABELS = (
    r"narrator|co-?narrator|narration|storyteller|voice[ -]?over(?: artist)?|v\.?\s?o\.?|host(?:ess)?|co-?host|anchor"
    r"|presenter|announcer|interviewer|interviewee|commentator|reporter|speaker|dialogue|spoken(?: text)?|"
    r"(?:male|female|deep|soft|child) voice|(?:narrator|voice) text|audio script"
    r"|वाचक|कथावाचक|कथाकार|सूत्रधार|नैरेटर|नरेटर|नैरेशन|वर्णन|कथन|मेज़बान|मेजबान|होस्ट|एंकर|उद्घोषक|प्रस्तुतकर्ता|वक्ता"
    r"|वॉ[इय]स[ -]?ओवर|वा[इय]स[ -]?ओवर|पार्श्व ?स्वर|(?:पुरुष|महिला) (?:स्वर|आवाज़|आवाज)"
)
_OTHER_LABELS = (
    r"narrador[ae]?s?|narrat(?:eur|rice|ore)|erzähler(?:in)?|sprecher(?:in)?|locutora?|narator|voix[ -]off|voz en off"
    r"|рассказчик|диктор|ведущ(?:ий|ая)|الراوي|المعلق|المذيع|راوی|میزبان|ナレーター|ナレーション|語り手|내레이터|나레이터|내레이션|해설"
    r"|旁白|解说|主持人|叙述者|কথক|ভাষ্যকার|উপস্থাপক|கதைசொல்லி|விவரிப்பாளர்|தொகுப்பாளர்|వ్యాఖ్యాత|కథకుడు|વાચક|સૂત્રધાર|ઉદ્ઘોષક"
    r"|ನಿರೂಪಕ|ನಿರೂಪಕಿ|ആഖ്യാതാവ്|അവതാരകൻ|അവതാരക|ਕਥਾਵਾਚਕ|ਸੂਤਰਧਾਰ"
)
"""The same in languages besides English and Hindi."""
_OFF_SCREEN = (
    r"v\.?\s?o\.?|voice[ -]?over|o\.?s\.?|off[ -]?(?:screen|camera)|on[ -]camera|cont(?:'|’)?d|continued|narrat\w+"
)
_LABEL = (
    rf"(?:(?i:{_LABELS})(?:\s*\#?\d{{1,2}}|\s+[A-Z])?(?:\s*\([^()\n]{{1,40}}\))*"
    rf"|\p{{L}}[\p{{L}}\p{{M}} .'’-]{{0,30}}?\s*\((?i:{_OFF_SCREEN})\b[^()\n]{{0,20}}\))[\s\x00]*[:：]\s*"
)
_LABEL_IN_OTHER_LANGUAGES = (
    rf"(?i:{_OTHER_LABELS})(?:\s*\#?\d{{1,2}})?(?:\s*[(（][^()（）\n]{{1,40}}[)）])*[\s\x00]*[:：]\s*"
)
_LABEL_ALONE = rf"(?:NARRATOR|VOICE[ -]?OVER|HOST|ANCHOR|ANNOUNCER|(?i:{_LABELS})\s*\((?i:{_OFF_SCREEN})\))\s*"

_CUES = (
    r"visuals?(?: cues?| description| direction)?|b-?roll|(?:stock )?footage|sfx|fx|sound effects?"
    r"|background (?:music|score)|bgm"
    r"|on[ -]?screen(?: text)?|text (?:on[ -]?screen|overlay)|image prompts?|camera (?:angle|movement|move|shot)"
    r"|cut to|fade (?:in|out|to)|stage directions?|editing notes?|production notes?|lower third|title card"
    r"|दृश्य विवरण|पृष्ठभूमि (?:संगीत|ध्वनि)|ध्वनि प्रभाव|साउंड इफ़ेक्ट|विज़ुअल|विजुअल|बैकग्राउंड म्यूज़िक|बैकग्राउंड म्यूजिक|स्क्रीन पर"
)
_CUES_OF_SCRIPTS = (
    r"scene|music|sounds?|images?|pictures?|photo|camera|shot|captions?|titles?|text|video|transition|thumbnail|duration"
    r"|length|time|mood|tone|setting|location|style|characters?|logline|description|tags|hashtags|audio|animation|graphics?"
    r"|दृश्य|संगीत|ध्वनि|चित्र|छवि|कैमरा|शीर्षक|अवधि|समय|स्थान|पात्र|टैग"
)
_SCENE = r"(?i:scene|shot|slide|frame|दृश्य|शॉट|स्लाइड|सीन)\s*\#?\d{1,3}\b"
_HEADINGS = (
    r"(?:video |voice-?over |full )?script|narration|voice[ -]?over|dialogue|title|intro(?:duction)?|outro|hook"
    r"|conclusion|call to action|cta|ending|opening|closing|end(?: screen| card)?|scene breakdown|visuals?"
    r"|परिचय|प्रस्तावना|निष्कर्ष|उपसंहार|पटकथा|स्क्रिप्ट|शीर्षक|समापन|आरंभ|अंत"
)
_KINDS_OF_SCRIPT = r"(?:video|youtube|shorts?|reels?|tiktok|explainer|narration|voice-?over|podcast|documentary)"
_PARTS_OF_SONGS = (
    r"(?:verse|(?:pre|post)?[- ]?chorus|bridge|refrain|hook|interlude|breakdown|(?:guitar |piano |drum )?solo|coda|tag"
    r"|मुखड़ा|अंतरा|स्थायी|टेक)(?:\s*\d{1,2})?(?:\s*\(?[x×]\s*\d{1,2}\)?)?"
)
_SIXTY = r"(?:[0-5]\d|(?![0-9])\d\d)"  # the second in digits of other scripts
_STAMP = rf"\d{{1,2}}[:：]{_SIXTY}(?:[:：]{_SIXTY})?(?:[.,]\d{{1,3}})?"
_STAMPS = rf"{_STAMP}\s*(?:-->|[-–—→]|to|से)\s*{_STAMP}"
_SECONDS = r"(?:approx\.?|about|~)?\s*\d{1,3}(?:\s*[-–]\s*\d{1,3})?\s*(?:s|secs?\.?|seconds?|सेकंड|सेकेंड)"
_TIMED_PART = rf"(?i:{_HEADINGS}|(?:section|part|segment|chapter|भाग|खंड)(?:\s*\d{{1,2}})?)"
_AT_THE_START = (
    rf"[\[(]\s*(?:{_STAMPS}|{_STAMP}|{_SECONDS})\s*[\])]\s*[:|–—-]?\s*|{_STAMPS}(?!\s*(?i:[ap]\.?m))\s*[:|–—-]?\s*"
)
_CHAT = (
    r"\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?\]?\s*(?:[-–]\s*)?"
    r"[^:\n]{1,40}:\s+"
)

# a direction is recognised by its words: each must be in one of these lists, and at least one in the first
_HEADS_LIST = """
music sfx bgm pause pauses pausing beat silence applause laughter laughs laughing chuckles chuckling giggles
giggling sighs sighing gasps gasping whispers whispering whispered sobs sobbing cheers cheering chirping chirps
rumbles rumbling crackles crackling jingle instrumental ambience voiceover vo v.o v.o. crossfade sound sounds song
sings singing smiling smiles excitedly dramatically संगीत विराम ठहराव रुककर तालियाँ तालियां मौन ध्वनि आवाज़ आवाज
हँसते हंसते हँसी हंसी म्यूज़िक म्यूजिक साउंड फुसफुसाते शंखनाद
música musique musik musica musiques pausa risas rires silencio silêncio aplausos applaudissements jeda tawa hening
музыка пауза смех тишина аплодисменты موسيقى موسیقی صمت وقفة وقفہ خاموشی ضحك تصفيق ہنسی تالیاں 音楽 音乐 音樂 音效
効果音 拍手 掌声 笑い 笑声 停顿 沈黙 음악 효과음 박수 웃음 침묵 সঙ্গীত সংগীত বিরতি নীরবতা হাসি இசை இடைநிறுத்தம் மௌனம் சிரிப்பு
సంగీతం విరామం నిశ్శబ్దం నవ్వు संगीत शांतता હાસ્ય સંગીત વિરામ મૌન ಸಂಗೀತ ವಿರಾಮ ಮೌನ ನಗು സംഗീതം ഇടവേള മൗനം ചിരി ਸੰਗੀਤ ਵਿਰਾਮ ਚੁੱਪ ਹਾਸਾ
"""
_HEADS = frozenset(_HEADS_LIST.split())
_HELPERS_LIST = """
a an the of in out up down under over and with to for on at as background soft softly gentle gently quiet quietly
low loud slow slowly fast dramatic tense sad happy joyful upbeat calm devotional peaceful epic heroic cheerful
mysterious suspenseful emotional traditional indian classical folk ambient instrumental piano flute sitar tabla drum
drums strings orchestral guitar harp bells bell temple intro outro opening closing ending theme effect effects plays
play playing fades fade fading swells swell swelling begins begin starts start starting stops stop ends end
continues continue rises rising intensifies builds building changes returns lowers long short brief small big
thunder rain wind birds bird water waves river crowd footsteps conch forest fire door voice voices horn second
seconds sec s one two three natural nature night morning मधुर धीमा धीमी धीमे तेज़ तेज हल्का हल्की हल्के शांत भक्ति
भक्तिमय पृष्ठभूमि बैकग्राउंड में का की के और एक दो तीन बजता बजती बजते है हैं हुए शुरू होता होती बंद समाप्त शंख घंटी
घंटियों घंटा बांसुरी बाँसुरी ढोल तबला सितार वीणा बादल बादलों बारिश वर्षा पक्षियों हवा नदी जल लंबा छोटा प्रभाव सेकंड
सेकेंड सॉफ्ट मंद वाद्य मंदिर गरज चहचहाहट उठता धीरे
"""
_HELPERS = frozenset(_HELPERS_LIST.split())
_ACTIONS_LIST = """
pause pauses pausing beat laughs laughing chuckles chuckling giggles giggling sighs sighing gasps gasping whispers
whispering sobs sobbing cheers cheering chirping rumbles rumbling crackles crackling sings singing smiling smiles
plays play playing fades fade fading swells swell swelling begins begin starts start starting stops stop ends
continues continue rises rising intensifies builds building voiceover विराम ठहराव रुककर हँसते हंसते फुसफुसाते बजता
बजती बजते शुरू बंद समाप्त उठता
"""
_ACTIONS = frozenset(_ACTIONS_LIST.split())
"""A direction in round brackets inside a sentence must have one of these words, because brackets may also explain a
word: "sangeet (Indian classical music)"."""
_FRAMED = (
    r"(?:cut|smash cut|jump cut|dissolve) to\b.*|fades? (?:in|out|to)\b.*|zoom(?:s|ing)? (?:in|out|on)\b.*"
    r"|pan(?:s|ning)? (?:to|left|right|across|over|up|down)\b.*|(?:close-?up|wide shot|aerial (?:shot|view)|drone shot"
    r"|establishing shot|medium shot|montage|slow[- ]motion|time-?lapse|b-?roll|insert|end screen)\b.*"
    r"|(?:show|insert|display|add)s? (?:an? |the )?"
    r"(?:images?|pictures?|photos?|videos?|clips?|text|title|logo|footage|graphics?|map)\b.*"
    r"|(?:images?|pictures?|photos?|videos?|footage|clip|animation|graphic|diagram|illustration)\s+(?:of|showing|shows?)\b.*"
    r"|(?:कैमरा|दृश्य|क्लोज़-?अप|ज़ूम|कट)\s.*|(?:opening|closing|final|next) (?:scene|shot|visual)\b.*"
    r"|intro|outro|hook|opening|closing|ending|end|the end|visuals?|b-?roll|edit|citation needed|note \d+|\^?\d{1,3}"
    r"|sounds? of .*|(?:in an? )?(?:\w+ )?(?:tone|voice)|warmly|excited|whispering|softly|cheerfully|sarcastic|curious"
)


@cache
def _compile(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - functions that read no text start without it

    return regex.compile(pattern, flags=regex.VERSION1)


def match_speaker_label(line: str) -> "Match[str] | None":
    """Match a label of the narrator or the host at the start of ``line``: ``Narrator (V.O.): ``, in any case."""
    # each condition saves the time to compile a long pattern, which the first text of a process would wait for
    if ":" in line or "：" in line:
        return _compile(_LABEL).match(line) or _compile(_LABEL_IN_OTHER_LANGUAGES).match(line)
    return _compile(_LABEL_ALONE).fullmatch(line) if line.isupper() or line.rstrip().endswith(")") else None


def is_cue_line(line: str, *, in_script: bool) -> bool:
    """Return whether ``line`` is a cue for the production: ``SFX: wind``, ``CUT TO:``, ``INT. HOUSE - DAY``.

    Words such as "Music:" also begin ordinary sentences; they count only if the text has labels (``in_script``).
    """
    cues = f"{_CUES}|{_CUES_OF_SCRIPTS}" if in_script else _CUES
    has_colon = ":" in line or "：" in line
    return bool(
        (has_colon and _compile(rf"(?i:{cues})(?:\s*\#?\d{{1,2}})?(?:\s*\([^()\n]*\))?\s*[:：].*").match(line))
        or _compile(r"(?:(?:SMASH |JUMP )?CUT TO|FADE (?:IN|OUT|TO BLACK)|DISSOLVE TO)(?: BLACK)?\s*[:.]?").fullmatch(
            line
        )
        or _compile(r"(?:INT|EXT|INT\./EXT)\.\s+[^\p{Ll}]+").fullmatch(line)
    )


def is_script(lines: "list[str]") -> bool:
    """Return whether ``lines`` are a script: a line has a label of the narrator, or is a cue or a scene's heading."""
    return any(
        match_speaker_label(line) or is_cue_line(line, in_script=False) or _compile(rf"{_SCENE}\s*[:.–—-]").match(line)
        for line in lines
    )


def match_scene_prefix(line: str) -> "Match[str] | None":
    """Match ``Scene 3: `` or ``दृश्य 3 - `` at the start of ``line``."""
    return _compile(rf"{_SCENE}\s*(?:\([^()\n]*\))?\s*(?:[:：.–—-]+\s*|$)").match(line)


def is_chord_line(line: str) -> bool:
    """Return whether ``line`` has only the chords of a song (``Am  G7``), or how often to sing a part (``x2``)."""
    chord = r"[A-G][#b♯♭]?(?:maj|min|dim|sus|aug|add|m)?\d{0,2}(?:/[A-G][#b]?)?"
    alone = _compile(rf"(?:\|?\s*{chord}[\s|-]+)+{chord}\s*\|?").fullmatch(line)
    marked = alone and _compile(r"[#b♯♭m\d]|\S\s{2,}\S|\|").search(line)
    return bool(marked or _compile(r"\(?[x×]\s?\d{1,2}\)?").fullmatch(line))


def match_part_label(line: str) -> "Match[str] | None":
    """Match the name of a part of a script at the start of ``line``: ``Outro: ``, ``HOOK (0:00-0:05): ``."""
    return _compile(rf"(?i:{_HEADINGS})\s*(?:\([^()\n]*\)|\[[^\[\]\n]*\])?\s*[:：]\s+(?=\S)").match(line)


def is_structural_heading(line: str) -> bool:
    """Return whether a heading names a part of the script, not of the story: ``Intro (0:00-0:10)``, ``Scene 1``."""
    rest = rf"\s*(?:\(.*\)|\[.*\]|{_STAMPS})?\s*[:：]?\s*"
    return bool(
        _compile(rf"{_SCENE}.*").fullmatch(line)
        or _compile(rf"(?:\d{{1,2}}[.)]\s*)?(?i:{_HEADINGS}){rest}").fullmatch(line)
        or _compile(r"(?i:(?:video )?(?:title|script|शीर्षक|पटकथा))\s*[:：].*").fullmatch(line)
        or _compile(rf"(?i:.*\b{_KINDS_OF_SCRIPT} script){rest}").fullmatch(line)
    )


def match_stamp(line: str, *, many: bool) -> "Match[str] | None":
    """Match a time stamp at the start of ``line``. One without brackets counts if it begins with a zero, or if other
    lines have one too (``many``); otherwise it may be a time of day."""
    match = _compile(_AT_THE_START).match(line)
    if match or not is_stamp(line):
        return match
    alone = _compile(rf"{_STAMP}(?!\s*(?i:[ap]\.?m\b|o.clock|बजे))\s*[:|–—-]?\s+").match(line)
    return alone if alone and (many or line.startswith(("0:", "00:"))) else None


def is_stamp(line: str) -> bool:
    return _compile(rf"{_STAMP}\b").match(line) is not None


def match_chat_prefix(line: str) -> "Match[str] | None":
    """Match the prefix that a messenger's export writes before a message: ``[12/05/24, 10:32 PM] Ravi: ``."""
    return _compile(_CHAT).match(line)


def is_subtitle_times(line: str) -> bool:
    """Return whether ``line`` has the times of a SubRip or WebVTT cue."""
    return _compile(rf"(?:\d+:)?{_STAMP}\s*-->\s*(?:\d+:)?{_STAMP}.*").fullmatch(line) is not None


def is_direction(content: str, *, square: bool, inside_sentence: bool = False) -> bool:
    """Return whether ``content``, the text inside brackets, is a stage direction.

    More texts count in square brackets than in round ones, because people also write words to be read in round ones.
    ``inside_sentence``: words of the same sentence stand before and after the brackets.
    """
    text = content.strip().strip("*_ .!…\x00").strip()
    if not text:
        return False
    about = rf"(?:opening |closing |final |next |end )?(?:{_CUES}|{_CUES_OF_SCRIPTS}|{_LABELS}|cut|sfx)"
    cue = rf"(?i:{about})(?:\s*\#?\d{{1,2}})?(?:[:：]\s*|\s+[–—-]\s+)\S.*"
    flags = r"(?is)"
    if _compile(flags + cue).fullmatch(text) or _compile(rf"(?i:{_OFF_SCREEN}|{_CUES})\.?").fullmatch(text):
        return True
    if _compile(rf"{_STAMPS}(?:\s*[|:,–-].*)?").fullmatch(text):
        return True
    if square and (
        _compile(rf"{flags}(?:{_FRAMED})").fullmatch(text)
        or _compile(rf"(?:{_SCENE}.*|{_STAMP}|{_SECONDS})").fullmatch(text)
        or _compile(rf"(?:{_TIMED_PART})\W*(?:{_STAMPS}|{_STAMP}|{_SECONDS})\W*").fullmatch(text)
        or _compile(rf"(?i:{_PARTS_OF_SONGS})(?:\s*[:–—-]\s*.+)?").fullmatch(text)
    ):
        return True
    if _compile(rf"(?i:{_PARTS_OF_SONGS}|[x×]\s?\d{{1,2}})").fullmatch(text):
        return not inside_sentence
    if _compile(r"(?i)(?:fade (?:in|out|to black)|zoom (?:in|out)|cut to:?|in an? \w+ (?:voice|tone))").fullmatch(text):
        return True
    words = text.casefold().replace(",", " ").split()
    known = all(word.strip(".") in _HEADS | _HELPERS or word in _HEADS or _is_length(word) for word in words)
    if not known or len(words) > 8 or not any(word.strip(".") in _HEADS or word in _HEADS for word in words):
        return False
    return square or not inside_sentence or not _ACTIONS.isdisjoint(words)


def _is_length(word: str) -> bool:
    return _compile(r"\d+(?:\.\d+)?(?:s|sec)?").fullmatch(word) is not None
