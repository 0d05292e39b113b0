"""Nobody is shown what opens another's account, nor reads it letter by letter: every route, by everybody.

The routes are those of the resolver, and the lists those of the two sites, so that a new one is tried by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.db import models, transaction
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Duty, Role
from apps.users.access.models import ApiToken, Invitation
from apps.users.access.services.invitations import invite
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import public_site, tenant_site
from apps.users.staff.services import create_staff
from tests.factories import PASSWORD, TODAY, Branch
from tests.test_isolation import PUBLIC, TENANT, fill, ids_of_alpha  # noqa: F401 - a fixture

HASHES = ("password", "token_hash", "security_stamp")  # columns by which somebody gets in

LEAVING = {"admin/logout/", "api/v1/sign-out"}  # these end the session that tries


@pytest.fixture
def invited(alpha: Branch) -> list[Account]:
    """A borrower and a colleague who are about to sign in for the first time."""
    borrower = register_borrower(person=Person("Lineo Tlali", phone="59990002"), actor=SYSTEM, today=TODAY)
    approver = create_staff(
        full_name="Neo Letuka", email="neo@alpha.example", role=Role.MFI_ADMIN, duties=["approver"], actor=SYSTEM
    )
    for account in (borrower, approver):
        invite(account=account, actor=SYSTEM)
    return [borrower, approver]


def secrets_here() -> set[str]:
    """All that would let somebody in, of the current schema: links, codes, hashes."""
    links = {invitation.secret for invitation in Invitation.objects.all()}
    codes = {f">{code.digits}<" for code in OneTimeCode.objects.all()}
    hashes = set(Account.objects.exclude(password="").values_list("password", flat=True))
    return links | codes | hashes | set(ApiToken.objects.values_list("token_hash", flat=True))


def text_of(answer: Any) -> str:
    """What an answer says; files of the portal are served as streams."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def calls(client: Client, path: str) -> Iterator[str]:
    """What a route says to a look and to a form; what it did is undone."""
    yield text_of(client.get(path, {"password__startswith": "md5"}))
    form = {"phone": "68990001", "email": "thief@example.org", "reason": "x", "by": "code", "decision": "confirm"}
    with transaction.atomic():
        yield text_of(client.post(path, form, follow=True))
        transaction.set_rollback(True)


def about_people(routes: list[str]) -> list[str]:
    """The routes that somebody with a duty may use on another's account."""
    return [r for r in routes if re.search(r"account|borrower|directory|contactchange|invit|password", r)]


def try_routes(client: Client, routes: list[str], ids: dict[str, str], alpha: Branch) -> None:
    """Looks at each and sends it a form; nothing that opens an account may stand in any answer."""
    client.raise_request_exception = False
    with tenant_context(alpha.mfi):
        known = secrets_here()
    for route in routes:
        for said in calls(client, fill(route, ids)):
            assert [secret for secret in known if secret in said] == [], route
            links = re.findall(r"/(?:invitation|password-reset)/[\w-]{20,}", said)
            assert links == [], route  # a new one, made by the call itself


@pytest.mark.parametrize("who", [*Duty.values, "borrower", "nobody"])
def test_no_route_shows_what_opens_anothers_account(
    who: str,
    alpha: Branch,
    invited: list[Account],
    ids_of_alpha: dict[str, str],  # noqa: F811
) -> None:
    """The manager, who sees most, tries every route; the others those about people, as each of them reads."""
    routes = [r for r in TENANT if r not in LEAVING]
    target = invited[1 if who == Duty.MANAGER else 0]
    ids = {**ids_of_alpha, "account_id": str(target.pk), "object_id": str(target.pk), "what": "invite"}
    client = alpha.client({"borrower": alpha.borrower, "nobody": None}.get(who, who))
    try_routes(client, routes if who == Duty.MANAGER else about_people(routes), ids, alpha)


def test_no_page_of_letsema_shows_what_opens_anothers_account(
    alpha: Branch,
    invited: list[Account],
    ids_of_alpha: dict[str, str],  # noqa: F811
    public_client: Client,  # last, as it leaves the connection in the public schema
) -> None:
    ids = {**ids_of_alpha, "account_id": str(invited[1].pk), "object_id": str(invited[1].pk), "what": "invite"}
    try_routes(public_client, [r for r in PUBLIC if r not in LEAVING], ids, alpha)


def paths_to_hashes(model: Any, depth: int = 3) -> Iterator[str]:
    """The lookups by which Django would lead from a model to a hash."""
    for field in model._meta.get_fields():
        if field.name in HASHES:
            yield field.name
        elif depth and field.is_relation and isinstance(field.related_model, type):
            name = field.name if not field.auto_created or field.concrete else field.get_accessor_name() or field.name
            if issubclass(field.related_model, models.Model) and field.related_model is not model:
                yield from (f"{field.name or name}__{rest}" for rest in paths_to_hashes(field.related_model, depth - 1))


def lists(site: Any) -> list[Any]:
    return [pytest.param(page, id=page.opts.label) for page in site._registry.values()]


