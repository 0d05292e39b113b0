"""Three real nodes with links that are cut, through the product's own services and commands.

The tests share one cluster and stand in the order in which a cluster lives: two nodes, a third that joins, faults,
and in the end a node that is lost.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.cluster.nodes import Cluster, Node, eventually, running

MFI = "kopano"
SCALE = int(os.environ.get("LETSEMA_CLUSTER_SCALE", "1"))  # how many times the usual events: 20 at night


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running("ABC", joined="AB") as made:
        yield made


@pytest.fixture(autouse=True)
def healed(cluster: Cluster) -> Iterator[None]:
    yield
    cluster.heal()


_phones = iter(range(58_100_000, 59_000_000))


def phone() -> str:
    return str(next(_phones))


def borrower(node: Node, national_id: str = "") -> str:
    return str(node.ok("register", MFI, name="Mamello Khoabane", phone=phone(), national_id=national_id)["id"])


def noted(node: Node, count: int) -> list[str]:
    """Loans that hold so many notes between them, at most 10,000 each; the notes are not folded yet: see `settled`.

    They are loans of their own: a receipt folds all that its loan holds.
    """
    each = 10_000
    loans = [str(node.ok("lend", MFI, borrower=borrower(node))["id"]) for _ in range(0, count, each)]
    node.ok("many_events", MFI, loans=loans, count=count)
    return loans


def settled(node: Node, loans: list[str]) -> None:
    """A receipt on each folds what the database itself had appended."""
    for loan in loans:
        node.ok("repay", MFI, loan=loan, amount="1.00")


def equal(cluster: Cluster, letters: str, seconds: float = 60) -> None:
    """Every node holds the same facts, has folded them, and agrees with its own fold; the home's books hold."""

    def same() -> bool:
        found = [cluster[letter].ok("states", MFI) for letter in letters]
        waiting = [cluster[letter].rows("SELECT count(*) FROM loans_arrival", MFI)[0][0] for letter in letters]
        return all(f == found[0] for f in found) and set(waiting) == {"0"}

    eventually(same, seconds)
    eventually(lambda: _verified(cluster, letters), seconds, every=1)
    for letter in letters:
        assert cluster[letter].ok("check_projection", MFI) == {"differences": []}


def _verified(cluster: Cluster, letters: str) -> bool:
    found = cluster[letters[0]].cluster("verify")
    return all(line.get("differences") == [] for line in found if line.get("peer", "") in letters)


def conflicts(node: Node, what: str) -> list[dict[str, Any]]:
    return [c for c in node.ok("conflicts")["open"] if c["what"] == what]


# Two nodes -----------------------------------------------------------------------------------------------------------


def test_an_mfi_opened_on_one_node_opens_on_the_other(cluster: Cluster) -> None:
    a, b = cluster["A"], cluster["B"]
    a.ok("open_mfi", subdomain=MFI)
    eventually(lambda: "ok" in b.ask("states", MFI), 60)
    eventually(lambda: b.rows("SELECT count(*) FROM users_account", MFI)[0][0] == "5", 30)
    # The list of all people is computed on each node from what arrived.
    people = "SELECT count(*) FROM public.mfis_directoryentry"
    eventually(lambda: b.rows(people) == a.rows(people), 10)


def test_receipts_are_taken_anywhere_and_decisions_at_home(cluster: Cluster) -> None:
    a, b = cluster["A"], cluster["B"]
    who = borrower(b)  # registered and applied for at B
    loan = b.ok("apply", MFI, borrower=who)["id"]
    eventually(lambda: loan in a.ok("states", MFI), 30)
    refused = b.ask("approve", MFI, loan=loan)
    assert (refused["code"], refused["home"]) == ("not_home", "A")
    assert "http://a.example" in refused["refused"]
    a.ok("approve", MFI, loan=loan)
    assert b.ask("disburse", MFI, loan=loan)["code"] in ("not_home", "wrong_state")
    a.ok("disburse", MFI, loan=loan)
    eventually(lambda: b.ok("states", MFI)[loan][0] == "active", 30)
    receipt = b.ok("repay", MFI, loan=loan, amount="94.56", key="k1")
    assert receipt["number"].startswith("RB")  # the node's letter
    assert b.ok("repay", MFI, loan=loan, amount="94.56", key="k1") == receipt
    for command in ("write_off", "reverse"):
        assert (
            b.ask(
                command,
                MFI,
                **{"loan" if command == "write_off" else "event": loan if command == "write_off" else receipt["id"]},
            )["code"]
            == "not_home"
        )
    equal(cluster, "AB")
    # The home posted what B received.
    entries = "SELECT count(*) FROM loans_journalentry WHERE event_id = "
    eventually(lambda: a.rows(f"{entries}'{receipt['id']}'", MFI)[0][0] == "1", 30)
    assert a.ok("verify_books", MFI)["breaks"] == []


