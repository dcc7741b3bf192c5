"""Every word of a pasted narration is spoken or quoted in a notice, and formatting marks are not spoken."""

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.providers.offline.storybook.planner import Storybook

SUN = "The sun rose over the hills and the river shone"


@pytest.mark.parametrize(
    ("pasted", "narration"),
    [
        # brackets and capitals that are the user's own words
        ("The band (musicians from Kerala) plays.", "The band (musicians from Kerala) plays."),
        ("He sat (on the music stool) and wept.", "He sat (on the music stool) and wept."),
        ("उसने वाद्य (मिट्टी का घड़ा) उठाया।", "उसने वाद्य (मिट्टी का घड़ा) उठाया।"),
        ("कला (संगीत) हमारी है।", "कला (संगीत) हमारी है।"),
        ("NASA: the agency. [The king] came at 5:30.", "NASA: the agency. [The king] came at 5:30."),
        ("STEP ONE: wash the rice.", "STEP ONE: wash the rice."),
        ("Music: the language of the soul.", "Music: the language of the soul."),
        ("भारत: एक देश।", "भारत: एक देश।"),
        ("2 * 3 * 4 = 24, snake_case_name", "2 * 3 * 4 = 24, snake_case_name"),
        ("a < b > c, AT&T; 1 <3", "a < b > c, AT&T; 1 <3"),
        ("5:30 in the morning he woke.", "5:30 in the morning he woke."),
        ("मैं हूँ 🙏 । तुम?", "मैं हूँ। तुम?"),
        # Markdown, HTML, messengers
        ("# The Fox\n\nHe **ran** to the _vine_.", "The Fox\n\nHe ran to the vine."),
        ("- one\n- two\n- three.", "one\n\ntwo\n\nthree."),
        ("> quoted `code` and ~~struck~~", "quoted code and struck"),
        ("[the page](https://x.org/a) says so", "the page says so"),
        ("<p>One<p>two &amp;amp; three<ul><li>a<li>b</ul>", "One\n\ntwo & three\n\na\n\nb"),
        ("x<sup>2</sup> H<sub>2</sub>O", "x² H2O"),
        ("He said:<br/>&ldquo;Go!&rdquo; &#128512;", "He said: “Go!”"),
        ("| Planet | Days |\n|---|---|\n| Mars | 687 |", "Planet, Days\nMars, 687"),
        ("| Year | Event | Way |\n|---|---|---|\n| 1453 | Blockade | — |", "Year, Event, Way\n1453, Blockade"),
        ("Conclusion: tea is good. [The section of 5 seconds]", "Conclusion: tea is good. [The section of 5 seconds]"),
        ("The video script [Bridge over water] was lost.", "The video script [Bridge over water] was lost."),
        ("*_जय श्री राम_* ~कल~ *आज*", "जय श्री राम कल आज"),
        ("ex\u00adam\u200bple \u2067राम\u2069 \ufeffend", "example राम end"),
        ("𝐁𝐨𝐥𝐝 Ｗｉｄｅ 20℃ №5 ½ m² x™", "Bold Wide 20℃ №5 ½ m² x™"),
        # line breaks: of a program, of a poem
        ("The sun rose over the hills and the river shone\nin the light.", f"{SUN} in the light."),
        ("Tyger Tyger, burning bright,\nIn the forests;", "Tyger Tyger, burning bright,\nIn the forests;"),
        ("बुरा जो देखन मैं चला,\nबुरा न मिलिया कोय॥", "बुरा जो देखन मैं चला,\nबुरा न मिलिया कोय॥"),
        ("First line.\nSecond line.", "First line. Second line."),
    ],
)
def test_the_users_words_are_kept(pasted: str, narration: str) -> None:
    assert read_narration(pasted).text == narration


