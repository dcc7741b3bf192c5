"""Build people, animals, plants, buildings and objects as shapes."""