def test_a_command_sent_again_to_another_node_counts_once(cluster: Cluster) -> None:
    a, b = cluster["A"], cluster["B"]
    loan = a.ok("lend", MFI, borrower=borrower(a))["id"]
    eventually(lambda: b.ok("states", MFI).get(loan, [""])[0] == "active", 30)
    cluster.isolate("B")
    a.ok("repay", MFI, loan=loan, amount="50.00", key="same")
    b.ok("repay", MFI, loan=loan, amount="50.00", key="same")  # the line dropped, and the client asks the other node
    cluster.heal()
    eventually(lambda: a.ok("states", MFI)[loan][2] == b.ok("states", MFI)[loan][2] == "50.00", 30)
    equal(cluster, "AB")
    assert a.ok("verify_books", MFI)["breaks"] == []


def test_a_third_node_joins_while_the_others_write(cluster: Cluster) -> None:
    a, b, c = cluster["A"], cluster["B"], cluster["C"]
    loan = a.ok("lend", MFI, borrower=borrower(a), principal="9000.00")["id"]
    eventually(lambda: b.ok("states", MFI).get(loan, [""])[0] == "active", 30)
    settled(a, noted(a, 4_000 * SCALE))
    stop, faults, longest = threading.Event(), [], [0.0]

    def write(node: Node) -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                node.ok("repay", MFI, loan=loan, amount="1.00")
            except AssertionError as error:
                faults.append(error)
            longest[0] = max(longest[0], time.monotonic() - began)

    writers = [threading.Thread(target=write, args=(node,)) for node in (a, b)]
    for writer in writers:
        writer.start()
    began = time.monotonic()
    c.manage("cluster", "join", "--name", "Leribe", "--seconds", "60")
    c.start_worker()
    took = time.monotonic() - began
    stop.set()
    for writer in writers:
        writer.join()
    assert not faults
    assert took < 60
    equal(cluster, "ABC", 90)
    assert a.ok("verify_books", MFI)["breaks"] == []


# Three nodes ---------------------------------------------------------------------------------------------------------


def test_edits_of_different_columns_stand_and_of_the_same_are_listed(cluster: Cluster) -> None:
    a, b, c = cluster
    who = borrower(a)
    there = f"SELECT employer, village, district FROM users_borrowerprofile WHERE account_id = '{who}'"
    eventually(lambda: b.rows(there, MFI) and c.rows(there, MFI), 30)
    cluster.isolate("B")
    a.ok("edit", MFI, account=who, village="Roma", employer="Kopano Stores")
    time.sleep(0.1)
    b.ok("edit", MFI, account=who, district="leribe", employer="Moshoeshoe Mills")
    cluster.heal()
    wanted = [["Moshoeshoe Mills", "Roma", "leribe"]]  # the later employer; the others met nobody
    for node in cluster:
        eventually(lambda node=node: node.rows(there, MFI) == wanted, 30)
    for node in cluster:
        (listed,) = eventually(lambda node=node: conflicts(node, "same column"), 20)
        assert (listed["column_name"], listed["kept"]["value"]) == ("employer", "Moshoeshoe Mills")
        assert listed["discarded"]["value"] == "Kopano Stores"
    # Another node's operator prefers the other value; it stands everywhere, and nobody is asked again.
    c.ok("decide", conflict=listed["id"], decision="discarded")
    wanted = [["Kopano Stores", "Roma", "leribe"]]
    for node in cluster:
        eventually(lambda node=node: node.rows(there, MFI) == wanted, 30)
        eventually(lambda node=node: not conflicts(node, "same column"), 20)


