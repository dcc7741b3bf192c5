"""Cleaning a recorded voice: the noise goes, the voice and its timing stay."""

import io
import wave
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sutradhar.providers.listening.cleaning import (
    clean_recording,
    find_pauses,
    measure_level,
    trim_silence,
)
from sutradhar.providers.listening.click_removal import remove_clicks
from sutradhar.providers.listening.spectra import count_frames, frame_powers
from sutradhar.providers.offline.espeak_ng import EspeakNarrator

RATE = 48_000
Samples = NDArray[np.float32]


@cache
def speech() -> Samples:
    """Return some seconds of speech with a second of silence at both ends."""
    text = "The quick brown fox jumps over the lazy dog. Then it stops. Six thick thistle sticks, a patch, and a cup."
    with wave.open(io.BytesIO(EspeakNarrator().narrate(text, "en", "M").wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    samples *= 0.5 / np.abs(samples).max()
    return np.pad(samples, RATE)


def speech_level() -> float:
    """Return the root mean square of the speech without its pauses."""
    loud = speech()[np.abs(speech()) > 0.01]
    return float(np.sqrt((loud**2).mean()))


def noise_below(distance_db: float, *, low: bool = True) -> Samples:
    """Return noise that is ``distance_db`` below the speech: like that of a fan if ``low``, else white."""
    count = len(speech())
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(count))
    if low:
        spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30))
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / noise.std() * speech_level() * 10 ** (-distance_db / 20), np.float32)


def hum(mains: float) -> Samples:
    at = np.arange(len(speech())) / RATE
    tones = [share * np.sin(2 * np.pi * mains * n * at + n) for n, share in ((1, 1.0), (2, 0.6), (3, 0.5), (5, 0.2))]
    return np.asarray(sum(tones) * speech_level() * 0.1, np.float32)


