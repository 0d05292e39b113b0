"""From application to approval."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from apps.loans.domain.fold import quote
from apps.loans.domain.reading import parse_terms
from apps.loans.domain.state import LoanState as Folded
from apps.loans.domain.terms import Terms
from apps.loans.models import Group, Loan, LoanEvent, LoanState, Product, PublicHoliday
from apps.loans.models.event import EventType
from apps.loans.models.policy import the_policy
from apps.loans.models.projection import Status
from apps.loans.papers.key_facts import Facts, facts_hash, key_facts
from apps.loans.services.credit import installments_elsewhere
from apps.loans.services.groups import check_group, find_group
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.models import MFI
from apps.users.models import Account
from apps.users.roles import Action, Duty, Role
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once
from apps.users.services.merging import belongs_to

ZERO = Decimal(0)


def quote_product(
    *, product: Product, principal: Decimal, installments: int, on: date, currency: str
) -> tuple[Terms, Folded]:
    """The terms and schedule of a loan of `product` paid out `on`: the engine's own, as it would be booked.

    Raises:
        InvalidInput: amount or term outside the product's limits, naming them.
    """
    terms = parse_terms(checked_terms(product, principal, installments, on, currency))
    return terms, quote(terms, on)


def checked_terms(
    product: Product,
    principal: Decimal,
    installments: int,
    on: date,
    currency: str,
    rate: Decimal | None = None,
    group: Group | None = None,
) -> dict[str, Any]:
    """The loan case form of the wanted loan.

    Raises:
        InvalidInput: amount, term or rate outside the product's limits, naming them.
    """
    errors: dict[str, list[str]] = {}
    if not principal.is_finite() or not product.principal_min <= principal <= product.principal_max:
        errors["principal"] = [
            f"{product.name} is lent from {product.principal_min:,.2f} to {product.principal_max:,.2f}."
        ]
    elif principal != principal.quantize(Decimal("0.01")):
        errors["principal"] = ["An amount has at most two decimals."]
    if not product.installments_min <= installments <= product.installments_max:
        errors["installments"] = [
            f"{product.name} is repaid in {product.installments_min} to {product.installments_max} installments."
        ]
    lowest, highest = product.rate_min or product.rate, product.rate_max or product.rate
    if rate is not None and not lowest <= rate <= highest:
        errors["rate"] = [f"{product.name} costs from {lowest:g} to {highest:g} % a {product.rate_per}."]
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)
    holidays = []
    if product.working_day_rule != "keep":
        days = PublicHoliday.objects.filter(is_active=True, day__gte=on).values_list("day", flat=True)
        holidays = [day.isoformat() for day in days]
    return product.terms_json(
        principal=principal,
        installments=installments,
        submitted_on=on.isoformat(),
        currency=currency,
        rate=rate,
        holidays=holidays,
        meets_from=group.meets_from.isoformat() if group else None,
    )


def check_eligible(
    product: Product, borrower: Account, terms: Terms, *, leaving_out: UUID | None = None, elsewhere: Decimal = ZERO
) -> None:
    """Refuses a borrower whom the product is not for: too few loans repaid, too much owed, too little earned.

    `leaving_out` is a loan that is not counted as owed: the application itself. `elsewhere` is what goes to other MFIs
    a month, as far as it is known.

    Raises:
        InvalidInput: naming the limit and what stands against it.
    """
    own = LoanState.objects.filter(belongs_to(borrower, "loan__borrower")).exclude(pk=leaving_out)
    if product.cycle_min:
        repaid = own.filter(status=Status.CLOSED).count()
        if repaid < product.cycle_min:
            raise InvalidInput(
                f"{product.name} is for those who have repaid {product.cycle_min} loan(s) here; this is {repaid}.",
                field="product_id",
            )
    if product.exposure_max is not None:
        owed = own.aggregate(owed=Sum("principal_outstanding"))["owed"] or Decimal(0)
        if owed + terms.principal > product.exposure_max:
            room = max(product.exposure_max - owed, Decimal(0))
            raise InvalidInput(
                f"At most {product.exposure_max:,.2f} may be owed in all and {owed:,.2f} is; "
                f"up to {room:,.2f} is possible.",
                field="principal",
            )
    if product.affordability_percent is not None:
        _check_affordable(product, borrower, terms, elsewhere)


def _check_affordable(product: Product, borrower: Account, terms: Terms, elsewhere: Decimal) -> None:
    """The dearest month of the loan, with what goes to other MFIs, against the share of net pay that may go into it."""
    profile = getattr(borrower, "profile", None)
    income = profile.net_monthly_income if profile else None
    if not income:
        raise InvalidInput("The net monthly income is needed for this product; enter it first.", field="product_id")
    a_month = {"months": Decimal(1), "weeks": Decimal(52) / 12, "days": Decimal(365) / 12}[terms.frequency]
    dearest = max(row.total_due for row in quote(terms).installments) * a_month / terms.repay_every
    most = income * product.affordability_percent / 100 if product.affordability_percent else income
    if dearest + elsewhere > most:
        with_others = f", with {elsewhere:,.2f} at other lenders" if elsewhere else ""
        raise InvalidInput(
            f"The installments come to {dearest:,.2f} a month{with_others}; at most {most:,.2f} "
            f"({product.affordability_percent:g} % of net pay) may go into them. Take less, or longer.",
            field="principal",
        )


def apply_for_loan(
    *,
    borrower: Account,
    product_id: UUID,
    principal: Decimal,
    installments: int,
    purpose: str,
    by: Account,
    currency: str,
    key: str = "",
    on: date | None = None,
    rate: Decimal | None = None,
    group_id: UUID | None = None,
    agreed: str = "",
    language: str = "en",
) -> Answer:
    """Enters an application, by the borrower or for them. Returns the loan's id and number.

    `agreed` is the hash of the key facts that were agreed to, in `language`; they are kept with the application.

    Raises:
        NotAllowed: `by` is neither the borrower nor may enter applications. NotFound: no such product on offer.
        InvalidInput: amount, term or date. WrongState: another application of the borrower is still open.
    """
    if by.pk != borrower.pk and not by.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Your duties do not include entering an application.")
    if rate is not None and not by.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Another rate than the usual one is for the branch to give.")
    if borrower.role != Role.BORROWER or not borrower.is_active:
        raise NotAllowed("Only an open borrower's account can borrow.")
    body = {
        "borrower": borrower.pk,
        "product": product_id,
        "principal": principal,
        "installments": installments,
        "purpose": purpose,
        "on": on,
        "rate": rate,
        "group": group_id,
    }
    if agreed:
        body["agreed"] = agreed

    def run() -> Answer:
        day = on or business_date()
        loan = _submit(
            borrower, product_id, principal, installments, purpose, by, currency, day, rate, group_id, agreed, language
        )
        return {"id": str(loan.pk), "number": loan.number}

    return once(actor=actor_of(by), key=key, name="apply_for_loan", body=body, run=run)


def _submit(
    borrower: Account,
    product_id: UUID,
    principal: Decimal,
    installments: int,
    purpose: str,
    by: Account,
    currency: str,
    on: date,
    rate: Decimal | None,
    group_id: UUID | None,
    agreed: str,
    language: str,
) -> Loan:
    # Locking the borrower makes two applications sent at once wait for each other.
    Account.objects.select_for_update().get(pk=borrower.pk)
    product = Product.objects.filter(pk=product_id, is_active=True).first()
    if product is None:
        raise NotFound("This product is not on offer.")
    check_value_date(on, not_before=date(2000, 1, 1), field="on")
    if len(purpose) > 200:
        raise InvalidInput("At most 200 characters.", field="purpose")
    group = find_group(group_id)
    check_group(group, borrower, product)
    terms = checked_terms(product, principal, installments, on, currency, rate, group)
    check_eligible(product, borrower, parse_terms(terms))
    signed = _signed(agreed, product, terms, on, by, language) if agreed else None
    open_states = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.REVIEWED, Status.APPROVED)
    own = LoanState.objects.filter(belongs_to(borrower, "loan__borrower"), status__in=open_states)
    waiting = own.select_related("loan").first()
    if waiting:
        raise WrongState(
            f"Application {waiting.loan.number} is still {waiting.get_status_display().lower()}; "
            "withdraw it or wait for the decision before applying again."
        )
    loan = Loan.objects.create(
        number=next_number("L"),
        borrower=borrower,
        product=product,
        product_version=product.version,
        group=group,
        terms_agreed=terms,
        principal=principal,
        purpose=purpose.strip(),
        submitted_on=on,
    )
    append_event(
        loan=loan,
        event_type=EventType.SUBMITTED,
        by=by,
        value_date=on,
        reason=purpose.strip(),
        payload={"key_facts": signed} if signed else {},
    )
    return loan


def facts_of(product: Product, terms: dict[str, Any], on: date) -> Facts:
    """The key facts of a loan of `product` with these terms, paid out `on`."""
    read = parse_terms(terms)
    lender = MFI.objects.get(schema_name=connection.schema_name).name
    return key_facts(lender=lender, product=product.name, terms_agreed=terms, terms=read, state=quote(read, on), on=on)


def _signed(agreed: str, product: Product, terms: dict[str, Any], on: date, by: Account, language: str) -> Answer:
    """The statement that was agreed to, whole, with its hash and by whom.

    Raises:
        InvalidInput: what was agreed to is not what would be booked.
    """
    facts = facts_of(product, terms, on)
    if facts_hash(facts) != agreed:
        raise InvalidInput(
            "The figures have changed since they were shown. Look at them again, then agree.", field="agreed"
        )
    return {
        "facts": facts,
        "hash": agreed,
        "language": language if language in ("en", "st") else "en",
        "name": by.full_name,
        "at": timezone.now().isoformat(timespec="seconds"),
    }


def start_review(*, loan_id: UUID, by: Account, on: date | None = None) -> LoanEvent:
    """Takes the application up; `by` becomes its reviewing officer."""
    return _decide("start_review", loan_id, by, on)


def assign(*, loan_id: UUID, by: Account, officer_id: UUID, reason: str = "") -> LoanEvent:
    """Gives an application to an officer, who goes on with it.

    Raises:
        NotAllowed, WrongState: duty or state. NotFound: nobody here who may review.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("assign", state, by)
        officer = Account.objects.filter(pk=officer_id, role=Role.MFI_ADMIN, is_active=True).first()
        if officer is None or not officer.may(Action.REVIEW):
            raise NotFound("Nobody of this name reviews applications here.")
        return append_event(
            loan=loan,
            event_type=EventType.ASSIGNED,
            by=by,
            value_date=business_date(),
            reason=f"To {officer.full_name}. {reason.strip()}".strip()[:500],
            payload={"officer": str(officer.pk), "name": officer.full_name},
        )