@pytest.mark.parametrize(
    ("pasted", "narration", "left_out"),
    [
        (
            '[VISUAL: a hill] HOST (voiceover): "Hi." (pause) We go. [music]',
            '"Hi." We go.',
            ("[VISUAL: a hill]", "HOST (voiceover):", "(pause)", "[music]"),
        ),
        ("Narrator: “Hello.”", "Hello.", ("Narrator:",)),
        ('HOST: "Go," he said, "now."', '"Go," he said, "now."', ("HOST:",)),
        ("RAVI (V.O.): Hello.", "Hello.", ("RAVI (V.O.):",)),
        ("**वाचक:** एक समय।", "एक समय।", ("वाचक:",)),
        ("(मधुर संगीत बजता है) राम आए।", "राम आए।", ("(मधुर संगीत बजता है)",)),
        ("[दृश्य: जंगल] राम आए। (विराम)", "राम आए।", ("[दृश्य: जंगल]", "(विराम)")),
        ("(0:00–0:05) He ran. (soft piano music fades in)", "He ran.", ("(0:00–0:05)", "(soft piano music fades in)")),
        ("[Image of the water cycle] Rain falls.[1]", "Rain falls.", ("[Image of the water cycle]", "[1]")),
        ("Hello (pause), then go.", "Hello, then go.", ("(pause)",)),
        ("*soft music plays*\nHe sang.", "He sang.", ("*soft music plays*",)),
        ("1\n00:00:01,000 --> 00:00:04,000\nHello.", "Hello.", ("1", "00:00:01,000 --> 00:00:04,000")),
        ("[12/05/24, 10:32 PM] Ravi: राम राम", "राम राम", ("[12/05/24, 10:32 PM] Ravi:",)),
        ("## Scene 1: Wood\nVisual: trees\nHost: A fox.", "A fox.", ("Scene 1: Wood", "Visual: trees", "Host:")),
        ("| Time | Voiceover |\n|---|---|\n| 0:05 | A fox. |", "A fox.", ("Time", "Voiceover", "0:05")),
        ("Tea 👨‍👩‍👧🙏🏽! #tea\n#shorts #tea", "Tea! #tea", ("👨‍👩‍👧🙏🏽", "#shorts #tea")),
        ("See https://www.isro.gov.in/a?b=1 now.", "See isro.gov.in now.", ("https://www.isro.gov.in/a?b=1",)),
        ("**Host:**\n“Hi.”\n[Opening shot: hill] (Verse 1)", "Hi.", ("Host:", "[Opening shot: hill]", "(Verse 1)")),
        ("Speaker 1 [00:12]: Go. [pause 2s]", "Go.", ("Speaker 1 :", "[00:12]", "[pause 2s]")),
        ("[कैमरा अंगूरों पर] लोमड़ी आई।", "लोमड़ी आई।", ("[कैमरा अंगूरों पर]",)),
        ("<style>p{}</style><b>Hi</b>", "Hi", ("<style>p{}</style>",)),
        ("**[INTRO – 0:00–0:10]**\nHi. [Part 2 | 30 sec] Go.", "Hi. Go.", ("[INTRO – 0:00–0:10]", "[Part 2 | 30 sec]")),
        ("HOST: Hi.\nOUTRO: Like it!\n**Hook (0:05):** Go.", "Hi. Like it! Go.", ("HOST:", "OUTRO:", "Hook (0:05):")),
        ("# Silk — YouTube Script (60 sec)\nSilk moved.", "Silk moved.", ("Silk — YouTube Script (60 sec)",)),
        ("It grew.[^1] Fast.\n\n[^1]: Whitfield, 2015.", "It grew. Fast.", ("[^1]", "[^1]: Whitfield, 2015.")),
        ("[Verse 1: Asha]\nCome home\n[Chorus x2]\nGo on", "Come home\nGo on", ("[Verse 1: Asha]", "[Chorus x2]")),
        ("Am  G  F\nCarry me\nx2\nD | A7 |\nA C", "Carry me\nA C", ("Am G F", "x2", "D | A7 |")),
        ("[Guitar Solo]\n[अंतरा 2]\nघर आ.", "घर आ.", ("[Guitar Solo]", "[अंतरा 2]")),
    ],
)
def test_directions_are_left_out_and_quoted_in_a_notice(pasted: str, narration: str, left_out: tuple[str, ...]) -> None:
    reading = read_narration(pasted)
    assert reading.text == narration
    assert reading.left_out == left_out


LATIN = 'Tea king, o\'clock well-known naïve Zürich (friend) said. NASA: "so" 43,000 5% river; “yes” I end!'
DEVANAGARI = "राम क्‍षमा शक्‌ति हैं। १०८ श्री, (मित्र) सीता: विष्णु॥ ॐ कृष्ण! ज्ञान? घर-घर डॉ."
OTHERS = "Γειά Привет مرحبا می‌خواهم こんにちは 你好 தமிழ் ગુજરાતી ខ្មែរ한국 שלום"