def level_of_pause(samples: Samples) -> float:
    return 10 * float(np.log10((samples[RATE // 8 : RATE * 7 // 8] ** 2).mean() + 1e-12))


def segmental_snr(clean: Samples, other: Samples) -> float:
    """Return the mean signal-to-noise ratio of the parts of 20 ms in which there is speech, each limited to 50 dB."""
    whole = len(clean) // 960 * 960
    power = (clean[:whole].reshape(-1, 960) ** 2).mean(axis=1)
    error = ((other - clean)[:whole].reshape(-1, 960) ** 2).mean(axis=1)
    ratios = 10 * np.log10(np.maximum(power, 1e-14) / np.maximum(error, 1e-14))
    return float(np.clip(ratios, -10, 50)[power > (clean**2).mean() * 1e-3].mean())


def spectral_distance(one: Samples, other: Samples) -> float:
    """Return the mean distance in dB of the log spectra from 120 Hz to 8 kHz, where there is speech."""
    powers = [frame_powers(samples, np.arange(count_frames(len(samples))))[:, 5:350] for samples in (one, other)]
    floor = powers[0].max() * 1e-5
    has_voice = powers[0].mean(axis=1) > powers[0].mean() * 1e-3
    distance = 10 * np.log10((powers[0] + floor) / (powers[1] + floor))[has_voice]
    return float(np.sqrt((distance**2).mean(axis=1)).mean())


def test_clean_speech_stays_as_it_is() -> None:
    cleaned = clean_recording(speech(), RATE)
    assert len(cleaned) == len(speech())
    assert segmental_snr(speech(), cleaned) > 25  # only what lies below 100 Hz is lowered
    assert spectral_distance(speech(), cleaned) < 0.1
    assert segmental_snr(speech(), clean_recording(speech() + noise_below(50), RATE)) > 25


@pytest.mark.parametrize(
    ("distance_db", "low", "gain_db"), [(30, True, 1), (20, True, 2), (10, True, 4), (20, False, 6)]
)
def test_noise_is_lowered_and_the_voice_comes_out_clearer(distance_db: float, low: bool, gain_db: float) -> None:
    noisy = speech() + noise_below(distance_db, low=low)
    cleaned = clean_recording(noisy, RATE)
    reference = clean_recording(speech(), RATE)
    assert 10 < level_of_pause(noisy) - level_of_pause(cleaned) < 16
    assert segmental_snr(reference, cleaned) > segmental_snr(reference, noisy) + gain_db
    # in little noise the distance is that of the noise below the softest sounds, before and after
    assert spectral_distance(reference, cleaned) < spectral_distance(reference, noisy) * (
        1.1 if distance_db > 25 else 0.9
    )


def test_what_stays_of_the_noise_has_no_tones() -> None:
    """Musical noise is made of single frequencies that come and go: its spectrum has far larger peaks than noise."""
    cleaned = clean_recording(speech() + noise_below(20, low=False), RATE)
    powers = frame_powers(cleaned, np.arange(8, 80))[:, 10:800]
    assert np.log(powers).std() < 1.5  # that of plain noise is 1.28; of spectral subtraction 2 and more


@pytest.mark.parametrize("mains", [49.9, 50.1, 60.05])
def test_the_hum_of_the_mains_is_taken_away(mains: float) -> None:
    cleaned = clean_recording(speech() + hum(mains), RATE)
    assert level_of_pause(speech() + hum(mains)) - level_of_pause(cleaned) > 18
    assert segmental_snr(clean_recording(speech(), RATE), cleaned) > 20


def test_clicks_are_removed_and_speech_has_none() -> None:
    recorded = speech() + noise_below(40)
    np.testing.assert_array_equal(remove_clicks(recorded, RATE), recorded)
    clicked = recorded.copy()
    rng = np.random.default_rng(5)
    for at in rng.integers(RATE, len(recorded) - RATE, 30):
        clicked[at : at + rng.integers(1, 20)] += rng.choice([-0.3, 0.3])
    left = ((remove_clicks(clicked, RATE) - recorded) ** 2).sum() / ((clicked - recorded) ** 2).sum()
    assert left < 0.06  # 12 dB less


def test_every_sound_stays_in_its_place() -> None:
    cleaned = clean_recording(speech() + noise_below(20) + hum(50), RATE)
    size = 1 << 20
    spectra = [np.fft.rfft(samples, size) for samples in (speech(), cleaned)]
    assert int(np.fft.irfft(spectra[1] * spectra[0].conj(), size).argmax()) == 0


@pytest.mark.parametrize("count", [0, 1, 47, 480, 5000, 65_536])
@pytest.mark.parametrize("value", [0.0, 1.0, float("nan"), float("inf")])
def test_odd_samples_are_no_problem(count: int, value: float) -> None:
    samples = np.full(count, value, np.float32)
    cleaned = clean_recording(samples, RATE)
    assert len(cleaned) == count
    assert np.isfinite(cleaned).all()
    assert len(trim_silence(np.nan_to_num(samples), RATE).samples) <= count


def test_a_long_silence_at_the_start_is_trimmed() -> None:
    recorded = (
        np.concatenate([np.zeros(20 * RATE, np.float32), speech()])
        + np.tile(noise_below(35), 10)[: 20 * RATE + len(speech())]
    )
    trimmed = trim_silence(recorded, RATE)
    np.testing.assert_array_equal(trimmed.samples, recorded[trimmed.start : trimmed.end])
    assert 20.8 * RATE < trimmed.start <= 21.1 * RATE
    assert len(recorded) - 1.3 * RATE < trimmed.end <= len(recorded) - 0.8 * RATE
    assert find_pauses(recorded, RATE)[0][1] > 20.9


def test_a_silent_recording_has_no_sound() -> None:
    for count in (0, RATE):
        assert trim_silence(np.zeros(count, np.float32), RATE)[1:] == (0, 0)
    assert find_pauses(np.zeros(RATE, np.float32), RATE) == ((0.0, 1.0),)
    assert measure_level(np.zeros(RATE, np.float32), RATE).peak_db == -100


def test_the_level_tells_noise_and_clipping() -> None:
    level = measure_level(speech() + noise_below(20), RATE)
    assert 14 < level.distance_db < 32
    assert level.clipped_sec == 0
    assert measure_level(np.clip(speech() * 8, -1, 1), RATE).clipped_sec > 0.05


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(st.tuples(st.floats(0.1, 1.5), st.floats(0.0, 1.2)), min_size=1, max_size=8),
    floor_db=st.floats(-95, -50),
    seed=st.integers(0, 9),
)
def test_pauses_are_where_nothing_is_said(parts: list[tuple[float, float]], floor_db: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pieces, expected, at = [], [], 0
    for voice, pause in parts:
        pieces.append(rng.standard_normal(round(voice * RATE)) * 0.1)
        at += len(pieces[-1])
        pieces.append(np.zeros(round(pause * RATE)))
        expected.append((at / RATE, (at + len(pieces[-1])) / RATE))
        at += len(pieces[-1])
    samples = np.concatenate(pieces) + rng.standard_normal(at) * 10 ** (floor_db / 20)
    pauses = find_pauses(samples.astype(np.float32), RATE)
    silent = sum(pause for _, pause in parts)
    assert all(a < b for a, b in pauses)
    assert all(b <= c for (_, b), (c, _) in pairwise(pauses))
    if silent < 0.15 * at / RATE:
        return  # too little of it to tell noise from speech
    surely = [(a, b) for a, b in expected if b - a > 0.36]
    assert all(any(abs(a - x) < 0.03 and abs(b - y) < 0.03 for x, y in pauses) for a, b in surely), (pauses, expected)
    assert len(pauses) <= sum(b - a >= 0.26 for a, b in expected)
