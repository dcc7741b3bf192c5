"""Files of real life, each made by a real tool, with the expected result: `python -m tests.media.corpus`.

A file passes the real upload check (``import_file``), and the renderer's view of it is then checked: an image by
``gpu_renderer.image.still.load_image``, a video by the renderer's own player, audio by its samples.
"""
