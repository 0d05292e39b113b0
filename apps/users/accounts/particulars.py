"""The lists that a borrower's particulars are chosen from; the portal words them in both languages."""

from __future__ import annotations

from django.db import models


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


class MaritalStatus(models.TextChoices):
    SINGLE = "single", "Single"
    MARRIED = "married", "Married"
    DIVORCED = "divorced", "Divorced"
    WIDOWED = "widowed", "Widowed"
    SEPARATED = "separated", "Separated"


class Education(models.TextChoices):
    NONE = "none", "None"
    PRIMARY = "primary", "Primary school"
    SECONDARY = "secondary", "Secondary school"
    VOCATIONAL = "vocational", "Vocational training"
    TERTIARY = "tertiary", "College or university"


class Sector(models.TextChoices):
    """What a borrower lives from, and what a loan is for, as boards, donors and regulators ask."""

    AGRICULTURE = "agriculture", "Agriculture"
    TRADE = "trade", "Trade"
    SERVICES = "services", "Services"
    MANUFACTURE = "manufacture", "Manufacture"
    TRANSPORT = "transport", "Transport"
    CONSTRUCTION = "construction", "Construction"
    EDUCATION = "education", "Education"
    HEALTH = "health", "Health"
    CONSUMPTION = "consumption", "Consumption"
    OTHER = "other", "Other"


class Wallet(models.TextChoices):
    MPESA = "mpesa", "M-Pesa"
    ECOCASH = "ecocash", "EcoCash"
    CPAY = "cpay", "C-Pay"
