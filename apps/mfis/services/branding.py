"""An MFI's logo."""

from __future__ import annotations

from apps.mfis.acting import Actor, acting
from apps.mfis.errors import InvalidInput
from apps.mfis.models import MFI, MFILogo

# By the file's first bytes, never by its name: a browser must not be handed a page under an image's name.
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def save_logo(*, mfi: MFI, content: bytes, actor: Actor) -> MFILogo:
    """Keeps a PNG or JPEG of at most 64 kB as the MFI's logo.

    Raises:
        InvalidInput: another format, or too large.
    """
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if kind is None:
        raise InvalidInput("A logo is a PNG or JPEG picture.", field="logo_file")
    if len(content) > MFILogo.MOST_BYTES:
        raise InvalidInput(
            f"A logo has at most {MFILogo.MOST_BYTES // 1024} kB; this one has {len(content) // 1024}.",
            field="logo_file",
        )
    with acting(actor):
        logo, _ = MFILogo.objects.update_or_create(mfi=mfi, defaults={"content_type": kind, "content": content})
    return logo
