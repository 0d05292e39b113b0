"""[tenant].localhost:8000: one MFI's portal, API and back-office."""

from django.urls import path

import apps.loans.admin  # noqa: F401 - registers the pages
from apps.loans.statements.views import verify_receipt
from apps.users.access.views import invitations, password_reset
from apps.users.back_office.sites import tenant_site
from apps.users.back_office.views import brand_logo
from config.api import tenant_api
from config.views import manifest, portal, service_worker, shell

urlpatterns = [
    path("", portal, name="home"),
    path("shell", shell, name="shell"),
    path("sw.js", service_worker, name="service_worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("api/v1/", tenant_api.urls),
    path("admin/", tenant_site.urls),
    path("receipts/<uuid:event_id>/", verify_receipt, name="verify_receipt"),
    path("brand/logo", brand_logo, name="brand_logo"),
    path("invitation/", invitations.invitation_accept, name="invitation_accept"),
    path("invitation/<str:secret>/", invitations.invitation, name="invitation"),
    path("password-reset/", password_reset.password_reset, name="password_reset"),
    path("password-reset/new/", password_reset.password_reset_confirm, name="password_reset_confirm"),
    path(
        "password-reset/<uuid:account_id>/<str:token>/", password_reset.password_reset_link, name="password_reset_link"
    ),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
