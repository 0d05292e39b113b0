"""The spreadsheets of people, staff and MFIs, made known to the engine."""

from apps.users.operators.spreadsheets.mfis import MFIKind
from apps.users.operators.spreadsheets.people import PeopleKind
from apps.users.spreadsheets.kinds import register
from apps.users.staff.spreadsheets.places import BranchKind, EmployerKind
from apps.users.staff.spreadsheets.staff import StaffKind

register(PeopleKind())
register(MFIKind())
register(StaffKind())
register(BranchKind())
register(EmployerKind())
