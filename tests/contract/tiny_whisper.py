"""Build a Whisper model of random numbers in CTranslate2's format.

The real class loads and runs it; it understands nothing. No package contains a real model, and the tests run where only
packages can be installed.
"""

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_WIDTH, _HEADS, _MELS, _WINDOW, _LONGEST = 16, 2, 80, 1500, 448
_SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|hi|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]
_TIMES = [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
_MULTILINGUAL = 51_865
"""The number of tokens by which CTranslate2 recognises a model of many languages."""


def build_model(folder: Path) -> Path:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    unused = [f"unused{i}" for i in range(_MULTILINGUAL - len(letters) - len(_SPECIAL) - len(_TIMES))]
    tokens = [*letters, *unused, *_SPECIAL, *_TIMES]
    folder.mkdir(parents=True)
    _build_tokenizer([*letters, *unused]).save(str(folder / "tokenizer.json"))
    spec = WhisperSpec(1, _HEADS, 1, _HEADS)
    _fill_weights(spec, len(tokens))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids = [tokens.index("<|en|>"), tokens.index("<|hi|>")]
    spec.config.alignment_heads = [[0, head] for head in range(_HEADS)]
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    return folder


def _build_tokenizer(pieces: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in (*_SPECIAL, *_TIMES)])
    return tokenizer


def _fill_weights(spec: Any, tokens: int) -> None:
    rng = np.random.default_rng(3)

    def weights(*shape: int) -> Any:
        return (rng.standard_normal(shape) * 0.3).astype(np.float32)

    def linear(layer: Any, out: int, width: int) -> None:
        layer.weight, layer.bias = weights(out, width), np.zeros(out, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)

    def attention(layer: Any, *outs: int) -> None:
        norm(layer.layer_norm)
        for part, out in zip(layer.linear, outs, strict=True):
            linear(part, out * _WIDTH, _WIDTH)

    def forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * _WIDTH, _WIDTH)
        linear(layer.linear_1, _WIDTH, 4 * _WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, width in ((encoder.conv1, _MELS), (encoder.conv2, _WIDTH)):
        conv.weight, conv.bias = weights(_WIDTH, width, 3), np.zeros(_WIDTH, np.float32)
    encoder.position_encodings.encodings = weights(_WINDOW, _WIDTH)
    decoder.position_encodings.encodings = weights(_LONGEST, _WIDTH)
    decoder.embeddings.weight = weights(tokens, _WIDTH)
    linear(decoder.projection, tokens, _WIDTH)
    for half in (encoder, decoder):
        norm(half.layer_norm)
        for layer in half.layer:
            attention(layer.self_attention, 3, 1)
            forward(layer.ffn)
    for layer in decoder.layer:
        attention(layer.attention, 1, 2, 1)
