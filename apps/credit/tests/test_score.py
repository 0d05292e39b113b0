"""Payment profiles and scores of twelve histories, worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.credit.profile import Moment, month_ends, payment_profile, worst_days_past_due
from apps.credit.score import ADVICE, REASONS, Score, score_of

TODAY = date(2026, 11, 15)
ON_TIME = "0" * 24


def of(*moments: tuple[str, str, str | None]) -> list[Moment]:
    return [Moment(date.fromisoformat(d), s, date.fromisoformat(o) if o else None) for d, s, o in moments]


def then(profile: str) -> str:
    return profile.ljust(24, "-")


# Each: what happened (day, status after it, oldest unpaid due date after it), and the profile on 15 November 2026.
HISTORIES = {
    # Paid out 20 Sep; the installment of 20 Oct was paid on 18 Oct, the next is due 20 Nov.
    # Nov (today): 20 Nov is ahead: 0. Oct 31: 0. Sep 30: 20 Oct ahead: 0.
    "on time": (of(("2026-09-20", "active", "2026-10-20"), ("2026-10-18", "active", "2026-11-20")), then("000")),
    # Nothing paid since 20 Aug. 15 Nov: due 20 Sep, 56 days: 2. 31 Oct: 41 days: 2. 30 Sep: 10 days: 1. 31 Aug: 0.
    "late and growing": (of(("2026-08-20", "active", "2026-09-20")), then("2210")),
    # 20 Sep was paid on 5 Oct: 30 Sep 10 days: 1; 31 Oct: due 20 Oct, paid on 20 Oct, next 20 Nov: 0.
    "late once": (
        of(
            ("2026-08-20", "active", "2026-09-20"),
            ("2026-10-05", "active", "2026-10-20"),
            ("2026-10-20", "active", "2026-11-20"),
        ),
        then("0010"),
    ),
    # Paid in full on 3 Sep: C that month, nothing after.
    "paid in full": (
        of(
            ("2026-06-03", "active", "2026-07-03"),
            ("2026-07-03", "active", "2026-08-03"),
            ("2026-08-03", "active", "2026-09-03"),
            ("2026-09-03", "closed", None),
        ),
        then("--C000"),
    ),
    # Paid in full on 3 Sep and a cent too much on 10 Oct: it was paid in September.
    "overpaid later": (
        of(
            ("2026-07-03", "active", "2026-08-03"),
            ("2026-08-03", "active", "2026-09-03"),
            ("2026-09-03", "closed", None),
            ("2026-10-10", "overpaid", None),
        ),
        then("--C00"),
    ),
    # The last receipt was reversed on 12 Oct: 3 Sep is unpaid again. 31 Oct: 58 days: 2; 15 Nov: 73 days: 3.
    "reversed after closing": (
        of(
            ("2026-07-03", "active", "2026-08-03"),
            ("2026-08-03", "active", "2026-09-03"),
            ("2026-09-03", "closed", None),
            ("2026-10-12", "active", "2026-09-03"),
        ),
        then("32C00"),
    ),
    # Due 10 Jan, never paid, written off 20 Aug: 31 Jan 21 d: 1; Feb 28 49 d: 2; Mar 31 80 d: 3; Apr 30 110 d: 4;
    # May 31 141 d: 5; Jun 30 171 d: 6; Jul 31 202 d: 7; then W.
    "written off": (
        of(("2025-12-10", "active", "2026-01-10"), ("2026-08-20", "written_off", "2026-01-10")),
        then("WWWW76543210"),
    ),
    # Exactly 30 days at the end of October (due 1 Oct): still 1; 45 days today: 2.
    "thirty days": (of(("2026-09-01", "active", "2026-10-01")), then("210")),
    # A receipt of 25 Sep that was booked on 20 Oct counts from 25 Sep, though it was told last.
    "booked late": (
        of(
            ("2026-08-20", "active", "2026-09-20"),
            ("2026-10-20", "active", "2026-11-20"),
            ("2026-09-25", "active", "2026-10-20"),
        ),
        then("0000"),
    ),
    # Older than two years: only the last 24 months are told.
    "long": (of(("2023-01-10", "active", "2027-01-10")), ON_TIME),
    # Paid out and back within one month.
    "in and out": (of(("2026-11-02", "active", "2026-12-02"), ("2026-11-09", "closed", None)), then("C")),
    # Nothing happened yet by then.
    "tomorrow": (of(("2026-11-16", "active", "2026-12-16")), then("")),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_profiles_worked_by_hand(name: str) -> None:
    moments, wanted = HISTORIES[name]
    assert payment_profile(moments, as_of=TODAY) == wanted


def test_the_months_end_where_months_end() -> None:
    assert month_ends(date(2028, 3, 31), 3) == [date(2028, 3, 31), date(2028, 2, 29), date(2028, 1, 31)]


SCORES = [
    # (profiles, points, band)
    ([then("00")], None, None),  # two months are no history
    ([], None, None),
    ([then("000")], 612, "C"),  # 600 + 3 x 4
    ([ON_TIME], 696, "B"),  # 600 + 24 x 4 = 696
    ([then("--C000"), then("0000")], 649, "B"),  # six months on time 24, one paid in full 25
    ([then("2210")], 494, "D"),  # 600 + 4 (the 0) - 30 - 30 - 10 - 40 for being late now
    ([then("0010")], 602, "C"),  # 600 + 3 x 4 - 10
    ([then("WWWW76543210")], 300, "D"),  # 600 + 4 - 240 (at its floor) - 150 = 214, at least 300
    ([then("---------------WWW000")], 462, "D"),  # W 15 to 17 months ago: 600 + 12 - 150
    # Late 13 months ago counts no more: 600 + 23 x 4 (13 months back is not on time) = 692
    (["0" * 12 + "1" + "0" * 11], 692, "B"),
    # Three loans paid in full, never late: 24 months with one of 0 or C at least: 600 + 96 + 75
    (["C" + "0" * 23, "-" * 8 + "C" + "0" * 15, "-" * 16 + "C" + "0" * 7], 771, "A"),
    # The worst account of a month counts, once: 600 - 60 - 40; the other account's 0 makes no month on time
    ([then("3--"), then("000")], 508, "D"),  # months 2 and 3 on time: + 8
]


@pytest.mark.parametrize(("profiles", "points", "band"), SCORES)
def test_scores_worked_by_hand(profiles: list[str], points: int | None, band: str | None) -> None:
    found = score_of(profiles)
    assert (found.points, found.band) == (points, band)


def test_bands_begin_where_they_are_said_to() -> None:
    assert score_of([ON_TIME, "-" * 20 + "C000"]).band == "A"  # 600 + 96 + 25
    assert score_of([then("00000")]).band == "B"  # 600 + 5 x 4 = 620
    assert score_of([then("0000")]).band == "C"  # 616


def test_no_history_is_not_a_bad_one() -> None:
    assert score_of([then("7")]) == Score(None, None, (), "no_history")


def test_the_weightiest_reasons_and_what_would_raise_it() -> None:
    found = score_of([then("2210"), "-" * 10 + "C" + "0" * 13])
    assert [(r.code, r.points, r.count) for r in found.reasons] == [
        ("late", -70, 3),
        ("on_time", 60, 15),
        ("late_now", -40, 0),
    ]
    assert found.advice == "late_now"
    assert score_of([then("0010")]).advice == "late"
    assert score_of([ON_TIME]).advice == "on_time"
    for texts in (REASONS, ADVICE):
        assert all(set(words) == {"en", "st"} for words in texts.values())
    assert {r for r in REASONS if r not in ADVICE} == {"paid_in_full"}


@given(st.lists(st.text("01234567-CW", min_size=24, max_size=24), max_size=4))
def test_any_history_has_a_score_within_its_limits(profiles: list[str]) -> None:
    found = score_of(profiles)
    assert found == score_of(list(reversed(profiles)))
    assert found.points is None or 300 <= found.points <= 850
    assert (found.points is None) == (found.band is None)


def test_what_is_no_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="not a payment profile"):
        score_of(["000"])


def test_the_worst_lateness_of_a_year() -> None:
    late = of(("2026-01-10", "active", "2026-02-10"), ("2026-03-12", "active", "2026-04-10"))
    assert worst_days_past_due(late[:1] + of(("2026-03-12", "closed", None)), as_of=TODAY) == 30  # 10 Feb to 12 Mar
    assert worst_days_past_due(late, as_of=TODAY) == (TODAY - date(2026, 4, 10)).days
    assert worst_days_past_due(late[:1] + of(("2026-03-12", "closed", None)), as_of=TODAY + timedelta(days=300)) == 0
