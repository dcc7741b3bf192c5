"""Errors that only the API raises."""


class Unauthorized(Exception):
    """The request has no API key, or an unknown one."""