def test_a_large_value_is_one_everywhere(cluster: Cluster) -> None:
    """Two logos of ten kilobytes and more, far beyond what stands in a row itself, on two sides of a cut."""
    a, b, _ = cluster
    there = "SELECT content_type, length(content), md5(content) FROM public.mfis_mfilogo"
    cluster.isolate("B")
    a.ok("logo", MFI, size=10_000)
    time.sleep(0.1)
    b.ok("logo", MFI, size=12_000)
    later = b.rows(there, MFI)
    assert later[0][1] == "12000"
    cluster.heal()
    for node in cluster:
        eventually(lambda node=node: node.rows(there, MFI) == later, 30)
        found = eventually(lambda node=node: conflicts(node, "same column"), 20)
        assert [c["column_name"] for c in found] == ["content"]
    # A change of another column leaves it as it is.
    a.ok("sql", MFI, statement="UPDATE public.mfis_mfilogo SET content_type = 'image/jpeg' RETURNING mfi_id")
    for node in cluster:
        eventually(lambda node=node: node.rows(there, MFI) == [["image/jpeg", *later[0][1:]]], 30)


def test_a_skewed_clock_does_not_undo_a_later_edit(cluster: Cluster) -> None:
    """B's edit knows of A's, whose clock is an hour ahead: it is later by what it knew, not by the clock."""
    a, b, c = cluster
    who = borrower(a)
    there = f"SELECT employer FROM users_borrowerprofile WHERE account_id = '{who}'"
    eventually(lambda: b.rows(there, MFI) and c.rows(there, MFI), 30)
    a.ok("edit", MFI, account=who, employer="First")
    a.ok(
        "sql",
        MFI,
        statement=(
            "INSERT INTO users_revision (id, table_name, row_id, action, image, changed, actor_name, node, clock, "
            "seen) SELECT public.letsema_uuid7(), table_name, row_id, 'update', image || '{\"employer\": \"Ahead\"}', "
            f"'[\"employer\"]', 'A', 'A', clock + interval '1 hour', seen FROM users_revision WHERE row_id = '{who}' "
            "AND table_name = 'users_borrowerprofile' ORDER BY clock DESC LIMIT 1 RETURNING id"
        ),
    )
    eventually(lambda: b.rows(there, MFI) == [["Ahead"]] and c.rows(there, MFI) == [["Ahead"]], 30)
    b.ok("edit", MFI, account=who, employer="After")
    eventually(lambda: c.rows(there, MFI) == [["After"]], 30)
    assert b.rows(there, MFI) == [["After"]]
    eventually(lambda: a.rows(there, MFI) == [["After"]], 30)


def test_one_person_registered_on_both_sides_is_listed_and_merged(cluster: Cluster) -> None:
    a, b, c = cluster
    cluster.isolate("B")
    first, second = borrower(a, "199001019999"), borrower(b, "199001019999")
    said = a.ask("register", MFI, name="Again", phone=phone(), national_id="199001019999")
    assert said["code"] == "already_exists"  # on one node it is refused
    cluster.heal()
    for node in cluster:
        listed = eventually(lambda node=node: conflicts(node, "same person"), 30)
        found = {listed[0]["kept"]["row"], listed[0]["discarded"]["row"]}
        assert found == {first, second}
    c.ok("merge", MFI, kept=first, gone=second)
    c.ok("decide", conflict=listed[0]["id"], decision="merged")
    there = f"SELECT merged_into_id::text FROM users_account WHERE id = '{second}'"
    for node in cluster:
        eventually(lambda node=node: node.rows(there, MFI) == [[first]], 30)
        eventually(lambda node=node: not conflicts(node, "same person"), 20)


