"""Run libespeak-ng in a child process: the library has one global state and may crash on odd text.

Standard input: a JSON object {"library", "voice", "rate", "pitch", "text"}; the rate is in words per minute. Standard
output: a line of JSON {"rate": Hz, "words": [[offset of the word in the text, samples], ...]}, then the audio as 16-bit
samples, mono.
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
    request = json.load(sys.stdin)
    espeak = ctypes.CDLL(request["library"])
    rate = espeak.espeak_Initialize(_RETRIEVAL, 0, None, 0)
    if rate <= 0:
        sys.exit("espeak-ng found no voice data")
    audio = bytearray()
    words: list[tuple[int, int]] = []

    def collect(
        samples: "ctypes._Pointer[ctypes.c_short] | None", count: int, events: "ctypes._Pointer[_Event]"
    ) -> int:
        if samples and count > 0:
            audio.extend(ctypes.string_at(samples, count * 2))
        i = 0
        while events[i].type != _END:
            if events[i].type == _WORD and events[i].length > 0:
                words.append((events[i].text_position - 1, events[i].sample))
            i += 1
        return 0

    callback = _Callback(collect)
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByName(request["voice"].encode()):
        sys.exit(f"espeak-ng has no voice {request['voice']}")
    espeak.espeak_SetParameter(_RATE, request["rate"], 0)
    espeak.espeak_SetParameter(_PITCH, request["pitch"], 0)
    text = request["text"].encode()
    if espeak.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None) or espeak.espeak_Synchronize():
        sys.exit("espeak-ng could not speak the text")
    sys.stdout.buffer.write(json.dumps({"rate": rate, "words": words}).encode() + b"\n" + bytes(audio))


if __name__ == "__main__":
    main()
