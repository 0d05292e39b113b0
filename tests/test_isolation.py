"""Nobody gets in where they don't belong: every route of both sites, taken from the resolver and the API documents.

A new route is covered by itself: it must refuse, or stand in OPEN with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_tenants.utils import tenant_context

from apps.loans.applications.services import documents, drafts
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.bureau.services import last_month_end, make_file
from apps.loans.histories.services.disputes import open_dispute
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services import repayment, reported_payments
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.users.access.models import SignIn
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.complaints.services import complain
from apps.users.spreadsheets.tests.rehearsals import rehearsed
from tests.factories import PASSWORD, TODAY, Branch
from tests.test_api_cases import OPERATIONS, SCHEMA

# Routes that are open to everybody, and why.
OPEN = {
    "": "the portal, or the list of institutions",
    "admin/login/": "the door",
    "admin/jsi18n/": "the calendar's words",
    "admin/logout/": "leaving; POST only",
    "admin/autocomplete/": "asks for sign-in itself",
    "api/v1/docs": "the API's description",
    "api/v1/openapi.json": "the API's description",
    "api/v1/": "the API's root: 404",
    "api/v1/register": "the door",
    "api/v1/sign-in": "the door",
    "api/v1/password-reset": "the door",
    "api/v1/password-reset/new": "asks for the code itself",
    "api/v1/consent-texts": "what is read before one registers",
    "api/v1/session": "says whether one is signed in",
    "api/v1/products": "what is lent, as in the window of a shop",
    "api/v1/products/<uuidstr:product_id>/quote": "the calculator",
    "api/v1/products/<uuidstr:product_id>/key-facts": "the calculator",
    "api/v1/products/<uuidstr:product_id>/key-facts.pdf": "the calculator",
    "receipts/<uuid:event_id>/": "whether a receipt stands, without a name",
    "shell": "the portal without anybody's name, for times without a connection",
    "sw.js": "the script of the portal",
    "manifest.webmanifest": "the portal among a phone's apps",
    "brand/logo": "the MFI's logo",
    "invitation/": "asks for an invitation itself",
    "invitation/<str:secret>/": "asks for an invitation itself",
    "password-reset/": "the door",
    "password-reset/new/": "asks for the link itself",
    "password-reset/<uuid:account_id>/<str:token>/": "asks for the link itself",
}
REFUSALS = {401, 403, 404, 405, 410}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("^", "").replace("$", "").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def all_routes(urlconf: str) -> list[str]:
    return sorted({r for r in routes(get_resolver(urlconf).url_patterns) if "(?P<url>" not in r})


TENANT, PUBLIC = all_routes("config.urls_tenant"), all_routes("config.urls_public")


def by_area(routes: Iterable[str]) -> list[Any]:
    """The routes in groups that have their beginning in common: a test for each, and no route in none."""

    def area(route: str) -> str:
        return "/".join(route.split("/")[:3])

    return [pytest.param(list(found), id=name) for name, found in groupby(sorted(routes, key=area), area)]


CLOSED = [r for r in TENANT if r not in OPEN]


def fill(route: str, ids: dict[str, str]) -> str:
    """The route with another's ids in it."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return ids.get(name, ids["object_id"])

    path = re.sub(r"<(?:\w+:)?(\w+)>", value, route)
    return "/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", value, path)


def refused(client: Client, path: str, **headers: str) -> None:
    for method in ("get", "post", "put", "delete"):
        more = {} if method == "get" else {"content_type": "application/json", "data": "{}"}
        response = getattr(client, method)(path, **more, **headers)
        to_login = response.status_code == 302 and "/login/" in response["Location"]
        assert response.status_code in REFUSALS or to_login, (method, path, response.status_code)


@pytest.mark.parametrize(("api", "known"), [("tenant_api", TENANT), ("public_api", PUBLIC)])
def test_every_documented_call_is_among_the_routes(api: str, known: list[str]) -> None:
    """What the API's own document names is what the resolver knows, so nothing documented escapes these tests."""
    from config import api as apis

    def plain(route: str) -> str:
        return re.sub(r"<[^>]+>|\{[^}]+\}", "*", route).strip("/")

    documented = {plain(path) for path in getattr(apis, api).get_openapi_schema(path_prefix="/api/v1/")["paths"]}
    assert documented
    assert documented <= {plain(route) for route in known}


