"""The weights that the analysis of music has learned from songs with known beats.

They come from 450 songs of 30 s, of ``tests/bench/song/recipes.py`` and of an earlier form of it. ``python -m
tests.bench.song.learn`` makes such songs and prints weights.
"""

OCTAVE_WEIGHTS = (
    0.955,
    -1.087,
    -0.826,
    0.257,
    -0.067,
    -0.472,
    4.507,
    -0.881,
    1.110,
    -1.322,
    0.667,
    -0.460,
    8.301,
    -0.005,
    1.202,
    -2.732,
    -0.139,
    -1.827,
    22.036,
    -1.572,
    -1.305,
    -1.761,
    -3.003,
    -0.366,
    0.516,
    0.539,
    -2.439,
    2.852,
    2.383,
    -1.529,
    3.149,
    -2.508,
    1.337,
    1.018,
    2.173,
    0.364,
    -1.117,
    -0.169,
    2.232,
)
"""A weight for each feature of a reading of the beat (``music_octave.describe_reading``)."""
DOWNBEAT_WEIGHTS = (
    (1.231, 0.349, -0.208, 0.760, 0.259),
    (0.674, 0.191, -0.416, 0.330, -0.150),
    (-1.717, -1.031, -0.437, -1.250, -0.543),
    (-0.786, 0.772, 1.492, -0.958, 0.168),
    (4.916, 0.230, -1.429, 2.013, 0.490),
    (-2.004, 0.699, 0.504, -0.441, -0.163),
    (0.604, -1.189, -0.372, -1.290, -1.096),
    (0.259, 0.257, 0.405, -0.167, 0.374),
    (0.132, 0.030, -0.830, 1.121, 0.003),
)
"""A row for each beat from four before to four after: onset in bass, middle and treble, change of chord and bass."""
DOWNBEAT_BIAS = -3.741
