"""Whether white words can be read on a colour (WCAG 2.2, 1.4.3 and the formulas of its relative luminance)."""

from __future__ import annotations

MINIMUM_CONTRAST = 4.5  # for text of ordinary size

WHITE = "#ffffff"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours like #0f5c4a, between 1 and 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def readable(colour: str) -> str:
    """The colour itself where white can be read on it, and it on white; else the same, darkened until it can."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    while contrast(colour, WHITE) < MINIMUM_CONTRAST:
        parts = [part * 19 // 20 for part in parts]
        colour = "#" + "".join(f"{part:02x}" for part in parts)
    return colour
