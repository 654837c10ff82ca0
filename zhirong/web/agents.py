"""A browser in two words, from how it calls itself: enough to know one's own again, no more is kept."""

from __future__ import annotations

# The first that is named counts: most browsers name others as well.
BROWSERS = {
    "MicroMessenger": "WeChat", "Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome",
    "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
    "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def named(agent: str) -> str:
    """Chrome · Windows; empty where it says nothing that is known."""
    found = (next((word for mark, word in known.items() if mark in agent), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, found))
