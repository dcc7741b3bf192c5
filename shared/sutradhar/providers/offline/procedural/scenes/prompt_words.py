"""Read light, place, figures and features off the words of a prompt, in English and Hindi.

A word of a table matches the start of a word, so ``mountain`` and ``पहाड़`` also match ``mountains`` and ``पहाड़ों``. A word
that ends with ``_`` matches whole words only: a crown is no crow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]
"""The words of each tag, separated by spaces; ``_`` stands for the space between words, or after one."""

LIGHT: Words = {
    "golden": "golden late_afternoon warm_light torchlit lamplit सुनहर सुनहल",
    "dawn": "dawn sunrise morning early pink भोर सुबह सवेर प्रभात",
    "dusk": "dusk sunset evening twilight violet purple_sky सूर्यास्त शाम संध्या साँझ",
    "night": "night midnight moonlit moonlight moonless starry stars darkness रात चाँदनी तारे तारों",
    "storm": "storm thunder lightning rain_ rainy तूफ़ान आँधी बिजली बारिश वर्षा",
    "divine": "divine heaven exploding radiant blinding glow glory दिव्य स्वर्ग प्रकट",
    "day": "day noon midday sunny bright_morning afternoon दोपहर दिन धूप",
}
PLACE: Words = {
    "space": "space planet galaxy orbit cosmos universe astronaut अंतरिक्ष ब्रह्मांड",
    "hall": "hall palace throne court indoor room library school classroom laboratory windowsill महल दरबार सिंहासन कक्ष कमर",
    "clouds": "above_the_clouds cumulus droplets sky_only heaven बादलों",
    "sea": "sea_ seas_ ocean shore beach coast waves island lanka tropical समुद्र सागर लंका किनार",
    "mountains": "mountain himalaya kailash peak snow glacier cliff valley पर्वत पहाड़ हिमालय कैलाश चोटी",
    "river": "river stream ganga ganges bank waterfall ghat lake नदी गंगा झरना घाट तालाब",
    "city": "city skyline street skyscraper town rooftop market नगर शहर छत",
    "village": "village hut lane farm cottage vrindavan गाँव गांव झोपड़ कुटिया वृंदावन",
    "forest": "forest jungle woods_ woodcutter trees banyan clearing वन जंगल पेड़ वृक्ष",
    "temple": "temple shrine bells bell worship मंदिर मन्दिर",
    "desert": "desert dune sand dry barren cracked ash रेगिस्तान मरुस्थल सूख",
    "vineyard": "vineyard grapes grape vine अंगूर",
    "meadow": "meadow field road path hill garden grass tea_ plain country खेत मैदान बाग बगीच रास्त सड़क पहाड़ी",
}
FIGURE: Words = {
    "praying_child": "prahlad praying pray folded_hands प्रह्लाद प्रार्थना",
    "narasimha": "narasimha man-lion नरसिंह नृसिंह",
    "hanuman": "hanuman leaps_over leaping_over हनुमान",
    "king_on_throne": "throne सिंहासन",
    "king": "king emperor hiranyakashipu indra ravana prince_ princes_ राजा हिरण्यकशिपु इंद्र",
    "shiva": "shiva शिव",
    "flutist": "krishna flute कृष्ण बाँसुरी",
    "goddess": "goddess ganga_in lakshmi देवी",
    "woman": "woman mother princess queen girl grandmother lady holika औरत स्त्री माँ माता लड़की दादी होलिका रानी",
    "meditating": "meditat lotus_position yogi bhagirath ध्यान तपस्या भगीरथ",
    "sage": "sage hermit monk_ monks_ jambavan old_man guru साधु ऋषि मुनि गुरु",
    "stargazer": "telescope astronomer दूरबीन",
    "scholar": "scientist teacher scholar doctor book वैज्ञानिक शिक्षक किताब पुस्तक",
    "archer": "archer bow_ arrow rama_ राम धनुष",
    "farmer": "woodcutter farmer axe neighbour worker लकड़हार किसान कुल्हाड़ी",
    "crowd": "crowd people villagers army soldiers warriors children cheering भीड़ लोग सेना",
    "child": "child boy kid student बच्च बालक लड़का",
    "traveller": "traveller traveler walker pilgrim courage journey यात्री साहस यात्रा",
    "fox": "fox लोमड़ी",
    "lion": "lion_ tiger शेर सिंह_",
    "elephant": "elephant हाथी",
    "crow": "crow_ crows_ raven sparrow कौआ कौवा कौए",
    "dove": "dove pigeon swan कबूतर हंस",
    "deer": "deer हिरन हिरण",
    "cow": "cow cows calf calves गाय",
    "horse": "horse घोड़",
    "monkey": "monkey बंदर वानर",
    "tortoise": "tortoise turtle कछुआ कछुए",
    "hare": "hare rabbit खरगोश",
    "fish": "fish मछली",
    "ant": "ant_ ants चींटी",
    "snake": "snake serpent cobra surasa साँप नाग सुरसा",
    "peacock": "peacock_ मोर",
}
FEATURE: Words = {
    "rain": "rain_ rainy raining raincoat बारिश वर्षा",
    "lightning": "lightning thunderbolt बिजली",
    "rainbow": "rainbow इंद्रधनुष",
    "fire": "fire bonfire blazing flame flames embers holi_ आग अग्नि होली",
    "lamp": "lamp lamps diya diyas torch torchlit lamplit दीप दीया दीये",
    "pillar": "pillar खंभ स्तंभ",
    "grapes": "grapes grape अंगूर",
    "pot": "pot pitcher jar घड़ मटक",
    "well": "well_ कुआँ कुएँ",
    "banyan": "banyan neem big_tree huge_tree leafy_tree बरगद",
    "road": "road path lane रास्त सड़क",
    "river": "river stream ganga नदी गंगा",
    "waterfall": "waterfall waterfalls pouring falls झरना",
    "vapour": "vapour vapor evaporat steam वाष्प भाप",
    "mist": "mist misty fog haze hazy कोहर धुंध",
    "boat": "boat ship नाव",
    "lotus": "lotus कमल",
    "birds": "bird birds sparrow पक्षी चिड़िय",
    "temple": "temple spires shrine मंदिर",
    "golden_city": "lanka golden_walls golden_towers लंका",
    "hut": "hut huts house cottage village hamlet झोपड़ कुटिया घर गाँव",
    "flowers": "flower flowers marigold petals wildflowers फूल",
}


@dataclass(frozen=True)
class PromptTags:
    """The tags of a prompt: ``figures`` in their order there; a tag that it does not give is an empty string."""

    light: str
    place: str
    figures: tuple[str, ...]
    features: frozenset[str]


def read_tags(prompt: str, style: str) -> PromptTags:
    text = " " + re.sub(r"[^\w\u0900-\u097f-]+", " ", f"{prompt} {style}".casefold()) + " "
    places = _find_tags(text, PLACE)
    figures = _find_tags(text, FIGURE)
    return PromptTags(
        light=next(iter(_find_tags(text, LIGHT)), ""),
        place=places[0] if places else "",
        figures=_drop_covered_figures(figures),
        features=frozenset([*_find_tags(text, FEATURE), *(p for p in places[1:])]),
    )


def _find_tags(text: str, table: Words) -> list[str]:
    """Return the tags of ``table`` whose words are in ``text``, in the order of their first places."""
    first_places = {}
    for tag, words in table.items():
        places = [text.find(f" {word.replace('_', ' ')}") for word in words.split()]
        matches = [place for place in places if place >= 0]
        if matches:
            first_places[tag] = min(matches)
    return sorted(first_places, key=lambda tag: first_places[tag])


def _drop_covered_figures(figures: list[str]) -> tuple[str, ...]:
    """Return at most three of ``figures``, without those that another one includes."""
    covers = {
        "king_on_throne": {"king"},
        "praying_child": {"child"},
        "goddess": {"woman"},
        "flutist": {"child", "peacock"},
        "stargazer": {"scholar", "child"},
        "hanuman": {"monkey"},
        "narasimha": {"lion"},
    }
    covered = {other for figure in figures for other in covers.get(figure, set())}
    return tuple(f for f in figures if f not in covered)[:3]