@pytest.fixture
def ids_of_alpha(alpha: Branch, active: Callable[..., Loan]) -> dict[str, str]:
    loan = active()
    cashier = alpha.staff["cashier"]
    receipt = repayment.record_repayment(
        loan_id=loan.pk, actor=cashier.actor, amount=Decimal(50), channel="cash", value_date=TODAY
    )
    notice = reported_payments.report_payment(
        loan_id=loan.pk, actor=alpha.borrower.actor, amount=Decimal(10), channel="mpesa", reference="X1", paid_on=TODAY
    )
    token = create_token(actor=alpha.borrower.actor, name="t")
    draft = drafts.save_draft(borrower=alpha.borrower, actor=alpha.borrower.actor)
    paper = documents.add_document(
        loan_id=loan.pk, actor=alpha.borrower.actor, what="other", file_name="a.pdf", content=b"%PDF-1.4 a"
    )
    dispute = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=None, text="x")
    file = make_file(month_end=last_month_end(business_date()), actor=alpha.staff["manager"].actor)
    complaint = complain(actor=alpha.borrower.actor, about="other", text="x", value_date=TODAY)
    run = rehearsed("people", b"Name,Phone\nKhotso Pheko,59900001\n", actor=alpha.staff["officer"].actor)
    sign_in = SignIn.objects.create(account=alpha.borrower, session_key="none")
    return {
        "draft_id": str(draft.id),
        "run_id": str(run.pk),
        "document_id": str(paper.pk),
        "complaint_id": str(complaint.id),
        "dispute_id": str(dispute.id),
        "file_id": str(file.pk),
        "loan_id": str(loan.pk),
        "event_id": str(receipt.id),
        "notice_id": str(notice.id),
        "token_id": str(token.id),
        "sign_in_id": str(sign_in.pk),
        "account_id": str(alpha.borrower.pk),
        "product_id": str(alpha.product.pk),
        "object_id": str(loan.pk),
        "mfi_id": str(alpha.mfi.pk),
        **WORDS,
    }


WORDS = {
    "what": "confirm",
    "name": "record_repayment",
    "wanted": "no",
    "status": "suspended",
    "app_label": "loans",
    "content_type_id": "1",
    "secret": "nothing",
    "token": "nothing",
    "purpose": "sharing",
    "file_format": "csv",
    "step": "discard_run",
}


def test_there_are_routes_to_try() -> None:
    assert len(TENANT) > 60
    assert len(PUBLIC) > 40
    stale = set(OPEN) - set(TENANT) - set(PUBLIC)
    assert stale == set(), "OPEN names routes that are gone"


