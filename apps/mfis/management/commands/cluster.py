"""Several nodes: who is in, how the streams stand, whether all hold the same, and what to do when they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.mfis.nodes import streams
from apps.mfis.nodes.models import Decision
from apps.mfis.nodes.peers import PeerAway
from apps.mfis.nodes.reports import Report, comparison_report, conflicts_report, status_report
from apps.mfis.nodes.services.conflicts import decide_conflict
from apps.mfis.nodes.services.homes import force_home, move_home
from apps.mfis.nodes.services.membership import introduce, join, leave, resync_and_wait
from apps.mfis.tenancy.models import MFI

REPORTS: dict[str, tuple[str, Callable[[], Report]]] = {
    "status": ("how the streams of this node stand; 1 when something is wrong", status_report),
    "verify": ("compares every published table with each peer; 1 when they differ", comparison_report),
    "conflicts": ("what two nodes disagreed about and nobody decided on", conflicts_report),
}


class Command(BaseCommand):
    help = "Nodes of a cluster: init, join, leave, status, verify, resync, conflicts, decide, move_home."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        init = actions.add_parser("init", help="makes this node the first of a cluster")
        joining = actions.add_parser("join", help="brings this node in and waits until it has a copy of everything")
        for entering in (init, joining):
            entering.add_argument("--name", default="", help="what people call it")
            entering.add_argument("--seconds", type=float, default=600, help="how long to wait")
        leaving = actions.add_parser("leave", help="takes a node out: this one, or --dead LETTER")
        leaving.add_argument("--dead", metavar="LETTER", help="another, that will not come back")
        for name, (words, _) in REPORTS.items():
            actions.add_parser(name, help=words).add_argument("--json", action="store_true")
        resync = actions.add_parser("resync", help="follows a peer afresh, with a copy")
        resync.add_argument("letter")
        resync.add_argument("--seconds", type=float, default=600)
        decide = actions.add_parser("decide", help="ends a conflict")
        decide.add_argument("conflict", type=UUID)
        decide.add_argument("decision", choices=[Decision.KEPT, Decision.DISCARDED, Decision.SETTLED])
        decide.add_argument("--reason", required=True)
        move = actions.add_parser("move_home", help="moves an MFI's home to another node")
        move.add_argument("mfi", help="its subdomain")
        move.add_argument("to", metavar="LETTER")
        move.add_argument("--force", action="store_true", help="run on the new home; the old one is dead or cut off")
        move.add_argument("--reason", default="")
        move.add_argument("--seconds", type=float, default=60)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLUSTER:
            raise CommandError("This node stands alone: set LETSEMA_CLUSTER=1 and LETSEMA_PEERS; see docs/cluster.md.")
        connection.set_schema_to_public()
        action = options["action"]
        try:
            if action in REPORTS:
                self._report(REPORTS[action][1](), as_json=options["json"])
            else:
                getattr(self, f"_{action}")(options)
        except (ServiceError, PeerAway) as error:
            raise CommandError(str(error)) from None

    def _report(self, report: Report, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(report.values, default=str) if as_json else "\n".join(report.lines))
        if not report.is_well:
            raise SystemExit(1)

    def _init(self, options: dict[str, Any]) -> None:
        node = introduce(actor=OPERATOR, name=options["name"], site=settings.SITE)
        self.stdout.write(f"Node {node} publishes {len(streams.publish())} tables more.")

    def _join(self, options: dict[str, Any]) -> None:
        node = join(actor=OPERATOR, name=options["name"], seconds=options["seconds"], say=self.stdout.write)
        self.stdout.write(f"Node {node} has everything; its worker folds the loans.")

    def _leave(self, options: dict[str, Any]) -> None:
        leave(letter=options["dead"] or settings.NODE, actor=OPERATOR, say=self.stdout.write)

    def _resync(self, options: dict[str, Any]) -> None:
        letter = options["letter"].upper()
        resync_and_wait(letter=letter, seconds=options["seconds"])
        self.stdout.write(f"Everything that {letter} has is here; writers went on.")

    def _decide(self, options: dict[str, Any]) -> None:
        decide_conflict(
            conflict_id=options["conflict"], decision=options["decision"], actor=OPERATOR, reason=options["reason"]
        )
        self.stdout.write("Decided.")

    def _move_home(self, options: dict[str, Any]) -> None:
        mfi = MFI.objects.filter(subdomain=options["mfi"]).first()
        if mfi is None:
            raise CommandError(f"There is no MFI {options['mfi']}.")
        to, reason = options["to"].upper(), options["reason"]
        if options["force"]:
            if to != settings.NODE:
                raise CommandError(f"Run it on node {to} itself.")
            force_home(mfi=mfi, actor=OPERATOR, reason=reason)
        else:
            actor = OPERATOR.because(reason) if reason else OPERATOR
            move_home(mfi=mfi, to=to, actor=actor, seconds=options["seconds"], say=self.stdout.write)
        self.stdout.write(f"The home of {mfi.name} is node {to}.")
