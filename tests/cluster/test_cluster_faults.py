"""Three real nodes whose servers are killed, whose streams are lost, and one of which is lost for good.

The tests share one cluster, from which the last takes a node.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.cluster.nodes import Cluster, eventually, running
from tests.cluster.steps import MFI, SCALE, borrower, equal, noted, phone, settled, verified


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running("ABC") as nodes:
        nodes["A"].ok("open_mfi", subdomain=MFI)
        for letter in "BC":
            eventually(lambda letter=letter: "ok" in nodes[letter].ask("states", MFI), 60)
        equal(nodes, "ABC")
        yield nodes


@pytest.fixture(autouse=True)
def healed(cluster: Cluster) -> Iterator[None]:
    yield
    cluster.heal()


def test_servers_killed_inside_large_and_after_small_transactions_lose_nothing(cluster: Cluster) -> None:
    a, b, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a), principal="9000.00")["id"]
    eventually(lambda: c.ok("states", MFI).get(loan, [""])[0] == "active", 30)
    a.ok("large_transaction", MFI, count=15_000 * min(SCALE, 20))
    time.sleep(0.3)
    print(f"{c.rows('SELECT count(*) FROM users_command', MFI)[0][0]} of the large transaction seen")  # 0: inside it
    c.kill_server()
    c.start()
    promised = []
    for _ in range(5):
        promised.append(a.ok("repay", MFI, loan=loan, amount="1.00")["id"])
        a.kill_server()
        a.start()
        eventually(lambda: a.rows("SELECT 1"), 30)
    for node in (b, c):
        eventually(lambda node=node: node.ok("present", MFI, ids=promised)["missing"] == [], 60)
    count = "SELECT (SELECT count(*) FROM users_command), (SELECT count(*) FROM loans_loanevent)"
    eventually(lambda: a.rows(count, MFI) == b.rows(count, MFI) == c.rows(count, MFI), 60)
    for node in cluster:
        eventually(lambda node=node: node.ok("states", MFI)[loan][2] == "5.00", 60)


def test_a_stopped_node_is_told_within_ten_seconds_and_catches_up(cluster: Cluster) -> None:
    a, b, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a), principal="5000.00")["id"]
    eventually(lambda: c.ok("states", MFI).get(loan, [""])[0] == "active", 30)
    c.kill_server()
    began = time.monotonic()

    def told() -> bool:
        peer = next(p for p in a.status()["peers"] if p["letter"] == "C")
        return bool(peer["problem"])

    eventually(told, 10)
    assert time.monotonic() - began < 10
    settled(a, noted(a, 4_000 * SCALE))
    a.ok("repay", MFI, loan=loan, amount="10.00")  # lending goes on elsewhere
    b.ok("repay", MFI, loan=loan, amount="10.00")
    c.start()
    eventually(lambda: c.ok("states", MFI)[loan][2] == "20.00", 60)
    eventually(lambda: not any(p["problem"] for p in a.status()["peers"]), 30)
    equal(cluster, "ABC", 90)


def test_a_lost_slot_is_copied_again_while_writers_run(cluster: Cluster) -> None:
    a, b, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a))["id"]
    equal(cluster, "ABC")
    cluster.isolate("C")
    slot = "letsema_c_from_a"
    # What max_slot_wal_keep_size does to a node that is away too long.
    eventually(lambda: a.rows(f"SELECT active FROM pg_replication_slots WHERE slot_name = '{slot}'") == [["False"]], 30)
    a.as_superuser(f"SELECT pg_drop_replication_slot('{slot}')")
    a.ok("repay", MFI, loan=loan, amount="5.00")
    c.ok("register", MFI, name="Only At C", phone=phone(), national_id="")
    cluster.heal()
    b.ok("repay", MFI, loan=loan, amount="6.00")
    eventually(lambda: c.ok("states", MFI).get(loan, ["", "", ""])[2] == "11.00", 60)
    equal(cluster, "ABC", 90)
    c.manage("cluster", "resync", "B")  # by hand, with nothing amiss: nothing is doubled
    equal(cluster, "ABC", 90)


def test_a_copy_whose_end_was_forgotten_is_made_again(cluster: Cluster) -> None:
    """C was cut off from its power after a table's copy was complete and before that was on its disk."""
    a, _, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a))["id"]
    equal(cluster, "ABC")
    c.as_superuser(
        f"UPDATE pg_subscription_rel SET srsubstate = 'f' WHERE srrelid = '{MFI}.loans_loanevent'::regclass "
        "AND srsubid = (SELECT oid FROM pg_subscription WHERE subname = 'letsema_c_from_a')"
    )
    a.ok("repay", MFI, loan=loan, amount="5.00")
    eventually(lambda: c.ok("states", MFI)[loan][2] == "5.00", 60)
    equal(cluster, "ABC", 90)


