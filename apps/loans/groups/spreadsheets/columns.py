"""The columns of groups: a row for each member, with what is said of the group in every one or in the first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.loans.groups.models import Group, Membership
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.values import Holds

_O = Membership.Office

GROUP_COLUMNS = (
    Column(
        "group",
        "Group",
        "Sehlopha",
        required=True,
        synonyms=("group name", "centre", "center", "center name", "group no", "group number", "lebitso la sehlopha"),
        example="Kopano",
        note=_("Rows with the same are one group."),
    ),
    Column(
        "national_id",
        "National ID",
        "Nomoro ea boitsebiso",
        synonyms=("id number", "id no", "member id number", "identity number"),
        holds=Holds.DIGITS,
        example="012345678901",
    ),
    Column(
        "phone",
        "Phone",
        "Mohala",
        synonyms=("phone number", "mobile", "mobile no", "cell", "cell number", "member phone"),
        holds=Holds.PHONE,
        example="+266 5812 3456",
    ),
    Column(
        "member",
        "Member",
        "Setho",
        synonyms=("member name", "name", "client", "client name", "full name", "borrower", "lebitso"),
        example="Palesa Mokoena",
        note=_("Held against the name that is registered."),
    ),
    Column(
        "office",
        "Office",
        "Boikarabelo",
        synonyms=("role", "position", "member role", "group role", "mosebetsi"),
        choices={office.value: str(office.label) for office in Membership.Office},
        words={
            **dict.fromkeys(("leader", "group leader", "chairperson", "chairman", "molulasetulo"), str(_O.CHAIR)),
            **dict.fromkeys(("client", "ordinary member", "setho"), str(_O.MEMBER)),
            **{
                "mongoli": str(_O.SECRETARY),
                "mookameli oa chelete": str(_O.TREASURER),
                "ramatlotlo": str(_O.TREASURER),
            },
        },
        example="Chair",
    ),
    Column(
        "joined_on",
        "Joined",
        "O kene ka",
        synonyms=("joined on", "date joined", "join date", "activation date", "submitted on"),
        holds=Holds.DATE,
        example="2026-01-07",
        note=_("Empty: the day of the import."),
    ),
    Column("place", "Meets at", "Sebaka", synonyms=("place", "meeting place", "venue"), example="Church hall"),
    Column(
        "meets_from",
        "First meeting",
        "Kopano ea pele",
        synonyms=("meeting date", "meeting start date", "meets from", "start date"),
        holds=Holds.DATE,
        example="2026-01-07",
        note=_("The others are counted from it."),
    ),
    Column(
        "meets_every", "Meets every", "E kopana ka mor'a", synonyms=("repeats every", "interval"), holds=Holds.COUNT
    ),
    Column(
        "frequency",
        "Counted in",
        "Ka",
        synonyms=("frequency", "meeting frequency", "repeats"),
        choices={value: str(label) for value, label in Group.Frequency.choices},
        words={"weekly": "weeks", "week": "weeks", "monthly": "months", "month": "months", "beke": "weeks"},
        example="Weeks",
    ),
    Column(
        "officer",
        "Loan officer",
        "Ofisiri ea likalimo",
        synonyms=("officer", "credit officer", "staff", "staff email"),
        example="officer@maluti.example",
        note=_("The colleague's e-mail, or a name that one colleague alone has."),
    ),
)
