"""A process inside the served system: runs the code that a test sends it in an MFI, and answers what it printed.

Started once by conftest.py; a `manage.py shell` for each piece of code took two seconds to start.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback

import django

django.setup()

from django.db import close_old_connections  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402

from apps.mfis.tenancy.models import MFI  # noqa: E402
from tests.cluster import process  # noqa: E402

for line in sys.stdin:
    asked = json.loads(line)
    printed, fault = io.StringIO(), ""
    close_old_connections()
    try:
        mfi = MFI.objects.get(subdomain=asked["mfi"]) if asked["mfi"] else None
        with tenant_context(mfi) if mfi else contextlib.nullcontext(), contextlib.redirect_stdout(printed):
            exec(asked["code"], {"process": process, "mfi": mfi})  # noqa: S102 - a test's own code
    except Exception:  # what went wrong is the test's to tell
        fault = traceback.format_exc()
    print(json.dumps({"printed": printed.getvalue(), "fault": fault}), flush=True)
