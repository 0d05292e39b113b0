"""The MFI's logo, or Letsema's mark where it has none."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.templatetags.static import static

from apps.mfis.tenancy.models import MFILogo
from apps.mfis.tenancy.requests import TenantRequest


def brand_logo(request: TenantRequest) -> HttpResponse:
    """The picture that stands beside the name on every page of the MFI."""
    logo = MFILogo.objects.filter(mfi=request.tenant).first()
    if logo is None:
        return HttpResponseRedirect(static("letsema/mark.svg"))
    response = HttpResponse(bytes(logo.content), content_type=logo.content_type)
    response["Cache-Control"] = "private, max-age=300"
    return response