def recommend(
    *, loan_id: UUID, by: Account, reason: str, on: date | None = None, checked: list[str] | None = None
) -> LoanEvent:
    """Ends the review with what was found, for a second person to decide.

    `checked` are the sentences of the MFI's checklist that were gone through; None where the whole list was.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: no reason, or something was left unchecked.
    """
    wanted = the_policy().review_checklist
    done = wanted if checked is None else [item for item in wanted if item in checked]
    left = [item for item in wanted if item not in done]
    if left:
        raise InvalidInput(f"Not checked yet: {'; '.join(left)}.", field="checked")
    return _decide("recommend", loan_id, by, on, reason, {"checked": done})


def approve(*, loan_id: UUID, by: Account, reason: str = "", on: date | None = None) -> LoanEvent:
    """Approves a reviewed application.

    Raises:
        NotAllowed: the duty is missing; or `by` reviewed or entered it, whatever their duties are now.
        WrongState: it is not ready for approval. InvalidInput: with what goes to other MFIs it is too dear.
    """
    return _decide("approve", loan_id, by, on, reason)


def reject(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Rejects an application, with a reason the borrower sees."""
    return _decide("reject", loan_id, by, on, reason)


def request_info(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Asks the borrower for something; the review waits until it is in."""
    return _decide("request_info", loan_id, by, on, reason)


def give_info(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Writes down what was brought; the review goes on."""
    return _decide("give_info", loan_id, by, on, reason)


def answer_info(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """The borrower's own answer to what was asked; the review goes on."""
    return _decide("answer_info", loan_id, by, on, reason)


def undo_approval(*, loan_id: UUID, by: Account, reason: str) -> LoanEvent:
    """Takes an approval back, until the loan is paid out; it may be approved again.

    Raises:
        NotAllowed, WrongState: duty, or it is paid out. InvalidInput: no reason.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("undo_approval", state, by, reason=reason)
        approval = loan.events.filter(type=EventType.APPROVED, reversed_by__isnull=True).order_by("-recorded_at")[0]
        return append_event(
            loan=loan,
            event_type=EventType.REVERSAL,
            by=by,
            value_date=business_date(),
            reverses=approval,
            reason=reason.strip()[:500],
        )


def _decide(
    name: str, loan_id: UUID, by: Account, on: date | None, reason: str = "", payload: dict[str, Any] | None = None
) -> LoanEvent:
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        transition = check_transition(name, state, by, reason=reason)
        day = on or business_date()
        check_value_date(day, not_before=loan.submitted_on)
        if name == "approve":
            _check_second_person(loan, by)
            _check_limit(loan, by)
            check_group(loan.group, loan.borrower, loan.product)
            known = installments_elsewhere(loan)
            check_eligible(loan.product, loan.borrower, loan.terms, leaving_out=loan.pk, elsewhere=known)
        return append_event(
            loan=loan,
            event_type=transition.event,
            by=by,
            value_date=day,
            reason=reason.strip()[:500],
            payload=payload or {},
        )


def _check_second_person(loan: Loan, by: Account) -> None:
    """Who has had a hand in it before does not approve it, by any name the event was written under."""
    makers = (EventType.SUBMITTED, EventType.REVIEW_STARTED, EventType.REVIEWED)
    if by.pk == loan.borrower_id or loan.events.filter(type__in=makers, actor_id=by.pk).exists():
        raise NotAllowed("You entered or reviewed this application; a second person approves it.")


def _check_limit(loan: Loan, by: Account) -> None:
    """An approver decides up to the MFI's limit; above it a manager does."""
    limit = the_policy().approver_limit
    if limit is not None and loan.principal > limit and Duty.MANAGER not in by.duty_set:
        raise NotAllowed(f"An approver decides up to {limit:,.2f}; this loan needs a manager.")


def withdraw(*, loan_id: UUID, by: Account, reason: str = "", on: date | None = None) -> LoanEvent:
    """The borrower takes the application back, until it is paid out.

    Raises:
        NotFound: it is another borrower's. WrongState: it is too late.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        if by.pk not in (loan.borrower_id, loan.borrower.merged_into_id):
            raise NotFound("There is no such loan.")
        check_transition("withdraw", state, by)
        return append_event(
            loan=loan,
            event_type=EventType.WITHDRAWN,
            by=by,
            value_date=on or business_date(),
            reason=reason.strip()[:500],
        )
