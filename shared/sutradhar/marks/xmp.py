"""Write and read XMP packets that say in short how a file was made.

They have properties of IPTC's photo metadata standard. Equal facts give equal bytes.
"""

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from sutradhar.domain.assets.marks import SOURCE_TYPE_URL, MarkFacts
from sutradhar.domain.core.base import Frozen

TOOL = "Sutradhar"
MAX_BYTES = 60_000
"""A segment of a JPEG file holds 65,502 bytes of XMP."""
_MAX_CREDITS, _MAX_CREDIT, _MAX_SYSTEMS, _MAX_SYSTEM = 20, 200, 60, 100
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 cannot hold."""


class XmpFacts(Frozen):
    """The statements of an XMP packet about its file; empty where it has none."""

    title: str = ""
    source_type: str = ""
    """The last part of the URL of IPTC's term."""
    systems: str = ""
    """The trained models that made parts of it."""
    credits: str = ""
    tool: str = ""


def build_xmp(facts: MarkFacts) -> bytes:
    """Return the packet for ``facts``, at most ``MAX_BYTES`` long."""
    properties = "".join(_list_properties(summarize(facts)))
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f'<rdf:RDF xmlns:rdf="{_RDF}">\n'
        f'<rdf:Description rdf:about="" xmlns:dc="{_DC}" xmlns:xmp="{_XMP}" xmlns:Iptc4xmpExt="{_IPTC}">\n'
        f"{properties}</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    )
    return packet.encode()


def summarize(facts: MarkFacts) -> XmpFacts:
    """Return what the packet for ``facts`` says."""
    generated = [part for part in facts.parts if part.source_type == "trainedAlgorithmicMedia"]
    systems = dict.fromkeys("/".join(filter(None, (part.provider, part.model)))[:_MAX_SYSTEM] for part in generated)
    credited = [part for part in facts.parts if part.licence and part.author]
    lines = dict.fromkeys(f"{part.author}, {part.licence}, {part.source}"[:_MAX_CREDIT] for part in credited)
    return XmpFacts(
        title=_clean(facts.title),
        source_type=facts.source_type,
        systems=_clean(", ".join(list(systems)[:_MAX_SYSTEMS])),
        credits=_clean("; ".join(list(lines)[:_MAX_CREDITS])),
        tool=TOOL,
    )


def read_xmp(packet: bytes) -> XmpFacts | None:
    """Return what ``packet`` says; None if it is no XMP. Properties may be elements or attributes."""
    if len(packet) > MAX_BYTES * 100 or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return None
    start, end = packet.find(b"<x:xmpmeta"), packet.find(b"</x:xmpmeta>")
    if start < 0 or end < 0:
        return None
    try:
        # entities, by which a small file could fill the memory, were refused above
        root = ET.fromstring(packet[start : end + len(b"</x:xmpmeta>")])  # noqa: S314
    except ET.ParseError:
        return None
    return XmpFacts(
        title=_find(root, _DC, "title"),
        source_type=_find(root, _IPTC, "DigitalSourceType").rpartition("/")[2],
        systems=_find(root, _IPTC, "AISystemUsed"),
        credits=_find(root, _DC, "rights"),
        tool=_find(root, _XMP, "CreatorTool"),
    )


def _list_properties(stated: XmpFacts) -> Iterator[str]:
    yield from _alternatives("dc:title", stated.title)
    yield f"<xmp:CreatorTool>{_escape(stated.tool)}</xmp:CreatorTool>\n"
    url = f"{SOURCE_TYPE_URL}{stated.source_type}"
    yield f"<Iptc4xmpExt:DigitalSourceType>{url}</Iptc4xmpExt:DigitalSourceType>\n"
    if stated.systems:
        yield f"<Iptc4xmpExt:AISystemUsed>{_escape(stated.systems)}</Iptc4xmpExt:AISystemUsed>\n"
    yield from _alternatives("dc:rights", stated.credits)


def _alternatives(name: str, text: str) -> Iterator[str]:
    if text:
        yield f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_escape(text)}</rdf:li></rdf:Alt></{name}>\n'


def _find(root: ET.Element, namespace: str, name: str) -> str:
    tag = f"{{{namespace}}}{name}"
    for element in root.iter():
        if tag in element.attrib:
            return element.attrib[tag].strip()
        if element.tag == tag:
            return "".join(element.itertext()).strip()
    return ""


def _escape(text: str) -> str:
    # xml.sax.saxutils has the same function, and imports a client for HTTP with it
    return html.escape(text, quote=False)


def _clean(text: str) -> str:
    # XML has one kind of line break, so one space stands for each run of white space
    return " ".join(_FORBIDDEN.sub("", text).split())