def test_rows_that_vanished_are_found_by_checksum_and_repaired(cluster: Cluster) -> None:
    a, b, _ = cluster
    equal(cluster, "ABC")
    some = f"SELECT ctid FROM {MFI}.loans_journalline LIMIT 3"
    b.as_superuser(
        f"SET session_replication_role = replica; DELETE FROM {MFI}.loans_journalline WHERE ctid IN ({some})"
    )
    checks = json.loads(a.manage("cluster", "verify", "--json", check=False).stdout)
    (difference,) = next(check for check in checks if check["peer"] == "B")["differences"]
    assert f"{MFI}.loans_journalline" in difference
    b.manage("cluster", "resync", "A")
    equal(cluster, "ABC", 90)


def test_a_migration_rolls_out_node_by_node(cluster: Cluster) -> None:
    """A has a column that the others lack: they wait, write on, and catch up once they have it."""
    a, b, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a))["id"]
    equal(cluster, "ABC")
    a.roll_out()
    a.ok("repay", MFI, loan=loan, amount="3.00")
    b.ok("repay", MFI, loan=loan, amount="4.00")  # old code goes on
    time.sleep(2)
    assert b.ok("states", MFI)[loan][2] == "4.00"
    assert a.ok("states", MFI)[loan][2] in ("3.00", "7.00")
    b.roll_out()
    c.roll_out()
    for node in cluster:
        eventually(lambda node=node: node.ok("states", MFI)[loan][2] == "7.00", 30)
    equal(cluster, "ABC")


def test_an_mfi_opened_behind_a_cut_link_holds_nobody_up(cluster: Cluster) -> None:
    """C cannot hear A, who opens an MFI; B's rows of it, and of all the others, reach C all the same."""
    a, b, c = cluster
    cluster.links["A", "C"].cut()
    name = f"late{uuid4().hex[:6]}"
    a.ok("open_mfi", subdomain=name)
    eventually(lambda: "ok" in b.ask("states", name), 60)
    b.ok("register", name, name="Neo Letuka", phone=phone(), national_id="")
    who = borrower(b)
    eventually(lambda: c.rows(f"SELECT 1 FROM users_account WHERE id = '{who}'", MFI), 60)
    cluster.heal()
    people = "SELECT count(*) FROM users_account"
    eventually(lambda: "ok" in c.ask("states", name) and c.rows(people, name) == [["6"]], 60)
    eventually(lambda: verified(cluster, "ABC"), 90, every=2)


def test_a_node_that_is_lost_for_good_leaves(cluster: Cluster) -> None:
    """A, the home, is lost before its last receipts reached C: B takes over, and C gets from B what A had told it."""
    a, b, c = cluster
    loan = a.ok("lend", MFI, borrower=borrower(a))["id"]
    equal(cluster, "ABC")
    cluster.links["A", "C"].cut()
    last = a.ok("repay", MFI, loan=loan, amount="12.00")["id"]
    eventually(lambda: b.ok("states", MFI)[loan][2] == "12.00", 30)
    a.stop_worker()
    a.kill_server()
    assert c.ok("present", MFI, ids=[last])["missing"] == [last]
    assert b.manage("cluster", "leave", "--dead", "A", check=False).returncode == 1  # it is a home
    b.manage("cluster", "move_home", MFI, "B", "--force", "--reason", "The machine burnt")
    for name in [row[0] for row in b.rows("SELECT subdomain FROM mfis_mfi WHERE home_node = 'A'")]:
        b.manage("cluster", "move_home", name, "B", "--force", "--reason", "The machine burnt")
    b.manage("cluster", "leave", "--dead", "A")
    eventually(lambda: c.ok("present", MFI, ids=[last])["missing"] == [], 60)
    kept = "SELECT 1 FROM pg_replication_slots WHERE slot_name LIKE 'letsema_a_%'"
    for node in (b, c):
        others = ["C"] if node is b else ["B"]
        eventually(lambda node=node, others=others: [p["letter"] for p in node.status()["peers"]] == others, 30)
        eventually(lambda node=node: not node.rows(kept), 30)
    again = b.ok("lend", MFI, borrower=borrower(b))["id"]
    eventually(lambda: c.ok("states", MFI).get(again, [""])[0] == "active", 30)
    equal(cluster, "BC", 90)
    assert b.ok("verify_books", MFI)["breaks"] == []
