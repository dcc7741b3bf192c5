"""Files of real life, each made by a real tool, with the expected result: `python -m tests.media.corpus`.

A file goes through the real door (``uploads.bring``), and what the renderer then gets is looked at: an image by
``gpu_renderer.still.load``, a video by the renderer's own player, sound as the samples of its bed.
"""
