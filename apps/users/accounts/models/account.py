"""Accounts: each schema has its own, so a person who borrows from two MFIs has two."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import NotAllowed
from apps.mfis.core.roles import Action, Duty, Role, may
from apps.mfis.core.tables import Revisioned
from apps.users.accounts.identity import lesotho_phone
from apps.users.accounts.languages import Language

# A borrower's phone that was not shown by a code to be theirs, in the words of the index on it.
UNVERIFIED_PHONE = models.Q(role="borrower", phone__isnull=False, merged_into__isnull=True) & (
    models.Q(verified_phone__isnull=True)
    | models.Q(verified_phone__lt=models.F("phone"))
    | models.Q(verified_phone__gt=models.F("phone"))
)

SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class AccountQuerySet(models.QuerySet["Account"]):
    """Accounts of the present schema, by the questions that are asked of them."""

    def own(self, actor: Actor) -> Account:
        """The account of whoever acts.

        Raises:
            NotAllowed: the actor has none here, as the system has none.
        """
        account = self.filter(pk=actor.id).first() if actor.id else None
        if account is None:
            raise NotAllowed("You have no account here.")
        return account

    def signing_in_by(self, name: str) -> Account | None:
        """The account that signs in by `name`, an e-mail or a phone number."""
        name = name.strip()
        if "@" in name:
            return self.filter(email=name.lower()).first()
        try:
            return self.filter(phone=lesotho_phone(name)).first()
        except ValidationError:
            return None


class Account(AbstractBaseUser, Revisioned):
    """Somebody who may sign in to one schema, by e-mail or phone."""

    last_login = None  # a fact of each session; writing it here would make a revision of every sign-in

    full_name = models.CharField("full name", max_length=150)
    email = models.EmailField("e-mail", max_length=254, blank=True, null=True)
    phone = models.CharField(max_length=16, blank=True, null=True, help_text="Like +266 5812 3456.")
    role = models.CharField(max_length=20, choices=Role.choices)
    duties = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("active", default=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
        help_text="Where one person was registered twice: the account that stands for both.",
    )
    # Registered by mistake, and taken back before anything rested on it: it stands for nobody.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    branch = models.ForeignKey(
        "users.Branch",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where a colleague works: receipts they take belong to it.",
    )
    language = models.CharField(max_length=2, default=Language.ENGLISH.value, choices=Language.choices)

    wants_reminders = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Of what falls due. What became of an application or a payment is always told.",
    )

    # The address that its owner showed by a one-time code to be theirs; after a change it is no longer the same.
    verified_phone = models.CharField(max_length=16, null=True, editable=False)
    verified_email = models.EmailField(max_length=254, null=True, editable=False)
    # Changes with whatever one signs in by. Sessions and links carry it, so those from before end, on every node.
    security_stamp = models.UUIDField(null=True, editable=False)
    second_factor = models.BooleanField("asks for a code at sign-in", default=False, db_default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = "account"
        ordering = ["full_name", "id"]
        indexes = [
            models.Index(fields=["full_name", "id"], name="account_by_name"),
            # Few of many: lists of colleagues, and of accounts that are closed, must not go through all borrowers.
            models.Index(fields=["full_name", "id"], name="account_staff", condition=~models.Q(role="borrower")),
            models.Index(fields=["full_name", "id"], name="account_closed", condition=models.Q(is_active=False)),
            models.Index(fields=["full_name", "id"], name="account_unverified", condition=UNVERIFIED_PHONE),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=False)
                | models.Q(phone__isnull=False)
                | models.Q(merged_into__isnull=False)
                | models.Q(withdrawn_at__isnull=False),
                name="account_has_email_or_phone",
            ),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="account_role_known"),
            models.CheckConstraint(condition=~models.Q(full_name=""), name="account_has_name"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_staff(self) -> bool:
        """Whether the admin site of the account's own schema is open to it."""
        return self.is_active and self.role in (Role.MFI_ADMIN, Role.LETSEMA_ADMIN)

    @property
    def duty_set(self) -> frozenset[Duty]:
        return frozenset(Duty(d) for d in self.duties if d in set(Duty.values))

    @property
    def phone_is_verified(self) -> bool:
        return bool(self.phone) and self.phone == self.verified_phone

    @property
    def email_is_verified(self) -> bool:
        return bool(self.email) and self.email == self.verified_email

    @property
    def standing(self) -> Account:
        """The account that stands for this one: itself, unless it was merged into another."""
        return self.merged_into or self

    @property
    def actor(self) -> Actor:
        """This account as whoever acts: what commands are called with."""
        return Actor(self.pk, self.full_name, Role(self.role), self.duty_set, self.is_active, self.branch_id)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's own, so that a session also ends with the stamp."""
        value = f"{self.password}{self.security_stamp or ''}"
        return salted_hmac(SESSION_SALT, value, secret=secret, algorithm="sha256").hexdigest()

    def may(self, action: Action) -> bool:
        """Whether this account may do `action`, by the table in roles.py."""
        return self.is_active and may(Role(self.role), self.duty_set, action)

    # What Django's admin asks; roles are code, so a permission row never decides anything.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    def get_username(self) -> str:
        return self.email or self.phone or ""

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]

    def duty_names(self) -> str:
        return ", ".join(Duty(d).label for d in self.duties if d in set(Duty.values))
