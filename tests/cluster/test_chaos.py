"""A seeded hour (in `make test` a minute) of services on all nodes at once while links and servers fail.

LETSEMA_CHAOS_SECONDS and LETSEMA_CHAOS_SEED choose another; a failure prints what was done to whom.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from tests.cluster.nodes import Away, Cluster, Node, eventually, running

SECONDS = float(os.environ.get("LETSEMA_CHAOS_SECONDS", "60"))
# Between two commands of one client. In the minute of `make test` most of the two cores goes to restarts and roll-outs.
PAUSE = 0.01 if SECONDS > 60 else 0.05
SEED = int(os.environ.get("LETSEMA_CHAOS_SEED", "1"))
MFIS = ("kopano", "thuso")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running("ABC") as nodes:
        yield nodes


class Story:
    """What was acknowledged, and what happened, over all threads."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.lock = threading.Lock()
        self.acknowledged: dict[str, set[str]] = {}
        self.people: dict[str, list[str]] = {}
        self.loans: dict[str, list[str]] = {}
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.failures: list[str] = []
        self.mfis = list(MFIS)
        self.phones = iter(range(58_000_000, 59_999_999))
        self.stop = threading.Event()

    def did(self, what: str, mfi: str, key: str = "") -> None:
        with self.lock:
            self.counts[what] += 1
            if key:
                self.acknowledged.setdefault(mfi, set()).add(key)


class Client(threading.Thread):
    """Somebody who works at one node, and turns to another when it does not answer."""

    def __init__(self, story: Story, node: Node, number: int) -> None:
        super().__init__(daemon=True)
        self.story, self.node = story, node
        self.chance = random.Random(f"{SEED}-{node.letter}-{number}")

    def run(self) -> None:
        while not self.story.stop.is_set():
            try:
                self.work()
            except Away:
                self.story.did("away", "")
                time.sleep(0.3)
            except AssertionError as error:
                self.story.failures.append(str(error))
            time.sleep(PAUSE)

    def work(self) -> None:
        story, chance, mfi = self.story, self.chance, self.chance.choice(self.story.mfis)
        people, loans = story.people.setdefault(mfi, []), story.loans.setdefault(mfi, [])
        dice = chance.random()
        if dice < 0.15 or not people:
            with story.lock:
                number = str(next(story.phones))
            if person := self.ask("register", mfi, name="Mamello Khoabane", phone=number):
                people.append(person["id"])
                story.did("register", mfi, person["id"])
        elif dice < 0.30:
            if application := self.ask("apply", mfi, borrower=chance.choice(people)):
                loans.append(application["id"])
                story.did("apply", mfi, application["id"])
        elif dice < 0.45 and loans:
            loan = chance.choice(loans[-12:])
            if approval := self.ask("approve", mfi, loan=loan):
                story.did("approve", mfi, approval["id"])
            if disbursement := self.ask("disburse", mfi, loan=loan, key=f"d-{loan}"):
                story.did("disburse", mfi, disbursement["id"])
        elif dice < 0.75 and loans:
            self.repay(mfi, chance.choice(loans))
        elif people:
            field = chance.choice(["village", "employer"])
            change = {field: f"{field} {chance.random():.6f}"}
            if self.ask("edit", mfi, account=chance.choice(people[:6]), **change) is not None:
                story.did("edit", mfi)

    def repay(self, mfi: str, loan: str) -> None:
        """With a key: when the line drops the same is sent again, to whichever node answers."""
        key = uuid4().hex
        nodes = [self.node, *(n for n in self.story.cluster if n is not self.node)]
        for node in nodes:
            try:
                answer = node.ask("repay", mfi, loan=loan, amount="7.00", key=key)
            except Away:
                continue
            if "ok" in answer:
                self.story.did("repay", mfi, answer["ok"]["id"])
            return

    def ask(self, do: str, mfi: str, **values: Any) -> dict[str, Any] | None:
        answer = self.node.ask(do, mfi, **values)
        if "ok" in answer:
            return dict(answer["ok"])
        self.story.did(f"{do} refused: {answer['code']}", "")
        return None


