"""The spreadsheets of people and MFIs, made known to the engine."""

from apps.users.operators.spreadsheets.mfis import MFIKind
from apps.users.operators.spreadsheets.people import PeopleKind
from apps.users.spreadsheets.kinds import register

register(PeopleKind())
register(MFIKind())