@pytest.mark.parametrize("page", [*lists(tenant_site), *lists(public_site)])
def test_no_list_is_asked_by_a_hash(page: ModelAdmin[Any], alpha: Branch) -> None:
    """No lookup is taken but those of the list's own filters, whatever it leads to."""
    assert isinstance(page, LetsemaAdmin)
    request: Any = None
    for path in {*HASHES, *list(paths_to_hashes(page.model))[:400]}:
        for ending in ("", "__startswith", "__regex", "__gt", "__contains"):
            assert not page.lookup_allowed(f"{path}{ending}", "md5", request), path


@pytest.mark.parametrize("lookup", ["password__startswith", "account__password__startswith", "password__regex"])
@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_a_list_refuses_to_be_asked_by_a_hash(who: str, lookup: str, alpha: Branch) -> None:
    client = alpha.client(who)
    client.raise_request_exception = False
    for page in tenant_site._registry.values():
        address = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        plain, asked = client.get(address), client.get(address, {lookup: "md5"})
        assert asked.status_code in ({400} if plain.status_code == 200 else {302, 403}), address
        exported = client.get(f"{address}export/", {lookup: "md5"})
        assert exported.status_code in {302, 400, 403, 404} or lookup not in exported.content.decode(), address


def test_letsemas_lists_refuse_it_too(public_client: Client) -> None:
    public_client.raise_request_exception = False
    for page in public_site._registry.values():
        address = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        for lookup in ("password__startswith", "account__password__startswith", "token_hash__startswith"):
            unasked, asked = public_client.get(address), public_client.get(address, {lookup: "a"})
            same = plain(unasked.content, "nobody") == plain(asked.content, "nobody")  # a page that asks nothing
            assert same or asked.status_code in {302, 400, 403}, address


def test_filters_that_a_list_declares_still_work(alpha: Branch) -> None:
    client = alpha.client("manager")
    for address in (
        "users/account/?is_active__exact=1",
        "users/borrowerprofile/?district=berea",
        "users/borrowerprofile/?account__is_active__exact=1",
        "loans/loan/?late=any",
        "users/complaint/?answered_on__isempty=1",
        "loans/journalentry/?posted_on__gte=2026-01-01&posted_on__lt=2026-02-01",
        f"loans/loan/?product__id__exact={alpha.product.pk}",
    ):
        assert client.get(f"/admin/{address}").status_code == 200, address


def test_the_api_takes_no_lookup(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    for route in (r for r in TENANT if r.startswith("api/v1/") and "<" not in r):
        plain = client.get(f"/{route}")
        for name in ("password__startswith", "account__password__startswith", "order_by", "ordering"):
            asked = client.get(f"/{route}", {name: "password"})
            told = {(plain.status_code, len(plain.content)), (422, len(client.get(f"/{route}", {name: "x"}).content))}
            assert (asked.status_code, len(asked.content)) in told, route


DOORS: list[tuple[str, dict[str, Any], str]] = [
    ("/password-reset/", {}, "name"),
    ("/admin/login/", {"password": "wrong-password-1"}, "username"),
    ("/api/v1/password-reset", {}, "name"),
    ("/api/v1/password-reset/new", {"code": "000000", "password": "another-secret-8"}, "name"),
    ("/api/v1/sign-in", {"password": "wrong-password-1"}, "name"),
    ("/api/v1/register", {"full_name": "Neo", "password": PASSWORD, "agreed": 1}, "phone"),
    ("/api/v1/register", {"full_name": "Neo", "password": PASSWORD, "agreed": 1, "code": "1"}, "phone"),
]


def plain(content: bytes, name: str) -> str:
    """An answer without what is new each time, and without what the caller gave."""
    text = re.sub(r'nonce="[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"', "", content.decode())
    return text.replace(name, "NAME").replace(name[-4:], "NAME")


@pytest.mark.parametrize(("path", "body", "field"), DOORS)
def test_a_door_answers_alike_whether_somebody_exists_or_not(
    path: str, body: dict[str, Any], field: str, alpha: Branch
) -> None:
    said = []
    for name in ("58120001", "58990001"):
        client, form = Client(HTTP_HOST=alpha.host), {**body, field: name}
        sent: Any = (json.dumps(form), "application/json") if "/api/" in path else (form,)
        answer = client.post(path, *sent)
        said.append((answer.status_code, plain(answer.content, name)))
    assert said[0] == said[1]


def test_no_token_reads_hashes(alpha: Branch) -> None:
    secret = create_token(actor=alpha.borrower.actor, name="t").secret
    client = Client(HTTP_HOST=alpha.host)
    for route in (r for r in TENANT if r.startswith("api/v1/") and "<" not in r):
        said = client.get(f"/{route}", HTTP_AUTHORIZATION=f"Bearer {secret}").content.decode(errors="replace")
        with tenant_context(alpha.mfi):
            assert [known for known in secrets_here() if known in said] == [], route
    assert connection.schema_name
