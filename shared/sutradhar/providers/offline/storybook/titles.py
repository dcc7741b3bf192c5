"""Write a subject as a title, shorten a text, and fit a subject into a sentence."""

from sutradhar.providers.offline.storybook.stories import load_word_lists


def to_title_case(phrase: str) -> str:
    """Return ``phrase`` as an English title; words with a capital already, and other scripts, do not change."""
    words, small = phrase.split(), load_word_lists().small.split()
    last = len(words) - 1
    return " ".join(
        w if w != w.lower() or (w in small and 0 < i < last) else w[0].upper() + w[1:] for i, w in enumerate(words)
    )


def shorten_text(text: str, limit: int) -> str:
    """Return ``text``, or as many whole words as fit ``limit`` characters with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:.") + "…"


def format_inside_sentence(phrase: str) -> str:
    """Return ``phrase`` as written in the middle of a sentence: "my garden" for "My garden"."""
    first, *rest = phrase.split()
    lists = load_word_lists()
    lower_words = f"{lists.small} the {lists.lower_inside} {lists.doing} {lists.kinds['process']}".split()
    is_lower = first.istitle() and first.lower() in lower_words and (not rest or rest[0].islower())
    return phrase[0].lower() + phrase[1:] if is_lower else phrase