def test_a_loan_paid_out_on_three_nodes_is_paid_out_once(cluster: Cluster) -> None:
    """No node hears another; B and C each take the home by force, and all three pay out.

    The first stands everywhere. The tills of the others are short of what they gave, and their stories are listed.
    """
    a, b, c = cluster
    loan = a.ok("apply", MFI, borrower=borrower(a))["id"]
    a.ok("approve", MFI, loan=loan)
    for node in (b, c):
        eventually(lambda node=node: node.ok("states", MFI).get(loan, [""])[0] == "approved", 30)
    before = eventually(lambda: a.ok("till", MFI)["cash"] == b.ok("till", MFI)["cash"] and b.ok("till", MFI), 30)[
        "cash"
    ]
    for letter in "ABC":
        cluster.isolate(letter)
    for node in (b, c):
        node.manage("cluster", "move_home", MFI, node.letter, "--force", "--reason", "Lightning")
    paid = []
    for node in cluster:
        paid.append(node.ok("disburse", MFI, loan=loan))
        time.sleep(0.1)
    first = paid[0]
    assert len({p["number"] for p in paid}) == 3
    cluster.heal()

    def stories(node: Node) -> set[tuple[str, str]]:
        found = [x for x in conflicts(node, "same key") if x["row_id"] == first["id"]]
        return {(x["kept"]["number"], x["discarded"]["number"]) for x in found}

    for node in cluster:
        eventually(lambda node=node: {lost for _, lost in stories(node)} == {p["number"] for p in paid[1:]})
    equal(cluster, "ABC")
    stands = f"SELECT number FROM loans_loanevent WHERE loan_id = '{loan}' AND type = 'disbursement'"
    assert [node.rows(stands, MFI) for node in cluster] == [[[first["number"]]]] * 3
    home = cluster[eventually(lambda: one_home(cluster), 30)]
    eventually(lambda: float(home.ok("till", MFI)["cash"]) == float(before) - float(first["net"]), 30)
    assert home.ok("verify_books", MFI)["breaks"] == []
    # Both took the home: that is listed too, and whose it is now.
    assert [x for x in conflicts(a, "same column") if x["column_name"] == "home_node"]


def one_home(cluster: Cluster) -> str:
    """The home that all nodes agree on; empty until they do."""
    found = {node.status()["homes"][MFI] for node in cluster}
    return found.pop() if len(found) == 1 else ""


def test_a_home_moves_in_order(cluster: Cluster) -> None:
    a = cluster["A"]
    home = cluster[eventually(lambda: one_home(cluster), 30)]
    assert home is not a
    loan = home.ok("apply", MFI, borrower=borrower(home))["id"]
    home.manage("cluster", "move_home", MFI, "A")
    assert home.ask("approve", MFI, loan=loan)["home"] == "A"
    eventually(lambda: a.status()["homes"][MFI] == "A", 20)
    a.ok("approve", MFI, loan=loan)
    assert home.manage("cluster", "move_home", MFI, "A", check=False).returncode == 1


def test_a_change_that_overtakes_its_record_is_kept(cluster: Cluster) -> None:
    """C cannot hear A, who registers somebody; B changes them, and C hears of the change first."""
    a, b, c = cluster
    cluster.links["A", "C"].cut()
    who = borrower(a)
    there = f"SELECT employer FROM users_borrowerprofile WHERE account_id = '{who}'"
    eventually(lambda: b.rows(there, MFI), 30)
    b.ok("edit", MFI, account=who, employer="Overtaken")
    eventually(lambda: c.rows(there, MFI) == [["Overtaken"]], 30)
    cluster.heal()
    everything = f"SELECT to_jsonb(p)::text FROM users_borrowerprofile p WHERE account_id = '{who}'"
    eventually(lambda: a.rows(everything, MFI) == b.rows(everything, MFI) == c.rows(everything, MFI), 30)
    assert c.rows(there, MFI) == [["Overtaken"]]


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


def test_a_home_stays_where_the_other_node_does_not_receive(cluster: Cluster) -> None:
    a = cluster["A"]
    cluster.isolate("B")
    refused = a.manage("cluster", "move_home", MFI, "B", "--seconds", "2", check=False)
    assert refused.returncode == 1
    assert "the home stays here" in refused.stderr
    a.ok("lend", MFI, borrower=borrower(a))


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
    found = json.loads(a.manage("cluster", "verify", "--json", check=False).stdout)
    named = next(line for line in found if line["peer"] == "B")["differences"]
    assert len(named) == 1
    assert f"{MFI}.loans_journalline" in named[0]
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
    eventually(lambda: _verified(cluster, "ABC"), 90, every=2)


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
