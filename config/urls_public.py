"""localhost:8000: Letsema's own pages."""

from django.urls import path

import apps.users.admin.public  # noqa: F401 - registers the pages
from apps.users.admin.sites import public_site
from apps.users.views import doors
from config.api import public_api
from config.views import landing

urlpatterns = [
    path("", landing, name="home"),
    path("admin/", public_site.urls),
    path("api/v1/", public_api.urls),
    path("invitation/", doors.invitation_accept, name="invitation_accept"),
    path("invitation/<str:secret>/", doors.invitation, name="invitation"),
    path("password-reset/", doors.password_reset, name="password_reset"),
    path("password-reset/new/", doors.password_reset_confirm, name="password_reset_confirm"),
    path("password-reset/<uuid:account_id>/<str:token>/", doors.password_reset_link, name="password_reset_link"),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
