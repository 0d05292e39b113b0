"""An MFI's logo."""

from __future__ import annotations

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.models import MFI, MFILogo

# By the file's first bytes, never by its name: a browser must not be handed a page under an image's name.
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@command(Action.MANAGE_MFIS)
def save_logo(*, mfi: MFI, content: bytes, actor: Actor) -> MFILogo:
    """Keeps a PNG or JPEG of at most 64 kB as the MFI's logo.

    Raises:
        InvalidInput: another format, or too large.
    """
    content_type = next((name for start, name in SIGNATURES.items() if content.startswith(start)), None)
    if content_type is None:
        raise InvalidInput("A logo is a PNG or JPEG picture.", field="logo_file")
    if len(content) > MFILogo.MAXIMUM_BYTES:
        raise InvalidInput(
            f"A logo has at most {MFILogo.MAXIMUM_BYTES // 1024} kB; this one has {len(content) // 1024}.",
            field="logo_file",
        )
    logo, _ = MFILogo.objects.update_or_create(mfi=mfi, defaults={"content_type": content_type, "content": content})
    return logo
