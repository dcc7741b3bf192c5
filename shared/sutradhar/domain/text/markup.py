"""Read HTML and Markdown as a browser or a messenger shows them: the words without the formatting marks."""

import html
from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.text.text import REMOVED, plain_characters

if TYPE_CHECKING:
    from regex import Match, Pattern

_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ATTRIBUTES = r"""(?:\s+[\w:@.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?"""
_BLOCKS = (
    "p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|tr|table|thead|tbody|tfoot|td|th"
    "|caption|blockquote|section|article|header|footer|figure|figcaption"
    "|pre|body|html|head|main|nav|aside|center"
)
_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strike|strong|sub|sup|tt|u|var|wbr"
    "|img|label|button|input|form|svg|video|audio|source|iframe|meta|link|title|time|o:p"
    "|speak|break|prosody|emphasis|say-as|phoneme|voice|lang|amazon:effect|mstts:express-as"
)
_RAISED = {"1": "¹", "2": "²", "3": "³"}
_TAG = rf"(?i)</?(?:{_BLOCKS}|{_INLINE}){_ATTRIBUTES}>"
_BLOCK_TAG = rf"(?i)<(/?)({_BLOCKS}){_ATTRIBUTES}>"
_UNSEEN = r"(?is)<!--.*?-->|<!doctype[^>]*>|<(script|style|noscript|template)\b[^>]*>.*?</\1\s*>"
_MARKS_OF_LISTS = r"(?:[-*+•‣◦▪▫●○■□·∙➤➢➔✓✔]|[–](?=\s+\p{L}))\s+(?:\[[ xX]\]\s+)?"
_CITATION = r"【[^】\n\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]{0,200}】"
"""A reference as chat programs write it; in Chinese and Japanese these brackets hold words."""
_URL = (
    r"(?i)<?\b(?:https?|ftp)://(?:www\.)?([^\s/<>\"'“”‘’()\[\]{},]+"
    r"[^\s/<>\"'“”‘’()\[\]{},.;:!?।])(?:[/?#][^\s<>\"“”()\[\]।]*[^\s<>\"“”()\[\].,;:!?।])?/?>?"
)


