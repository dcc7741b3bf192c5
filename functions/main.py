"""Every entry point, by the name it is deployed under. One source archive serves all; only the entry point differs."""

from functions.api.app import api
from functions.dead_letter import dead_letter
from functions.dispatch import dispatch
from functions.finish import finish
from functions.plan import plan
from functions.produce import produce
from functions.sweep import sweep

__all__ = ["api", "dead_letter", "dispatch", "finish", "plan", "produce", "sweep"]
