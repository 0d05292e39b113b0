"""Each page of both back-offices, opened by whoever may and by whoever may not, and with an id that does not exist.

The pages come from what is registered on the two sites, the rights from each page's `view_action`, `add_action` and
`change_action` and the roles table. Other tenants and borrowers are tried in tests/test_isolation.py, for every route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

import config.urls_public
import config.urls_tenant  # noqa: F401 - registers the pages
from apps.loans.applications.services.drafts import save_draft
from apps.loans.book.models import Loan
from apps.loans.servicing.services.reported_payments import report_payment
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Action, Duty, Role, may
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import LetsemaSite, public_site, tenant_site
from apps.users.complaints.services import complain
from conftest import TODAY, Branch

UNKNOWN = UUID("0190a1b2-0000-7000-8000-00000000dead")
REFUSED = {302, 403, 404}  # a page that tells nobody what stands there answers 404

# Pages whose list is the page of their only record.
LIST_IS_ELSEWHERE = {"loans.Policy"}


def registered(site: LetsemaSite) -> list[Any]:
    """The pages of a site, each by its model's name."""
    pages = site._registry.values()
    return [pytest.param(page, id=page.opts.label) for page in pages if isinstance(page, LetsemaAdmin)]


TENANT, PUBLIC = registered(tenant_site), registered(public_site)


def address(page: LetsemaAdmin, kind: str, *ids: Any, urlconf: str = "config.urls_tenant") -> str:
    """The address of a page's `changelist`, `add` or `change`."""
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{kind}", args=ids, urlconf=urlconf)


def duties_with(action: Action | None) -> set[str]:
    return {duty for duty in Duty if action is not None and may(Role.MFI_ADMIN, frozenset({duty}), action)}


@pytest.fixture
def filled(alpha: Branch, active: Callable[..., Loan]) -> Branch:
    """An MFI with a loan and its accounting, a draft, a reported payment and a complaint."""
    loan, borrower = active(), alpha.borrower
    report = {"amount": Decimal(10), "channel": "mpesa", "reference": "X1", "paid_on": TODAY}
    report_payment(loan_id=loan.pk, actor=borrower.actor, **report)  # type: ignore[arg-type]
    save_draft(borrower=borrower, actor=borrower.actor)
    complain(actor=borrower.actor, about="other", text="The queue", value_date=TODAY)
    return alpha


@pytest.fixture
def staff(alpha: Branch) -> dict[str, Client]:
    return {duty: alpha.client(duty) for duty in Duty}


def statuses(staff: dict[str, Client], path: str) -> Iterator[tuple[str, int]]:
    for duty, client in staff.items():
        yield duty, client.get(path).status_code


def row_of(page: LetsemaAdmin, client: Client) -> Any:
    """Something that stands in the page's list, or None."""
    request = client.get("/admin/").wsgi_request
    return page.get_queryset(request).first()


def test_all_pages_ask_the_roles_table() -> None:
    for site, pages in ((tenant_site, TENANT), (public_site, PUBLIC)):
        assert len(pages) == len(site._registry), "a page that is no LetsemaAdmin"


def opened(page: LetsemaAdmin, row: Any) -> Iterator[tuple[str, set[str], int]]:
    """Each page of one model: its address, the duties that open it, and what they get."""
    label = page.opts.label
    yield address(page, "changelist"), duties_with(page.view_action), 302 if label in LIST_IS_ELSEWHERE else 200
    yield address(page, "add"), duties_with(page.add_action), 200
    if row is not None:
        yield address(page, "change", row.pk), duties_with(page.view_action) | duties_with(page.change_action), 200


@pytest.mark.parametrize("page", TENANT)
def test_each_duty_opens_what_it_may(page: LetsemaAdmin, filled: Branch, staff: dict[str, Client]) -> None:
    """The list, the page that adds and the page of a row, by everybody: who may not is refused."""
    assert duties_with(page.view_action)
    for path, allowed, good in opened(page, row_of(page, staff["manager"])):
        for duty, status in statuses(staff, path):
            assert status in ({good} if duty in allowed else REFUSED), (path, duty, status)


@pytest.mark.parametrize("page", TENANT)
def test_an_id_that_does_not_exist(page: LetsemaAdmin, alpha: Branch) -> None:
    client = alpha.client("manager")
    client.raise_request_exception = False
    for kind in ("change", "history", "delete"):
        for unknown in (UNKNOWN, "nothing"):
            _assert_missing(client, address(page, kind, unknown))


def _assert_missing(client: Client, path: str) -> None:
    """404, or back to where one came from with a message; what nobody may do at all is 403."""
    response = client.get(path)
    assert response.status_code in {302, 403, 404}, (path, response.status_code)
    if response.status_code == 302:
        shown = client.get(response["Location"]).content.decode()
        assert "doesn’t exist" in shown or "does not exist" in shown, (path, response["Location"])


@pytest.mark.parametrize("page", PUBLIC)
def test_letsemas_own_pages(page: LetsemaAdmin, public_client: Client, letsema_admin: Account) -> None:
    create_token(actor=letsema_admin.actor, name="till")

    def path(kind: str, *ids: Any) -> str:
        return address(page, kind, *ids, urlconf="config.urls_public")

    assert public_client.get(path("changelist")).status_code == 200
    adds = page.add_action is not None and may(Role.LETSEMA_ADMIN, frozenset(), page.add_action)
    status = public_client.get(path("add")).status_code
    assert status == 200 if adds else status in REFUSED
    row = row_of(page, public_client)
    if row is not None:
        assert public_client.get(path("change", row.pk)).status_code == 200
    public_client.raise_request_exception = False
    for unknown in (UNKNOWN, "nothing"):
        _assert_missing(public_client, path("change", unknown))


@pytest.mark.parametrize("page", PUBLIC)
def test_letsemas_own_pages_are_closed_to_others(page: LetsemaAdmin, alpha: Branch, letsema_admin: Account) -> None:
    for client in (Client(HTTP_HOST="localhost"), _brought(alpha.client("manager"))):
        for kind in ("changelist", "add"):
            path = address(page, kind, urlconf="config.urls_public")
            connection.set_schema_to_public()
            assert client.get(path).status_code in REFUSED


def _brought(client: Client) -> Client:
    """The session of an MFI's manager at Letsema's own address."""
    stranger = Client(HTTP_HOST="localhost")
    stranger.cookies = client.cookies
    return stranger