@cache
def _compile(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - functions that read no text start without it

    return regex.compile(pattern, flags=regex.VERSION1)


def decode_entities(text: str) -> str:
    """Return ``text`` with HTML entities replaced by their characters, also entities that were escaped twice."""
    for _ in range(3):
        if not _compile(_ENTITY).search(text):
            break
        text = _compile(_ENTITY).sub(lambda match: html.unescape(match[0]), text)
    return plain_characters(text)


def strip_html(text: str, left_out: list[str]) -> str:
    """Return ``text`` without tags, in lines as a browser breaks them: headings begin with ``# ``, the items of lists
    with ``- ``, and tables become Markdown tables. Text that a browser hides is added to ``left_out``."""
    if "<" not in text:
        return text

    def leave_out_hidden(match: "Match[str]") -> str:
        left_out.append(match[0].strip())
        return REMOVED

    text = _compile(_UNSEEN).sub(leave_out_hidden, text)
    text = _compile(r"(?i)<sup>\s*(\d+)\s*</sup>").sub(lambda match: _RAISED.get(match[1], f"^{match[1]}"), text)
    if _compile(_BLOCK_TAG).search(text):
        text = _compile(r"\s*\n\s*").sub(" ", text)
        text = _compile(r"(?i)</t[dh]\s*>\s*(?=<t[dh]\b)").sub(" | ", text)
        text = _compile(r"(?is)<table\b.*?</table\s*>").sub(_format_table, text)
        text = _compile(_BLOCK_TAG).sub(_break_at_tag, text)
    return _compile(_TAG).sub("", text)


def _break_at_tag(match: "Match[str]") -> str:
    closing, name = bool(match[1]), match[2].lower()
    if name == "br":
        return "\n"
    if name in ("p", "div", "blockquote", "ul", "ol", "table", "section", "article", "hr", "figure"):
        return "\n\n"
    if closing or (name not in ("li", "dt", "dd") and not name.startswith("h")):
        return "\n" if name not in ("td", "th") else ""
    return f"\n{'#' * int(name[1])} " if name[1:].isdigit() else "\n- " if name == "li" else "\n"


def _format_table(match: "Match[str]") -> str:
    rows = _compile(r"(?is)<tr\b[^>]*>(.*?)(?:</tr\s*>|(?=<tr\b)|(?=</table))").findall(match[0])
    lines = [f"| {' '.join(row.split())} |" for row in rows]
    if len(lines) < 2:
        return "\n".join(line.strip("| ") for line in lines)
    return "\n\n" + "\n".join([lines[0], "|---|---|", *lines[1:]]) + "\n\n"


def split_line_prefix(line: str) -> tuple[str, str]:
    """Return ``line`` without the marks of a block quote, a heading or a list at its start, and its kind: ``heading``,
    ``item`` or ``line``. The number of an item is a word and stays."""
    kind = "line"
    line = _compile(r"(?:>+\s*(?=[>\p{L}\"“'‘*_#\[(-]))+").sub("", line, count=1) if line.startswith(">") else line
    if heading := _compile(r"#{1,6}\s+(.*?)(?:\s+#+)?\s*").fullmatch(line):
        line, kind = heading[1], "heading"
    elif bullet := _compile(_MARKS_OF_LISTS).match(line):
        line, kind = line[bullet.end() :], "item"
    elif _compile(r"(?:(?:\d{1,3}|[a-zA-Z])[.)]\s+|\d{1,3}[、．）]\s*)\S").match(line):
        kind = "item"
    return line, kind


def is_rule(line: str) -> bool:
    """Return whether ``line`` is only a separator: ``---``, ``* * *``, ``=====``."""
    return _compile(r"(?:[-*_=~#⁂–—]\s*){3,}").fullmatch(line) is not None


def is_fence(line: str) -> bool:
    return _compile(r"(?:```+|~~~+)\s*[\w+-]*").fullmatch(line) is not None


def is_bold(line: str) -> bool:
    """Return whether all of ``line`` is bold, as people write headings."""
    return _compile(r"(\*\*|__)(?!\s)(?:(?!\1).)+\1\s*[:：]?").fullmatch(line) is not None


def strip_emphasis(line: str) -> str:
    """Return ``line`` without the marks of Markdown and of messengers around words: ``**bold**``, ``_italic_``,
    ``~struck~``, `` `code` ``; marks inside words and between numbers stay."""
    line = _compile(r"(?<!`)(`{1,3})(?!`)([^`\n]+)\1(?!`)").sub(r"\2", line)
    for _ in range(3):
        stripped = _compile(
            r"(?<![\p{L}\p{N}\p{M}\\*])(\*{1,3})(?=[^\s*])([^\n]{0,500}?[^\s*\\])\1(?![\p{L}\p{N}\p{M}*])"
            r"|(?<![\p{L}\p{N}\p{M}\\_])(_{1,3})(?=[^\s_])([^\n]{0,500}?[^\s_\\])\3(?![\p{L}\p{N}\p{M}_])"
            r"|(?<![\p{L}\p{N}\p{M}\\~])(~{1,2})(?=[^\s~])([^\n]{0,500}?[^\s~\\])\5(?![\p{L}\p{N}\p{M}~])"
        ).sub(lambda match: match[2] or match[4] or match[6], line)
        if stripped == line:
            break
        line = stripped
    line = _compile(r"(?<!\S)(?:\*{2,3}|__)(?=\S)|(?<!\S)\*{2,4}(?!\S)").sub("", line)  # marks without a partner
    return _compile(r"\\([*_#`~\[\]()>|])").sub(r"\1", line)


def strip_footnotes(text: str, left_out: list[str]) -> str:
    """Return ``text`` without the footnotes of Markdown (``[^1]: Whitfield, 2015.``) and their marks."""

    def leave_out_note(match: "Match[str]") -> str:
        left_out.append(match[0].strip())
        return REMOVED

    return _compile(r"(?m)^[ \t]*\[\^[^\]\n]{1,40}\]:[^\n]*|\[\^[^\]\n]{1,40}\]").sub(leave_out_note, text)


def strip_links(text: str, left_out: list[str]) -> str:
    """Return ``text`` with each link replaced by its words; a bare URL is shortened to its host."""

    def leave_out_image(match: "Match[str]") -> str:
        left_out.append(match[0])
        return REMOVED

    def keep_label(match: "Match[str]") -> str:
        left_out.append(match[2])
        return match[1]

    def shorten_link(match: "Match[str]") -> str:
        rest = match[0].strip("<>/")
        if not rest.casefold().endswith(match[1].casefold()):
            left_out.append(rest)
        return match[1]

    text = _compile(r"!\[[^\[\]\n]*\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)").sub(leave_out_image, text)
    text = _compile(r"\[([^\[\]\n]+)\]\(((?:https?:|mailto:|tel:|www\.|/|\#)[^()\s]*)(?:\s+\"[^\"\n]*\")?\)").sub(
        keep_label, text
    )
    text = _compile(rf"\s?:contentReference\[[^\]\n]*\]\{{[^}}\n]*\}}|{_CITATION}").sub(leave_out_image, text)
    return _compile(_URL).sub(shorten_link, text)
