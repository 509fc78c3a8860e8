"""The demo city: a fictional city that looks like the real one on the day of its last count."""

from rentan.demo.actions import ensure_demo

__all__ = ["ensure_demo"]
