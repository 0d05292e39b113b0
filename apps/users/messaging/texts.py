"""What each message says, in both languages. Short enough for one SMS where names are."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "code": {
        "en": "{lender}: your code is {code}. It is good for 10 minutes. Tell it to nobody, not even to us.",
        "st": "{lender}: khoutu ea hau ke {code}. E sebetsa metsotso e 10. U se ke ua e bolella mang, le rona.",
    },
    "approved": {
        "en": "{lender}: your loan {loan} of {amount} is approved. It will be paid out next.",
        "st": "{lender}: kalimo ea hau {loan} ea {amount} e lumeletsoe. E tla ntšoa ka mor'a sena.",
    },
    "rejected": {
        "en": "{lender}: your application {loan} was not approved. See the reason in your account, or ask your branch.",
        "st": "{lender}: kopo ea hau {loan} ha ea lumelloa. Bona lebaka akhaonteng ea hau, kapa u botse lekala la hau.",
    },
    "info_requested": {
        "en": "{lender}: we need something from you for application {loan}. See your account, or come to your branch.",
        "st": "{lender}: re hloka ntho ho uena bakeng sa kopo {loan}. Bona akhaonto ea hau, kapa u tle lekaleng.",
    },
    "disbursement": {
        "en": "{lender}: {amount} of loan {loan} was paid out. First installment: {due_amount} on {due}.",
        "st": "{lender}: {amount} ea kalimo {loan} e ntšitsoe. Karolo ea pele: {due_amount} ka {due}.",
    },
    "repayment": {
        "en": "{lender}: we received {amount} for loan {loan}. Receipt {number}. Still to pay: {left}.",
        "st": "{lender}: re amohetse {amount} bakeng sa kalimo {loan}. Resiti {number}. Ho setse {left}.",
    },
    "reversal": {
        "en": "{lender}: a receipt of {amount} for loan {loan} was reversed. Still to pay: {left}. Ask us why.",
        "st": "{lender}: resiti ea {amount} bakeng sa kalimo {loan} e hlakotsoe. Ho setse {left}. Botsa lekala la hau.",
    },
    "dispute_corrected": {
        "en": "{lender}: you were right. The entry of {loan} that you disputed on {day} is corrected in your history.",
        "st": "{lender}: u ne u nepile. Lintlha tsa {loan} tseo u li hanneng ka {day} li lokisitsoe nalaneng ea hau.",
    },
    "dispute_stands": {
        "en": "{lender}: the entry of {loan} that you disputed on {day} stays. See the reason in your account.",
        "st": "{lender}: lintlha tsa {loan} tseo u li hanneng ka {day} li lula li le joalo. Bona lebaka akhaonteng.",
    },
    "due_soon": {
        "en": "{lender}: {amount} of loan {loan} is due on {due}.",
        "st": "{lender}: {amount} ea kalimo {loan} e lokela ho lefuoa ka {due}.",
    },
    "due_today": {
        "en": "{lender}: {amount} of loan {loan} is due today.",
        "st": "{lender}: {amount} ea kalimo {loan} e lokela ho lefuoa kajeno.",
    },
    "overdue": {
        "en": "{lender}: {amount} of loan {loan} was due on {due}. If you cannot pay, talk to your branch.",
        "st": "{lender}: {amount} ea kalimo {loan} e ne e lokela ho lefuoa ka {due}. Haeba u sitoa, buisana le lekala.",
    },
}
REMINDERS = frozenset({"due_soon", "due_today", "overdue"})
MUST_BE_TOLD = frozenset(TEXTS) - REMINDERS  # what became of one's money and application: nobody can opt out of it


def text_of(kind: str, language: str, values: dict[str, str]) -> str:
    """The words of one message.

    Raises:
        KeyError: a kind, language or value that is not there.
    """
    return TEXTS[kind][language].format(**values)
