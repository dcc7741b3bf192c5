"""Define the base of every value in the domain. Values are frozen, and unknown fields are refused by name."""

from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value, which cannot be changed, only replaced (``evolve``)."""

    # a function that starts cold builds the validators of what it uses, when it uses them
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def constant(cls, **values: Any) -> Self:
        """Return a value that our own code names, unchecked.

        A module that makes it on import does not pay for the validator: a function that starts cold imports many such
        modules (12 ms of 81 ms of CPU for ``api``, measured).
        """
        return cast("Self", cls.model_construct(**values))

    def evolve(self, **changes: object) -> Self:
        """Return a copy with ``changes``. Raise TypeError for a name that is no field, unlike ``model_copy``."""
        unknown = changes.keys() - type(self).model_fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        return self.model_copy(update=changes)
