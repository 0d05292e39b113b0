"""The demonstration's branches, employers and officers, and what is known of its borrowers beside their names."""

from __future__ import annotations

import random
from datetime import date, timedelta

from apps.loans.portfolios.services import Chosen, hand_over
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.roles import Duty, Role
from apps.mfis.tenancy.districts import District
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import HEAD_OFFICE_ID, Account, BorrowerProfile, Branch, Employer
from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet
from apps.users.accounts.services.borrowers import update_borrower
from apps.users.accounts.services.branches import save_branch, save_employer
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from apps.users.staff.services import create_staff

BRANCHES = (
    ("MKT", "Market branch", "leribe", "Main Street, opposite the bus stop"),
    ("HLD", "Highlands branch", "thaba_tseka", "At the roundabout"),
)
EMPLOYERS = (
    ("MOE", "Ministry of Education", "22312345", 25),
    ("MOH", "Ministry of Health", "22314404", 25),
    ("LNDC", "Thetsane Garments", "22325100", 30),
    ("MALL", "Pioneer Stores", "22311126", 28),
)
OCCUPATIONS = {
    Sector.TRADE: "Shopkeeper",
    Sector.AGRICULTURE: "Farmer",
    Sector.SERVICES: "Hairdresser",
    Sector.MANUFACTURE: "Seamstress",
    Sector.TRANSPORT: "Taxi driver",
    Sector.CONSTRUCTION: "Builder",
    Sector.EDUCATION: "Teacher",
    Sector.HEALTH: "Nurse",
}
RELATIONS = ("sister", "brother", "mother", "husband", "wife", "aunt")
LANDMARKS = ("Behind the clinic", "Beside the church", "Above the primary school", "Near the river bridge")
SHARE_FILLED = 0.9  # of those whose particulars are complete; the rest shows what the data-quality page finds


def make_portfolios(mfi: MFI, officer: Account, manager: Account, password: str, today: date) -> None:
    """Two more branches with an officer, four employers, and borrowers who belong to them. Run in the MFI's schema."""
    branches = [Branch(code=c, name=n, district=d, address=a) for c, n, d, a in BRANCHES]
    for branch in branches:
        save_branch(branch=branch, actor=manager.actor)
    for code, name, phone, pay_day in EMPLOYERS:
        save_employer(employer=Employer(code=code, name=name, phone=phone, pay_day=pay_day), actor=manager.actor)
    colleague = create_staff(
        full_name="Palesa Lerotholi",
        email=f"officer2@{mfi.subdomain}.example",
        role=Role.MFI_ADMIN,
        duties=[Duty.OFFICER],
        branch=branches[0],
        actor=SYSTEM,
    )
    set_password(account=colleague, password=password, actor=SYSTEM)
    _fill_in(mfi, today)
    _give(manager, HEAD_OFFICE_ID, officer, "", today)
    _give(manager, branches[0].pk, colleague, "leribe", today)
    _give(manager, branches[0].pk, colleague, "butha_buthe", today)
    _give(manager, branches[1].pk, None, "thaba_tseka", today)


def _give(manager: Account, branch_id: object, officer: Account | None, district: str, today: date) -> None:
    """Gives borrowers to a branch: of a district, or all who have no officer yet."""
    chosen = Chosen(district=district) if district else Chosen(without_officer=True)
    if not BorrowerProfile.objects.filter(**({"district": district} if district else {"officer": None})).exists():
        return
    hand_over(
        chosen=chosen,
        actor=manager.actor,
        reason="Branches were opened",
        branch_id=branch_id,  # type: ignore[arg-type]
        officer_id=officer.pk if officer else None,
        value_date=today,
    )


def _fill_in(mfi: MFI, today: date) -> None:
    chance = random.Random(f"{mfi.subdomain}-people")  # noqa: S311 - the same people each time
    employers = list(Employer.objects.order_by("code"))
    profiles = BorrowerProfile.objects.select_related("account").order_by("account__phone", "pk")
    for profile in profiles:
        if chance.random() < SHARE_FILLED:
            person = _person(chance, profile, employers, today)
            update_borrower(account=profile.account, person=person, actor=SYSTEM, today=today)


def _person(chance: random.Random, profile: BorrowerProfile, employers: list[Employer], today: date) -> Person:
    sector = chance.choice(list(OCCUPATIONS))
    employer = chance.choice(employers) if sector in (Sector.EDUCATION, Sector.HEALTH) else None
    surname = profile.account.full_name.split()[-1]
    return Person(
        full_name=profile.account.full_name,
        phone=profile.account.phone or "",
        email=profile.account.email or "",
        national_id=profile.national_id or "",
        date_of_birth=profile.date_of_birth,
        district=profile.district or chance.choice(District.values),
        village=profile.village,
        employer=profile.employer,
        net_monthly_income=profile.net_monthly_income,
        national_id_expires=today + timedelta(days=chance.randint(-60, 2500)),
        gender=chance.choices(Gender.values, weights=(60, 39, 1))[0],
        marital_status=chance.choice(MaritalStatus.values),
        dependants=chance.randint(0, 6),
        education=chance.choice(Education.values),
        landmark=chance.choice(LANDMARKS),
        kin_name=f"{chance.choice(('Neo', 'Palesa', 'Thabo', 'Lineo'))} {surname}",
        kin_relation=chance.choice(RELATIONS),
        kin_phone=f"+2665{chance.randint(8_000_000, 8_999_999)}",
        occupation=OCCUPATIONS[sector],
        sector=sector.value,
        listed_employer_id=employer.pk if employer else "",
        employee_number=str(chance.randint(1000, 99999)) if employer else "",
        wallet=chance.choice(Wallet.values) if profile.account.phone else "",
        wallet_number=profile.account.phone or "",
    )
