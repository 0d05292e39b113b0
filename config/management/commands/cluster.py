"""Several nodes: who is in, how the streams stand, whether all hold the same, and what to do when they do not."""

from __future__ import annotations

import json
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.acting import SYSTEM, Actor, acting
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.mfis.models import MFI, ClusterNode
from apps.mfis.replication import conflicts, home, streams
from apps.mfis.replication.agent import introduce, reconcile
from apps.mfis.replication.peers import PeerAway, peers, slot_name
from apps.mfis.replication.status import PeerStatus, open_conflicts, peer_status, verify_all


class Command(BaseCommand):
    help = "Nodes of a cluster: init, join, leave, status, verify, resync, conflicts, move_home."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, words in (
            ("init", "makes this node the first of a cluster"),
            ("join", "brings this node into the cluster and waits until it has a copy of everything"),
        ):
            sub = what.add_parser(name, help=words)
            sub.add_argument("--name", default="", help="what people call it")
            sub.add_argument("--seconds", type=float, default=600, help="how long to wait")
        leave = what.add_parser("leave", help="takes a node out: this one, or --dead LETTER")
        leave.add_argument("--dead", metavar="LETTER", help="another, that will not come back")
        for name, words in (
            ("status", "how the streams of this node stand; 1 when something is wrong"),
            ("verify", "compares every published table with each peer; 1 when they differ"),
            ("conflicts", "what two nodes disagreed about and nobody decided on"),
        ):
            what.add_parser(name, help=words).add_argument("--json", action="store_true")
        resync = what.add_parser("resync", help="follows a peer afresh, with a copy")
        resync.add_argument("letter")
        resync.add_argument("--seconds", type=float, default=600)
        decide = what.add_parser("decide", help="ends a conflict")
        decide.add_argument("conflict")
        decide.add_argument("decision", choices=["kept", "discarded", "settled"])
        decide.add_argument("--reason", required=True)
        move = what.add_parser("move_home", help="moves an MFI's home to another node")
        move.add_argument("mfi", help="its subdomain")
        move.add_argument("to", metavar="LETTER")
        move.add_argument("--force", action="store_true", help="run on the new home; the old one is dead or cut off")
        move.add_argument("--reason", default="")
        move.add_argument("--seconds", type=float, default=60)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLUSTER:
            raise CommandError("This node stands alone: set LETSEMA_CLUSTER=1 and LETSEMA_PEERS; see docs/cluster.md.")
        connection.set_schema_to_public()
        try:
            getattr(self, f"_{options['what']}")(options)
        except (ServiceError, PeerAway, ValueError) as error:
            raise CommandError(str(error)) from None

    def _init(self, options: dict[str, Any]) -> None:
        node = introduce(name=options["name"], site=settings.SITE)
        added = streams.publish()
        self.stdout.write(f"Node {node} publishes {len(added)} tables more.")

    def _join(self, options: dict[str, Any]) -> None:
        node = introduce(name=options["name"], site=settings.SITE)
        self.away: dict[str, str] = {}
        until = time.monotonic() + options["seconds"]
        while True:
            done = reconcile()
            for line in done.did:
                self.stdout.write(line)
            left = self._left()
            if not left and not done.did and (len(self.away) < len(peers()) or not peers()):
                break
            if time.monotonic() > until:
                raise CommandError(f"Not all arrived yet: {'; '.join([*left, *done.problems])}. Run it again.")
            time.sleep(0.5)
        for problem in self.away.values():
            self.stdout.write(f"{problem}. It is followed once it does.")
        self.stdout.write(f"Node {node} has everything; its worker folds the loans.")

    def _left(self) -> list[str]:
        """What is still missing of each peer's tables."""
        found = []
        self.away.clear()
        departed = set(ClusterNode.objects.filter(has_left=True).values_list("letter", flat=True))
        for letter in sorted(set(peers()) - departed):
            followed = {tuple(row) for row in streams.rows(streams.FOLLOWED, slot_name(letter))}
            copying, _ = streams.copying(letter)
            try:
                lacking = len(streams.offered_tables(letter) - followed)
            except PeerAway as error:
                self.away[letter] = str(error)
                continue
            if lacking or copying:
                found.append(f"{letter}: {lacking} tables to follow, {copying} being copied")
        return found

    def _leave(self, options: dict[str, Any]) -> None:
        letter = options["dead"] or settings.NODE
        node = ClusterNode.objects.filter(letter=letter).first()
        if node is None:
            raise CommandError(f"There is no node {letter}.")
        homes = MFI.objects.filter(home_node=letter).values_list("subdomain", flat=True)
        if homes:
            raise CommandError(f"It is the home of {', '.join(homes)}: move these first (cluster move_home).")
        with acting(SYSTEM):
            node.has_left = True
            node.save()
        if letter != settings.NODE:
            done = reconcile()
            self.stdout.write("\n".join([f"Node {letter} has left.", *done.did, *done.problems]))
            return
        self._wait_until_heard()
        for peer in streams.followed():
            streams.unsubscribe(peer)
        self.stdout.write(f"Node {letter} has left; it follows nobody, and the others drop what they kept for it.")

    def _wait_until_heard(self) -> None:
        """The others learn by our own stream that we leave: it is not cut before they have."""
        wanted = streams.rows("SELECT pg_current_wal_lsn()::text")[0][0]
        for _ in range(50):
            behind = streams.rows(
                "SELECT 1 FROM pg_replication_slots WHERE slot_name LIKE 'letsema_%%' AND active "
                "AND confirmed_flush_lsn < %s::pg_lsn",
                wanted,
            )
            if not behind:
                return
            time.sleep(0.1)

    def _status(self, options: dict[str, Any]) -> None:
        found = peer_status()
        waiting = open_conflicts()
        homes = dict(MFI.objects.values_list("subdomain", "home_node"))
        if options["json"]:
            told = {"node": settings.NODE, "peers": [p.told() for p in found], "conflicts": waiting, "homes": homes}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"This is node {settings.NODE}. Conflicts waiting: {waiting}.")
            for peer in found:
                self.stdout.write(_spoken(peer))
        if any(peer.problem for peer in found):
            raise SystemExit(1)

    def _verify(self, options: dict[str, Any]) -> None:
        found = verify_all()
        bad = False
        told: list[dict[str, Any]] = []
        for check in found:
            if isinstance(check, PeerAway):
                bad = True
                told.append({"problem": str(check)})
                continue
            bad = bad or bool(check.differences)
            told.append({"peer": check.peer, "tables": check.tables, "differences": check.differences})
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            for line in told:
                lines = line.get("differences") or [line.get("problem") or "equal"]
                self.stdout.write("\n".join(f"{line.get('peer', '')} {text}".strip() for text in lines))
        if bad:
            raise SystemExit(1)

    def _resync(self, options: dict[str, Any]) -> None:
        letter = options["letter"].upper()
        with streams.alone(wait=True):
            streams.resync(letter)
        until = time.monotonic() + options["seconds"]
        while streams.copying(letter)[0]:
            if time.monotonic() > until:
                raise CommandError("Still copying; `cluster status` tells when it is done.")
            time.sleep(0.3)
        self.stdout.write(f"Everything that {letter} has is here; writers went on.")

    def _conflicts(self, options: dict[str, Any]) -> None:
        found = [
            {
                "id": str(c.pk),
                "what": c.what,
                "schema": c.schema_name,
                "table": c.table_name,
                "row": str(c.row_id),
                "column": c.column_name,
                "kept": conflicts.stands(c),
                "discarded": c.discarded,
            }
            for c in conflicts.open_conflicts()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(found, default=str))
            return
        for c in found:
            self.stdout.write(f"{c['id']} {c['what']}: {c['schema']}.{c['table']} {c['row']} {c['column']}".rstrip())
        self.stdout.write(f"{len(found)} conflict(s) wait for a decision.")

    def _decide(self, options: dict[str, Any]) -> None:
        conflicts.decide(
            conflict_id=options["conflict"], decision=options["decision"], actor=SYSTEM, reason=options["reason"]
        )
        self.stdout.write("Decided.")

    def _move_home(self, options: dict[str, Any]) -> None:
        mfi = MFI.objects.filter(subdomain=options["mfi"]).first()
        if mfi is None:
            raise CommandError(f"There is no MFI {options['mfi']}.")
        operator = Actor(None, "Letsema operator")
        if options["force"]:
            if options["to"].upper() != settings.NODE:
                raise CommandError(f"Run it on node {options['to'].upper()} itself.")
            home.force_home(mfi=mfi, actor=operator, reason=options["reason"])
        else:
            home.move_home(
                mfi=mfi, to=options["to"].upper(), actor=operator, seconds=options["seconds"], say=self.stdout.write
            )
        self.stdout.write(f"The home of {mfi.name} is node {options['to'].upper()}.")


def _spoken(peer: PeerStatus) -> str:
    if peer.problem:
        return f"{peer.letter} {peer.name}: {peer.problem}".replace("  ", " ")
    behind = f"{peer.unsent_bytes or 0:,} bytes on their way to it"
    return f"{peer.letter} {peer.name}: all well, heard {peer.silent_seconds:.1f} s ago, {behind}".replace("  ", " ")
