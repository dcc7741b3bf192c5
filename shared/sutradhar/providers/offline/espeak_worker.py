"""Runs libespeak-ng in a process of its own: the library is one big global and may crash on odd text.

Standard input: a JSON object {"library", "voice", "rate", "pitch", "text"}. Standard output: a line of JSON
{"rate": Hz, "words": [[offset of the word in the text, samples], ...]}, then the sound as 16-bit samples, mono.
"""

import ctypes
import json
import sys

_RETRIEVAL, _UTF8, _END, _WORD = 1, 1, 0, 1
_RATE, _PITCH = 1, 3


class _Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_int64),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def main() -> None:
    wanted = json.load(sys.stdin)
    espeak = ctypes.CDLL(wanted["library"])
    rate = espeak.espeak_Initialize(_RETRIEVAL, 0, None, 0)
    if rate <= 0:
        sys.exit("espeak-ng found no voice data")
    sound = bytearray()
    words: list[tuple[int, int]] = []

    def heard(samples: object, count: int, events: "ctypes._Pointer[_Event]") -> int:
        if samples and count > 0:
            sound.extend(ctypes.string_at(samples, count * 2))  # type: ignore[arg-type]
        i = 0
        while events[i].type != _END:
            if events[i].type == _WORD and events[i].length > 0:
                words.append((events[i].text_position - 1, events[i].sample))
            i += 1
        return 0

    callback = _Callback(heard)
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByName(wanted["voice"].encode()):
        sys.exit(f"espeak-ng has no voice {wanted['voice']}")
    espeak.espeak_SetParameter(_RATE, wanted["rate"], 0)
    espeak.espeak_SetParameter(_PITCH, wanted["pitch"], 0)
    text = wanted["text"].encode()
    if espeak.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None) or espeak.espeak_Synchronize():
        sys.exit("espeak-ng could not say the text")
    sys.stdout.buffer.write(json.dumps({"rate": rate, "words": words}).encode() + b"\n" + bytes(sound))


if __name__ == "__main__":
    main()