def disturb(story: Story, chance: random.Random) -> None:
    """One fault, or the healing of one."""
    cluster = story.cluster
    dice = chance.random()
    if dice < 0.4:
        ends = chance.choice(list(cluster.links))
        silently = chance.random() < 0.5
        cluster.links[ends].cut(silently=silently)
        story.faults.append(f"cut {ends}{' silently' if silently else ''}")
    elif dice < 0.5:
        ends = chance.choice(list(cluster.links))
        cluster.links[ends].slow(chance.uniform(0.02, 0.3))
        story.faults.append(f"slow {ends}")
    elif dice < 0.7:
        cluster.heal()
        story.faults.append("heal")
    elif dice < 0.85:
        node = chance.choice(list(cluster))
        node.kill_server()
        time.sleep(chance.uniform(0.2, 2))
        node.start()
        story.faults.append(f"kill -9 server {node.letter}")
    elif dice < 0.93:
        node = chance.choice(list(cluster))
        node.kill_process()
        story.faults.append(f"kill -9 process {node.letter}")
    else:
        node = chance.choice(list(cluster))
        node.stop_worker()
        cluster.isolate(node.letter, silently=True)
        time.sleep(chance.uniform(0.2, 1.5))
        node.start_worker()
        story.faults.append(f"isolate {node.letter}, worker killed")


def milestones(story: Story, share: float, done: set[str]) -> None:
    """An MFI opened, a migration rolled out node by node, a home moved: each in the middle of it all."""
    cluster = story.cluster
    if share > 0.3 and "mfi" not in done:
        with suppress(Away, AssertionError):
            cluster["B"].ok("open_mfi", subdomain="letsatsi")
            story.mfis.append("letsatsi")
            done.add("mfi")
            story.faults.append("MFI opened on B")
    for n, letter in enumerate("CAB"):
        if share > 0.4 + n / 10 and letter not in done:
            with suppress(Away, AssertionError):
                cluster[letter].roll_out()
                done.add(letter)
                story.faults.append(f"migrated {letter}")
    if share > 0.7 and "home" not in done:
        moved = cluster["A"].manage("cluster", "move_home", "thuso", "C", "--seconds", "3", check=False)
        story.faults.append(f"move home of thuso to C: {moved.returncode}")
        done.add("home")


def logs(cluster: Cluster) -> str:
    """The last lines of each node, for whoever must find out."""
    excerpts = []
    for node in cluster:
        for name in ("postgres.log", "worker.log"):
            lines = (node.folder / name).read_text(errors="replace").splitlines()
            chosen = [line for line in lines if "ERROR" in line or name == "worker.log"][-4:]
            excerpts.append(f"{node.letter} {name}: {' | '.join(chosen)}")
    return "\n".join(excerpts)


def converged(story: Story, letters: str, seconds: float) -> float:
    """Waits until every node holds the same and has folded it; returns how long that took."""
    began = time.monotonic()
    apart: list[str] = []

    def same() -> bool:
        apart[:] = [line for mfi in story.mfis for line in differing_states(story.cluster, letters, mfi)]
        return not apart

    def verified() -> bool:
        checks = story.cluster[letters[0]].cluster("verify")
        apart[:] = [str(check) for check in checks if check.get("differences") != []]
        return not apart and len(checks) == len(letters) - 1

    for wanted, words in ((same, "not equal within"), (verified, "tables differ after")):
        try:
            eventually(wanted, seconds, every=1)
        except AssertionError as error:
            raise AssertionError(f"{words} {seconds:g} s: {error}; {apart}; {logs(story.cluster)}") from None
    return time.monotonic() - began


def differing_states(cluster: Cluster, letters: str, mfi: str) -> list[str]:
    """Where the loans of an MFI stand otherwise than on the first of these nodes, or wait to be folded."""
    apart = []
    by_node = {letter: cluster[letter].ask("states", mfi).get("ok") for letter in letters}
    first = by_node[letters[0]] or {}
    for letter, states in by_node.items():
        if states is None:
            apart.append(f"{mfi} does not stand on {letter} yet")
            continue
        waiting = cluster[letter].rows("SELECT count(*) FROM loans_arrival WHERE error = ''", mfi)
        differ = [loan for loan in {*first, *states} if first.get(loan) != states.get(loan)]
        if differ or waiting != [["0"]]:
            apart.append(f"{mfi} on {letter}: {waiting} wait, {len(differ)} loans differ: {differ[:3]}")
    return apart


