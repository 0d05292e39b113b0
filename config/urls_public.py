"""localhost:8000: Letsema's own pages."""

from django.urls import path

import apps.users.operators.admin  # noqa: F401 - registers the pages
from apps.users.access.views import invitations, password_reset
from apps.users.back_office.sites import public_site
from config.api import public_api
from config.views import landing

urlpatterns = [
    path("", landing, name="home"),
    path("admin/", public_site.urls),
    path("api/v1/", public_api.urls),
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
