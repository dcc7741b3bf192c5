"""Paint pixels: canvas, colours, noise, outlines, and the finish of a style."""
