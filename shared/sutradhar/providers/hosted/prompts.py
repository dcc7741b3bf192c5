"""Build the prompts of images and clips."""


def build_image_prompt(prompt: str, style: str) -> str:
    """Return ``prompt`` with the style of the video, which may be empty."""
    return f"{prompt}\nStyle: {style}" if style else prompt
