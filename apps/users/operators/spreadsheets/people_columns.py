"""The columns of people beyond who they are: household, work, and where money goes to them."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.values import Holds


def _chosen(key: str, header: str, choices: type[TextChoices], *synonyms: str, **more: Any) -> Column:
    labels = {value: str(label) for value, label in choices.choices}
    return Column(key, header, synonyms=synonyms, choices=labels, **more)


GENDERS = {
    **dict.fromkeys(("f", "woman", "w", "mosali", "mosetsana"), "female"),
    **dict.fromkeys(("m", "man", "monna", "moshanyana"), "male"),
}
FURTHER = (
    Column(
        "client_number",
        "Client number",
        "Nomoro ea moalimuoa",
        synonyms=("external id", "client external id", "client id", "client no", "member no", "member number"),
        holds=Holds.DIGITS,
        example="C000123",
        note=_("What another system calls the person; loans that come from there may name them by it."),
    ),
    _chosen("gender", "Gender", Gender, "sex", "bong", words=GENDERS),
    Column("national_id_expires", "ID expires", synonyms=("id expiry", "id expiry date"), holds=Holds.DATE),
    _chosen("marital_status", "Marital status", MaritalStatus, "civil status"),
    Column("dependants", "Dependants", synonyms=("number of dependants", "dependents"), holds=Holds.COUNT),
    _chosen("education", "Education", Education, "education level"),
    Column("landmark", "Landmark", synonyms=("directions",)),
    Column("kin_name", "Next of kin", synonyms=("next of kin name", "kin")),
    Column("kin_relation", "Relation", synonyms=("relationship", "next of kin relation")),
    Column("kin_phone", "Phone of the next of kin", synonyms=("kin phone", "next of kin phone"), holds=Holds.PHONE),
    Column("occupation", "Occupation", "Mosebetsi", synonyms=("profession", "job")),
    _chosen("sector", "Business sector", Sector, "sector", "economic sector"),
    Column("employee_number", "Employee number", synonyms=("employee no", "payroll no"), holds=Holds.DIGITS),
    _chosen("wallet", "Wallet", Wallet, "wallet provider"),
    Column("wallet_number", "Wallet number", synonyms=("wallet phone",), holds=Holds.PHONE),
    Column("bank_name", "Bank", "Banka", synonyms=("bank name",)),
    Column("bank_branch_code", "Bank's branch code", synonyms=("branch code",), holds=Holds.DIGITS),
    Column("bank_account", "Account number", synonyms=("bank account", "bank account no"), holds=Holds.DIGITS),
)