def check(story: Story, letters: str) -> None:
    """What must hold whatever happened."""
    cluster = story.cluster
    for mfi in story.mfis:
        promised = sorted(story.acknowledged.get(mfi, set()))
        for letter in letters:
            assert cluster[letter].ok("present", mfi, ids=promised)["missing"] == []
            assert cluster[letter].ok("check_projection", mfi)["differences"] == []
            twice = "SELECT loan_id FROM loans_loanevent WHERE type = 'disbursement' GROUP BY 1 HAVING count(*) > 1"
            assert cluster[letter].rows(twice, mfi) == []
            again = (
                "SELECT idempotency_key FROM loans_loanevent WHERE type = 'repayment' AND idempotency_key <> '' "
                "GROUP BY 1 HAVING count(*) > 1"
            )
            assert cluster[letter].rows(again, mfi) == []
        home = cluster[letters[0]].rows(f"SELECT home_node FROM public.mfis_mfi WHERE schema_name = '{mfi}'")[0][0]
        assert cluster[home].ok("verify_books", mfi)["breaks"] == []
    lists = [{c["id"] for c in cluster[letter].ok("conflicts")["open"]} for letter in letters]
    assert lists[0] == lists[1] == lists[-1]  # every node lists the same, so none is lost


def opened(cluster: Cluster) -> Story:
    """The story at its beginning: two MFIs, with their people, on every node."""
    for mfi in MFIS:
        cluster["A"].ok("open_mfi", subdomain=mfi)
    for node in cluster:
        for mfi in MFIS:
            eventually(lambda node=node, mfi=mfi: has_staff(node, mfi), 60)
    return Story(cluster)


def has_staff(node: Node, mfi: str) -> bool:
    """Whether an MFI stands on a node with the five people who work there."""
    return "ok" in node.ask("states", mfi) and node.rows("SELECT count(*) FROM users_account", mfi) == [["5"]]


def live_through(story: Story) -> None:
    """Two clients at each node work on while links and servers fail; in the end everything is mended and migrated."""
    cluster = story.cluster
    clients = [Client(story, node, n) for node in cluster for n in range(2)]
    for client in clients:
        client.start()
    chance, began, done = random.Random(SEED), time.monotonic(), set[str]()
    while (passed := time.monotonic() - began) < SECONDS:
        time.sleep(chance.uniform(0.5, 2))
        disturb(story, chance)
        milestones(story, passed / SECONDS, done)
    cluster.heal()
    time.sleep(1)
    story.stop.set()
    for client in clients:
        client.join(30)
    for letter in "CAB":
        eventually(lambda letter=letter: cluster[letter].rows("SELECT 1"), 30)
        if letter not in done:
            cluster[letter].roll_out()


def lose_a_home(story: Story) -> None:
    """A is lost for good; what it had told is everywhere, and lending goes on without it."""
    a, b, c = story.cluster
    a.stop_worker()
    a.kill_server()
    for (name,) in b.rows("SELECT subdomain FROM mfis_mfi WHERE home_node IN ('A', '')"):
        b.manage("cluster", "move_home", name, "B", "--force", "--reason", "Lost in the flood")
    b.manage("cluster", "leave", "--dead", "A")
    eventually(lambda: [p["letter"] for p in c.status()["peers"]] == ["B"], 30)
    person = c.ok("register", "kopano", name="Neo Letuka", phone="58999999")["id"]
    eventually(lambda: b.ok("present", "kopano", ids=[person])["missing"] == [], 60)
    story.did("lend", "kopano", b.ok("lend", "kopano", borrower=person)["id"])


def test_nothing_acknowledged_is_lost_and_all_nodes_agree(cluster: Cluster) -> None:
    story = opened(cluster)
    live_through(story)
    summary = f"seed {SEED}: {dict(story.counts)}; {story.faults}"
    print(summary)
    assert not story.failures, f"{story.failures[:3]} {summary}"
    took = converged(story, "ABC", 120)
    print(f"equal {took:.1f} s after the last fault was mended")
    check(story, "ABC")
    lose_a_home(story)
    converged(story, "BC", 90)
    check(story, "BC")
