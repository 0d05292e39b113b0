"""The confirm page of a second person's decision: one page a step of a workflow, for whatever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from apps.mfis.core.workflow import Transition, Workflow
from apps.users.back_office.base import LetsemaAdmin, posted, run_action
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.requests import StaffRequest


def asked_step(
    request: StaffRequest, admin: LetsemaAdmin, workflow: Workflow, step: str, pk: UUID
) -> tuple[Transition, Any]:
    """The step that the address names, and the record that it would be taken on.

    Raises:
        Http404: there is no such step or record. PermissionDenied: it is not this person's duty.
    """
    if step not in workflow.transitions:
        raise Http404
    transition = workflow[step]
    if not admin._may(request, transition.duty):
        raise PermissionDenied
    return transition, get_object_or_404(admin.get_queryset(request), pk=pk)


def decision_page(
    request: StaffRequest,
    *,
    admin: LetsemaAdmin,
    step: Transition,
    record: Model,
    run: Callable[[dict[str, Any]], object],
    **page: Any,
) -> HttpResponse:
    """Shows what a step will do to the record, and does it; it asks for a reason where the workflow wants one."""
    return run_action(
        request,
        admin=admin,
        form=ReasonForm(posted(request)) if step.needs_reason else forms.Form(posted(request)),
        run=run,
        title=f"{step.label}: {record}",
        button=step.label,
        style=step.style,
        **page,
    )
