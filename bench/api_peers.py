"""What bench/api.py compares the API with: the same two answers by plain views with raw SQL, and by REST framework.

The plain views are served without any middleware, in the schema `bench`. REST framework does the same work as the API:
the same middleware and tenancy, a token, a limit of calls, an answer that is checked, the same service for a payment.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from apps.loans.book.models import Loan, LoanState
from apps.loans.servicing.services.reported_payments import report_payment
from apps.mfis.tenancy.models import MFI
from apps.users.access.models import ApiToken
from apps.users.access.rate_limits import count_call
from apps.users.accounts.models import Account

WHO = "SELECT account_id FROM bench.users_apitoken WHERE token_hash = %s AND revoked_at IS NULL"
LIST = """
    SELECT l.id, l.number, p.name, l.principal, l.terms_agreed #>> '{currency,code}', s.status, l.submitted_on,
           s.disbursed_on, s.principal_outstanding + s.interest_outstanding + s.charges_outstanding, s.overpaid,
           s.oldest_due_date, s.next_due_amount
      FROM bench.loans_loan l JOIN bench.loans_loanstate s ON s.loan_id = l.id
      JOIN bench.loans_product p ON p.id = l.product_id
     WHERE l.borrower_id = %s ORDER BY l.id DESC LIMIT 51
"""
NAMES = (
    "id",
    "number",
    "product",
    "principal",
    "currency",
    "status",
    "submitted_on",
    "disbursed_on",
    "outstanding",
    "overpaid",
    "next_due_date",
    "next_due_amount",
)
PAY = """
    INSERT INTO bench.loans_paymentnotice
           (id, created_at, loan_id, amount, channel, reference, paid_on, status, decided_reason)
    SELECT %s, now(), s.loan_id, %s, %s, %s, current_date, 'waiting', '' FROM bench.loans_loanstate s
      JOIN bench.loans_loan l ON l.id = s.loan_id WHERE l.id = %s AND l.borrower_id = %s AND s.status = 'active'
"""
ONCE = """
    INSERT INTO bench.users_command (id, recorded_at, node, name, actor_id, body_hash, answer)
    VALUES (%s, now(), 'A', 'report_payment', %s, %s, %s)
"""


def who(request: HttpRequest) -> str:
    secret = request.headers["Authorization"].removeprefix("Bearer ")
    with connection.cursor() as cursor:
        cursor.execute(WHO, [sha256(secret.encode()).hexdigest()])
        return str(cursor.fetchone()[0])


def bare_loans(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(LIST, [who(request)])
        rows = [dict(zip(NAMES, row, strict=True)) for row in cursor.fetchall()]
    return JsonResponse({"items": rows, "next": None})


def bare_pay(request: HttpRequest, loan: uuid.UUID) -> HttpResponse:
    body, key, account = json.loads(request.body), request.headers["Idempotency-Key"], who(request)
    answer = {"id": str(uuid.uuid4()), "status": "waiting"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('letsema.actor', %s, true)", [f"{account}|Bench"])
        cursor.execute(PAY, [answer["id"], Decimal(body["amount"]), body["channel"], body["reference"], loan, account])
        body_hash = sha256(request.body).hexdigest()
        cursor.execute(ONCE, [uuid.uuid5(uuid.NAMESPACE_OID, key), account, body_hash, json.dumps(answer)])
    return JsonResponse(answer, status=201)


class Token(BaseAuthentication):
    """As rest_framework.authtoken looks a token up, hashed."""

    def authenticate(self, request: Any) -> tuple[Account, ApiToken]:
        secret = request.headers["Authorization"].removeprefix("Bearer ")
        tokens = ApiToken.objects.select_related("account")
        token = tokens.filter(token_hash=sha256(secret.encode()).hexdigest(), revoked_at=None).first()
        if token is None or not token.account.is_active or (token.expires_at and token.expires_at <= timezone.now()):
            raise AuthenticationFailed
        return token.account, token


class Shared(BaseThrottle):
    """The API's own count, shared by all workers; REST framework's keeps a list of each one's calls in one process."""

    def allow_request(self, request: Any, view: Any) -> bool:
        safe = request.method == "GET"
        return count_call(f"rest:{request.user.pk}", batch=10 if safe else 3) <= settings.CALLS_A_MINUTE["read"]


class StateOut(serializers.ModelSerializer):  # type: ignore[type-arg]
    class Meta:
        model = LoanState
        fields = ("status", "disbursed_on", "principal_outstanding", "overpaid", "oldest_due_date", "next_due_amount")


class LoanOut(serializers.ModelSerializer):  # type: ignore[type-arg]
    state = StateOut()
    product = serializers.CharField(source="product.name")

    class Meta:
        model = Loan
        fields = ("id", "number", "product", "principal", "currency", "submitted_on", "state")


class PaymentIn(serializers.Serializer):  # type: ignore[type-arg]
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    channel = serializers.CharField(max_length=10)
    reference = serializers.CharField(max_length=60)


class Loans(APIView):
    authentication_classes = (Token,)
    permission_classes = ()
    throttle_classes = (Shared,)

    def get(self, request: Any) -> Response:
        own = Loan.objects.filter(borrower=request.user).select_related("state", "product").order_by("-pk")[:51]
        return Response({"items": LoanOut(own, many=True).data, "next": None})


class Pay(APIView):
    authentication_classes = (Token,)
    permission_classes = ()
    throttle_classes = (Shared,)

    def post(self, request: Any, loan: uuid.UUID) -> Response:
        sent = PaymentIn(data=request.data)
        sent.is_valid(raise_exception=True)
        key = request.headers["Idempotency-Key"]
        made = report_payment(loan_id=loan, actor=request.user.actor, idempotency_key=key, **sent.validated_data)
        return Response(asdict(made), status=201)


def one_institution(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """In place of the middleware that chooses the MFI: there is one, known from the start."""
    only: list[MFI] = []

    def answer(request: Any) -> HttpResponse:
        if not only:
            only.append(MFI.objects.get(schema_name="bench"))
        request.tenant = only[0]
        named: Any = connections["default"]
        named.schema_name = "bench"  # of this thread; the limit of calls is counted under it
        return get_response(request)

    return answer


urlpatterns = [
    path("bare/loans", bare_loans),
    path("bare/loans/<uuid:loan>/payments", bare_pay),
    path("api/rest/loans", Loans.as_view()),
    path("api/rest/loans/<uuid:loan>/payments", Pay.as_view()),
]