def strangers(alpha: Branch, host: str) -> Iterator[tuple[Client, dict[str, str]]]:
    """Everything that lets somebody into alpha, brought to another host: a client, and headers for its requests."""
    for who in ("manager", alpha.borrower):
        client = Client(HTTP_HOST=host)
        client.cookies = alpha.client(who).cookies
        yield client, {}
    with tenant_context(alpha.mfi):
        secret = create_token(actor=alpha.staff["manager"].actor, name="t").secret
    yield Client(HTTP_HOST=host), {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


@pytest.mark.parametrize("routes", by_area(CLOSED))
def test_without_signing_in(routes: list[str], beta: Branch, ids_of_alpha: dict[str, str]) -> None:
    for route in routes:
        refused(Client(HTTP_HOST=beta.host), fill(route, ids_of_alpha))


@pytest.mark.parametrize("routes", by_area(CLOSED))
def test_another_tenants_session_and_token_open_nothing(
    routes: list[str], alpha: Branch, beta: Branch, ids_of_alpha: dict[str, str]
) -> None:
    for client, headers in strangers(alpha, beta.host):
        for route in routes:
            refused(client, fill(route, ids_of_alpha), **headers)


@pytest.mark.parametrize("routes", by_area(r for r in CLOSED if "<" in r or "(?P" in r))
def test_another_tenants_ids_do_not_exist(
    routes: list[str], alpha: Branch, beta: Branch, ids_of_alpha: dict[str, str]
) -> None:
    """Beta's own people, rightly signed in at beta, ask for what belongs to alpha."""
    for who in ("manager", beta.borrower):
        client = beta.client(who)
        client.raise_request_exception = False
        for route in routes:
            path = fill(route, ids_of_alpha)
            if path == "/admin/loans/":
                continue  # the index of an app; it takes no id
            response = client.get(path)
            away = response.status_code == 302 and (
                "/login/" in response["Location"] or response["Location"].startswith("/admin/")
            )  # Django's admin sends who asks for an unknown id back to its index
            assert response.status_code in REFUSALS or away, (path, response.status_code)
            assert alpha.borrower.full_name not in response.content.decode()


@pytest.mark.parametrize("routes", by_area(r for r in PUBLIC if r not in OPEN))
def test_letsemas_own_site_is_closed_to_mfis(routes: list[str], alpha: Branch, ids_of_alpha: dict[str, str]) -> None:
    for client, headers in strangers(alpha, "localhost"):
        for route in routes:
            refused(client, fill(route, ids_of_alpha), **headers)


def names_taken(method: str, route: str) -> list[str]:
    """The fields of the body that an operation of the API takes."""
    place = re.sub(r"<\w+:(\w+)>", r"{\1}", route.removeprefix("api/v1"))
    content = OPERATIONS.get(f"{method} {place}", {}).get("requestBody", {}).get("content", {})
    shape = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    return list(SCHEMA["components"]["schemas"][shape]["properties"]) if shape else []


@pytest.mark.parametrize("route", [r for r in CLOSED if r.startswith("api/v1/") and "<uuid" in r])
def test_another_borrowers_ids_are_404(route: str, alpha: Branch, ids_of_alpha: dict[str, str]) -> None:
    """A neighbour at the same MFI, with bodies that each call would take from the one whose ids they are."""
    with tenant_context(alpha.mfi):
        other = register_borrower(
            person=Person("Khotso Pheko", phone="59990009"), password=PASSWORD, actor=SYSTEM, today=TODAY
        )
    client = alpha.client(other)
    path = fill(route, ids_of_alpha)
    body = {
        "agreed": "0" * 64,
        "amount": "5.00",
        "channel": "mpesa",
        "reference": "Z",
        "paid_on": str(TODAY),
        "text": "Z",
        "principal": "1000.00",
        "installments": 3,
    }
    statuses = {client.get(path).status_code, client.delete(path).status_code}
    if route.endswith("/documents"):
        form = {"what": "other", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 a")}
        statuses.add(client.post(path, form).status_code)
    else:
        for method, send in (("POST", client.post), ("PUT", client.put)):
            taken = {name: body[name] for name in names_taken(method, route) if name in body}
            statuses.add(send(path, taken, content_type="application/json").status_code)
    assert statuses <= {404, 405}, (path, statuses)
    assert 404 in statuses
    with tenant_context(alpha.mfi):
        assert PaymentNotice.objects.filter(reference="Z").count() == 0


@pytest.mark.parametrize("routes", by_area(r for r in CLOSED if r.startswith("admin/")))
def test_a_borrower_has_no_back_office(routes: list[str], alpha: Branch, ids_of_alpha: dict[str, str]) -> None:
    for route in routes:
        refused(alpha.client(alpha.borrower), fill(route, ids_of_alpha))


def test_a_session_copied_into_another_schema_is_refused(alpha: Branch, beta: Branch) -> None:
    """The worst case: the session's own row stands in both schemas, and so does the account."""
    client = alpha.client("manager")
    key = client.cookies["sessionid"].value
    with tenant_context(alpha.mfi):
        session = Session.objects.get(pk=key)
        manager = Account.objects.get(pk=alpha.staff["manager"].pk)
    with tenant_context(beta.mfi):
        Session.objects.create(
            session_key=session.session_key, session_data=session.session_data, expire_date=session.expire_date
        )
        manager.email = "copy@beta.example"
        manager.save(force_insert=True)
        assert Session.objects.filter(pk=key).exists()
    stranger = Client(HTTP_HOST=beta.host)
    stranger.cookies = client.cookies
    assert stranger.get("/admin/").status_code == 302


def test_no_header_chooses_a_tenant(alpha: Branch, beta: Branch) -> None:
    client = Client(HTTP_HOST=beta.host)
    headers = {"HTTP_X_FORWARDED_HOST": alpha.host, "HTTP_X_TENANT": "alpha", "HTTP_X_SCHEMA": "alpha"}
    assert client.get("/api/v1/products?schema=alpha&tenant=alpha", **headers).status_code == 422
    found = client.get("/api/v1/products", **headers).json()
    assert [UUID(p["id"]) for p in found] == [beta.product.pk]


def test_unknown_and_suspended_hosts(alpha: Branch) -> None:
    assert Client(HTTP_HOST="nobody.localhost").get("/").status_code == 404
    assert Client(HTTP_HOST="example.org").get("/").status_code == 400
    from apps.mfis.tenancy.services.provisioning import set_status

    connection.set_schema_to_public()
    set_status(mfi=alpha.mfi, status="suspended", reason="Unpaid licence fee", actor=SYSTEM)
    page = Client(HTTP_HOST=alpha.host).get("/admin/login/")
    assert page.status_code == 403
    assert b"suspended" in page.content
    assert Client(HTTP_HOST=alpha.host).get("/api/v1/products").json()["status"] == 403


def test_a_closed_account_is_out_at_its_next_request(alpha: Branch) -> None:
    from apps.users.staff.services import set_active

    client = alpha.client("cashier")
    assert client.get("/admin/").status_code == 200
    with tenant_context(alpha.mfi):
        set_active(account=alpha.staff["cashier"], active=False, actor=SYSTEM)
    assert client.get("/admin/").status_code == 302


def test_events_are_all_alphas(alpha: Branch, ids_of_alpha: dict[str, str], beta: Branch) -> None:
    with tenant_context(beta.mfi):
        assert not LoanEvent.objects.exists()
