"""What an MFI keeps of who one is, as the paper of everything says it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.loans.book.wording import day, money

Kept = dict[str, Any]
NOTHING = "—"


def facts_about(account: Kept, language: str) -> list[tuple[str, str]]:
    """What is kept of the account: the first particulars always, of the others what is known."""
    further = [*_household(account, language), *_work(account), *_kin(account), *_accounts(account)]
    return [*_first(account, language), *((label, text) for label, text in further if text)]


def _first(account: Kept, language: str) -> list[tuple[str, str]]:
    born, income = account["date_of_birth"], account["net_monthly_income"]
    return [
        (_("Borrower"), account["full_name"]),
        (_("Phone"), account["phone"] or NOTHING),
        (_("E-mail"), account["email"] or NOTHING),
        (_("National ID"), account["national_id"] or NOTHING),
        (_("Date of birth"), day(born, language) if born else NOTHING),
        (_("Where you live"), ", ".join(x for x in (account["village"], account["district"]) if x) or NOTHING),
        (_("Employer"), account["listed_employer"] or account["employer"] or NOTHING),
        (_("Net monthly income"), money(income) if income else NOTHING),
    ]


def _household(account: Kept, language: str) -> list[tuple[str, str]]:
    genders = {"female": _("Female"), "male": _("Male"), "other": _("Other")}
    marital = {
        "single": _("Single"),
        "married": _("Married"),
        "divorced": _("Divorced"),
        "widowed": _("Widowed"),
        "separated": _("Separated"),
    }
    schools = {
        "none": _("None"),
        "primary": _("Primary school"),
        "secondary": _("Secondary school"),
        "vocational": _("Vocational training"),
        "tertiary": _("College or university"),
    }
    expires, dependants = account["national_id_expires"], account["dependants"]
    return [
        (_("National ID expires on"), day(expires, language) if expires else ""),
        (_("Gender"), genders.get(account["gender"], "")),
        (_("Marital status"), marital.get(account["marital_status"], "")),
        (_("Dependants"), "" if dependants is None else str(dependants)),
        (_("Education"), schools.get(account["education"], "")),
        (_("Landmark near your house"), account["landmark"]),
    ]


def _work(account: Kept) -> list[tuple[str, str]]:
    sectors = {
        "agriculture": _("Agriculture"),
        "trade": _("Trade"),
        "services": _("Services"),
        "manufacture": _("Manufacture"),
        "transport": _("Transport"),
        "construction": _("Construction"),
        "education": _("Education"),
        "health": _("Health"),
        "consumption": _("Consumption"),
        "other": _("Other"),
    }
    return [
        (_("Occupation"), account["occupation"]),
        (_("Business sector"), sectors.get(account["sector"], "")),
        (_("Employee number"), account["employee_number"]),
    ]


def _kin(account: Kept) -> list[tuple[str, str]]:
    said = (account["kin_name"], account["kin_relation"], account["kin_phone"])
    return [(_("Next of kin"), ", ".join(filter(None, said)))]


def _accounts(account: Kept) -> list[tuple[str, str]]:
    wallets = {"mpesa": "M-Pesa", "ecocash": "EcoCash", "cpay": "C-Pay"}
    wallet = " ".join(filter(None, (wallets.get(account["wallet"], ""), account["wallet_number"])))
    bank = ", ".join(filter(None, (account["bank_name"], account["bank_branch_code"], account["bank_account"])))
    looked_after = ", ".join(filter(None, (account["branch"], account["officer"])))
    return [(_("Wallet"), wallet), (_("Bank"), bank), (_("Who looks after you"), looked_after)]
