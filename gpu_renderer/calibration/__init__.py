"""Measure what a frame costs on this machine: `python -m gpu_renderer --calibrate`, and `sutradhar calibrate`."""
