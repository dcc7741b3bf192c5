"""Audio samples: other rates, the weights of a loudness meter, and crossfades."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sutradhar.dsp.crossfade import crossfade
from sutradhar.dsp.k_weighting import k_weighting_response
from sutradhar.dsp.resample import resample


def _tone(frequency: float, rate: int, samples: int) -> NDArray[np.float32]:
    return np.sin(2 * np.pi * frequency * np.arange(samples) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
@pytest.mark.parametrize("share", [0.1, 0.41])
def test_resampling_keeps_a_tone_and_nothing_else(rate: int, share: float) -> None:
    """``share``: the tone's frequency as a share of the rate; its images would lie above half the old rate."""
    out = resample(_tone(rate * share, rate, rate), rate, 48_000)
    assert len(out) == 48_000
    error = (out - _tone(rate * share, 48_000, 48_000))[2000:-2000]
    assert 20 * np.log10(np.abs(error).max()) < -60


@pytest.mark.parametrize("rate", [11_025, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("target_rate", [16_000, 48_000])
@pytest.mark.parametrize("count", [1, 2, 99, 10_001])
def test_resampling_rounds_the_length_up(rate: int, target_rate: int, count: int) -> None:
    out = resample(np.ones(count, np.float32), rate, target_rate)
    assert len(out) == -(-count * target_rate // rate)


def test_each_channel_is_resampled_by_itself() -> None:
    stereo = np.stack([_tone(440, 44_100, 4410), _tone(1000, 44_100, 4410)], axis=1)
    out = resample(stereo, 44_100, 48_000)
    for channel in range(2):
        assert np.array_equal(out[:, channel], resample(stereo[:, channel], 44_100, 48_000))


def test_a_meter_hears_middle_tones_as_the_standard_says_and_less_of_the_bass() -> None:
    response = 20 * np.log10(np.abs(k_weighting_response(np.array([20.0, 997.0, 10_000.0]))))
    assert response[1] == pytest.approx(0.691, abs=0.005)  # so that a full tone of 997 Hz measures -3.01 LKFS
    assert response[0] < -10
    assert response[2] == pytest.approx(4.0, abs=0.1)


def test_a_crossfade_keeps_the_power_of_unlike_sounds() -> None:
    rng = np.random.default_rng(1)
    old, new = (rng.standard_normal((48_000, 2)).astype(np.float32) for _ in range(2))
    out = crossfade(old, new, 48_000)
    power = np.square(out).reshape(10, -1).mean(axis=1)
    assert power == pytest.approx(1.0, abs=0.05)
    assert np.abs(out[0] - old[0]).max() < 1e-3
    assert np.abs(out[-1] - new[-1]).max() < 1e-3


def test_a_part_of_a_crossfade_is_that_of_the_whole() -> None:
    rng = np.random.default_rng(2)
    old, new = (rng.standard_normal((960, 2)).astype(np.float32) for _ in range(2))
    assert np.array_equal(crossfade(old[300:400], new[300:400], 960, 300), crossfade(old, new, 960)[300:400])
