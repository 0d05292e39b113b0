"""Three real nodes with links that are cut, through the product's own services and commands.

The tests share one cluster and stand in the order in which a cluster lives: two nodes, then a third that joins. What
happens when servers and streams break is tried in test_cluster_faults.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tests.cluster.nodes import Cluster, Node, eventually, running
from tests.cluster.steps import MFI, SCALE, borrower, conflicts, equal, noted, one_home, phone, settled


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running("ABC", joined="AB") as nodes:
        yield nodes


@pytest.fixture(autouse=True)
def healed(cluster: Cluster) -> Iterator[None]:
    yield
    cluster.heal()


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
    assert b.ask("write_off", MFI, loan=loan)["code"] == "not_home"
    assert b.ask("reverse", MFI, event=receipt["id"])["code"] == "not_home"
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


def test_one_reference_entered_at_two_nodes_is_listed(cluster: Cluster) -> None:
    a, b = cluster["A"], cluster["B"]
    loans = [a.ok("lend", MFI, borrower=borrower(a))["id"] for _ in range(2)]
    eventually(lambda: all(b.ok("states", MFI).get(loan, [""])[0] == "active" for loan in loans), 30)
    cluster.isolate("B")
    a.ok("repay", MFI, loan=loans[0], amount="50.00", reference="MP 77")
    time.sleep(0.1)
    b.ok("repay", MFI, loan=loans[1], amount="50.00", reference="mp77")
    cluster.heal()
    for node in (a, b):
        eventually(
            lambda node=node: [x for x in conflicts(node, "same key") if x["discarded"].get("reference") == "MP77"], 30
        )
    equal(cluster, "AB")
    assert a.ask("repay", MFI, loan=loans[0], amount="1.00", reference="MP77")["code"] == "already_booked"


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
        (listed,) = eventually(lambda node=node: conflicts(node, "same column"), 20)
        assert listed["column_name"] == "content"
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
    refused = a.ask("register", MFI, name="Again", phone=phone(), national_id="199001019999")
    assert refused["code"] == "already_exists"  # on one node it is refused
    cluster.heal()
    for node in cluster:
        listed = eventually(lambda node=node: conflicts(node, "same person"), 30)
        assert {listed[0]["kept"]["row"], listed[0]["discarded"]["row"]} == {first, second}
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
        told = [c for c in conflicts(node, "same key") if c["row_id"] == first["id"]]
        return {(c["kept"]["number"], c["discarded"]["number"]) for c in told}

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


def test_a_home_stays_where_the_other_node_does_not_receive(cluster: Cluster) -> None:
    a = cluster["A"]
    cluster.isolate("B")
    refused = a.manage("cluster", "move_home", MFI, "B", "--seconds", "2", check=False)
    assert refused.returncode == 1
    assert "the home stays here" in refused.stderr
    a.ok("lend", MFI, borrower=borrower(a))
