"""Who may call which command: every command against every kind of actor, by the roles table.

A new command is covered by itself. What writes without being one must stand in BUILDING_BLOCKS with its reason, and a
command that is open to everybody in OPEN. No database is needed: the duty is asked before anything else, so that a call
with the actor alone is refused for its duty and not for its arguments.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import Parameter, isfunction, signature
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import config.urls_public
import config.urls_tenant  # noqa: F401 - with it, what the pages and routes of both sites call
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.commands import COMMANDS
from apps.mfis.core.errors import NotAllowed
from apps.mfis.core.roles import Action, Duty, Role

ROOT = Path(__file__).resolve().parent.parent
ID = UUID("0190a1b2-0000-7000-8000-000000000001")

# Commands that are open to everybody, and why.
OPEN = {
    "apps.users.access.services.codes.send_code": "a code is asked for before one is signed in",
    "apps.users.access.services.codes.send_address_code": "it comes before one has an account",
    "apps.users.access.services.codes.try_code": "a code is tried before one is signed in",
    "apps.users.access.services.invitations.accept_invitation": "whoever is invited has no password yet",
    "apps.users.registration.services.open_account": "whoever registers has no account yet",
}

# Functions of a `services` module with a keyword-only `actor` that are no commands, and why.
BUILDING_BLOCKS = {
    "apps.loans.bureau.services.rehearse": "writes nothing, and checks the duty itself",
    "apps.loans.collections.services.meetings.collect": "books by a command",
    "apps.loans.recording.services.append_event": "inside its caller's command",
    "apps.loans.recording.services.new_event": "writes nothing: it is written inside its caller's command",
    "apps.loans.recording.services.first_event": "writes nothing: it is written inside its caller's command",
    "apps.loans.security.services.release_all": "inside its caller's command",
    "apps.loans.recording.services.append_note": "inside its caller's command",
    "apps.loans.servicing.services.many_repayments.rehearse_repayments": "writes nothing: it is rolled back",
    "apps.mfis.nodes.services.homes.move_home": "each step is a command of its own",
    "apps.mfis.nodes.services.membership.join": "introduces by a command, then waits",
    "apps.mfis.nodes.services.membership.leave": "departs by a command, then waits",
    "apps.users.access.services.contacts.change_contact": "two commands: the attempt counts though refused",
    "apps.users.access.services.contacts.send_contact_code": "sends by a command",
    "apps.users.access.services.own_profile.change_own_profile": "several commands: the attempt counts though refused",
    "apps.users.access.services.own_profile.confirm_owner": "counts by a command, and refuses after it",
    "apps.users.access.services.codes.use_code": "counts by a command, and refuses after it",
    "apps.users.access.services.second_factor.change_second_factor": "two commands: the attempt counts though refused",
    "apps.users.access.services.second_factor.verify_address": "two commands: the attempt counts though refused",
    "apps.users.registration.services.ask_to_register": "sends by a command",
    "apps.users.registration.services.register_newcomer": "two commands: the attempt counts though refused",
    "apps.users.consents.services.record_own_consent": "two commands: the attempt counts though refused",
    "apps.users.consents.services.send_consent_code": "sends by a command",
    "apps.users.consents.services.add_consent": "inside its caller's command",
    "apps.users.consents.services._end_consent": "inside its caller's command",
}

ACTORS = {
    **{duty.value: Actor(ID, duty.label, Role.MFI_ADMIN, frozenset({duty})) for duty in Duty},
    "borrower": Actor(ID, "A borrower", Role.BORROWER),
    "letsema_admin": Actor(ID, "A Letsema admin", Role.LETSEMA_ADMIN),
    "without_duties": Actor(ID, "A colleague without duties", Role.MFI_ADMIN),
    "inactive_manager": Actor(ID, "A manager who left", Role.MFI_ADMIN, frozenset({Duty.MANAGER}), is_active=False),
}


def service_modules() -> Iterator[Any]:
    """Every module of a room that is called `services`, or stands in a folder of that name."""
    for file in sorted((ROOT / "apps").rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if "services" in parts and "tests" not in parts:
            yield import_module(".".join(parts).removesuffix(".__init__"))


SERVICES = list(service_modules())


def acting(module: Any) -> Iterator[str]:
    """The names of a module's own functions that have a keyword-only `actor`."""
    for function in vars(module).values():
        if not isfunction(function) or function.__module__ != module.__name__:
            continue
        actor = signature(function).parameters.get("actor")
        if actor is not None and actor.kind is Parameter.KEYWORD_ONLY:
            yield f"{function.__module__}.{function.__qualname__}"


def call_of(path: str) -> Callable[..., Any]:
    """The command as its callers have it, with all that the decorator does."""
    module, _, name = path.rpartition(".")
    call: Callable[..., Any] = getattr(sys.modules[module], name)
    return call


COMMAND_PATHS = sorted(path for path in COMMANDS if path.startswith("apps."))
GUARDED = [path for path in COMMAND_PATHS if COMMANDS[path].duties]


def test_there_are_commands_to_try() -> None:
    assert len(SERVICES) > 40
    assert len(GUARDED) > 80


@pytest.mark.parametrize("module", SERVICES, ids=lambda module: module.__name__)
def test_what_writes_is_a_command(module: Any) -> None:
    unregistered = {path for path in acting(module) if path not in COMMANDS and path not in BUILDING_BLOCKS}
    assert unregistered == set(), "make each a @command, or say in BUILDING_BLOCKS why it is none"


def test_no_building_block_is_gone_or_a_command() -> None:
    here = {path for module in SERVICES for path in acting(module)}
    assert set(BUILDING_BLOCKS) - here == set()
    assert set(BUILDING_BLOCKS) & set(COMMANDS) == set()


def test_open_commands_are_listed_with_their_reason() -> None:
    assert {path for path in COMMAND_PATHS if not COMMANDS[path].duties} == set(OPEN)


@pytest.mark.parametrize("path", COMMAND_PATHS)
def test_a_command_takes_keywords_and_says_who_acts(path: str) -> None:
    parameters = signature(COMMANDS[path].function).parameters
    assert "actor" in parameters
    assert {p.kind for p in parameters.values()} <= {Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("path", GUARDED)
def test_whoever_lacks_the_duty_is_refused_first(path: str) -> None:
    """With nothing but the actor: a TypeError would show that something was looked at before the duty."""
    duties = COMMANDS[path].duties
    refused = {name: actor for name, actor in ACTORS.items() if not any(actor.may(duty) for duty in duties)}
    assert "inactive_manager" in refused
    for name, actor in refused.items():
        with pytest.raises(NotAllowed) as error:
            call_of(path)(actor=actor)
        assert duties[-1].label in error.value.message, name


@pytest.mark.parametrize("path", GUARDED)
def test_somebody_has_each_duty(path: str) -> None:
    command = COMMANDS[path]
    allowed = {name for name, actor in ACTORS.items() if any(actor.may(duty) for duty in command.duties)}
    assert allowed, "a command that no kind of person may call"
    for name in allowed:
        command.check_duty(ACTORS[name])
    command.check_duty(SYSTEM)


@pytest.mark.parametrize("path", sorted(OPEN))
def test_an_open_command_refuses_nobody_for_a_duty(path: str) -> None:
    for actor in ACTORS.values():
        COMMANDS[path].check_duty(actor)


def test_an_inactive_actor_has_no_duty_at_all() -> None:
    assert not any(ACTORS["inactive_manager"].may(action) for action in Action)
