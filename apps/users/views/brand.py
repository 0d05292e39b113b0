"""The MFI's logo, or Letsema's mark where it has none."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.templatetags.static import static

from apps.mfis.models import MFILogo


def brand_logo(request: Any) -> HttpResponse:
    logo = MFILogo.objects.filter(mfi=request.tenant).first()
    if logo is None:
        return HttpResponseRedirect(static("letsema/mark.svg"))
    response = HttpResponse(bytes(logo.content), content_type=logo.content_type)
    response["Cache-Control"] = "private, max-age=300"
    return response