@given(st.data())
def test_every_word_of_prose_comes_out_in_order(data: st.DataObject) -> None:
    scripts = data.draw(st.sets(st.sampled_from([LATIN, DEVANAGARI, OTHERS]), min_size=1))
    alphabet = [word for script in sorted(scripts) for word in script.split()]
    gaps = st.sampled_from([" ", " ", "  ", "\u00a0", "\n", "\n\n", "\t", " \u200b", "\u200e "])
    parts = data.draw(st.lists(st.tuples(st.sampled_from(alphabet), gaps), min_size=1, max_size=40))
    text = "".join(word + gap for word, gap in parts)
    reading = read_narration(text)
    assert reading.left_out == ()
    if any(c.isalnum() for c in text):
        assert reading.text.replace("\u200e", "").split() == [word for word, _ in parts]
        assert read_narration(reading.text).text == reading.text


PIECES = [
    "Tea ",
    "राम ",
    "king. ",
    "\n",
    "\n\n",
    "**",
    "*",
    "_",
    "`",
    "# ",
    "- ",
    "1. ",
    "> ",
    "(",
    ")",
    "[",
    "]",
    "<b>",
    "<p>",
    "</p>",
    "<br>",
    "&amp;",
    "&lt;",
    "Narrator: ",
    "HOST (V.O.): ",
    "[VISUAL: hill]",
    "(pause)",
    "(soft music plays)",
    "0:05 ",
    "| ",
    "|---|",
    "https://a.org/b ",
    "🙏",
    '"',
    "“",
    "”",
    "2014 ",
    "---\n",
    "```\n",
    "~",
    "\\",
    "{",
    "}",
    "Scene 1: ",
    "#tag ",
    "music ",
    ": ",
    "।",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_a_word_is_spoken_or_quoted_whatever_the_signs_around_it(text: str) -> None:
    reading = read_narration(text)
    shown = re.sub(r"&(amp|lt);", " ", re.sub(r"</?(b|p|br)>", " ", text))
    words = sorted(regex.findall(r"[\p{L}\p{N}\p{M}]+", shown))
    words_read = regex.findall(r"[\p{L}\p{N}\p{M}]+", " ".join([reading.text, *reading.left_out]))
    if reading.text:
        missing = [
            word for word in words if word not in words_read and word not in ("https", "b", "a", "org", "p", "br")
        ]
        assert not missing


def plan_of(*narrations: str) -> RenderPlan:
    return RenderPlan.parse({"scenes": [{"narration": n, "image_prompt": "x"} for n in narrations]})


def test_a_notice_for_each_scene_quotes_what_is_left_out() -> None:
    plan = plan_of("Once. [music]", "Twice.")
    assert plan.notices == ("the narration of scene 1: left out, as nothing to be said: “[music]”",)
    assert plan_of("Once (upon a time).").notices == ()


def test_a_script_given_as_a_prompt_is_read_line_by_line() -> None:
    prompt = (
        "**Title: The Fox**\n\nScene 1 (0:00-0:10)\n[VISUAL: a vine]\nNarrator: A fox saw grapes. He jumped.\n(music)\n"
        "Narrator: They hung high. He left."
    )
    planned = Storybook().plan(RenderPlan.parse({"prompt": prompt})).plan
    narration = " ".join(scene.narration for scene in planned.scenes)
    assert narration == "A fox saw grapes. He jumped. They hung high. He left."
    assert len(planned.notices) == 1
    for piece in ("**Title: The Fox**", "Scene 1 (0:00-0:10)", "[VISUAL: a vine]", "Narrator:", "(music)"):
        assert f"“{piece}”" in planned.notices[0]


def test_a_poem_given_as_a_prompt_keeps_its_lines() -> None:
    poem = (
        "Twinkle, twinkle, little star,\nHow I wonder what you are!\nUp above the world so high,\nLike a"
        " diamond in the sky."
    )
    planned = Storybook().plan(RenderPlan.parse({"prompt": poem})).plan
    assert [line for scene in planned.scenes for line in scene.narration.split("\n")] == poem.split("\n")


def test_a_title_is_read_as_a_browser_shows_it() -> None:
    assert RenderPlan.parse({"topic": "x", "title": "**Tom** &amp; <i>Jerry</i>"}).title == "Tom & Jerry"


def test_only_the_reader_writes_the_notices_of_a_plan() -> None:
    with pytest.raises(InvalidRequest, match="notices"):
        RenderPlan.parse({"topic": "x", "notices": ["y"]})


def test_only_the_spoken_text_of_a_pasted_page_counts() -> None:
    assert plan_of("<span style='color:red'>Hi</span> " * 100).scenes[0].narration.count("Hi") == 100
    with pytest.raises(InvalidRequest, match="at most 2000 characters"):
        plan_of("word " * 500)
