"""What each message says, in English and in Sesotho. Short enough for one SMS where names are.

Each kind's words stand here once: the worker sends them, and the portal shows the same in the list of one's messages.
"""

from __future__ import annotations

from apps.users.accounts.languages import Words

TEXTS: dict[str, Words] = {
    "code": Words(
        "{lender}: your code is {code}. It is good for 10 minutes. Tell it to nobody, not even to us.",
        "{lender}: khoutu ea hau ke {code}. E sebetsa metsotso e 10. U se ke ua e bolella mang, le rona.",
    ),
    "approved": Words(
        "{lender}: your loan {loan} of {amount} is approved. It will be paid out next.",
        "{lender}: kalimo ea hau {loan} ea {amount} e lumeletsoe. E tla ntšoa ka mor'a sena.",
    ),
    "approved_for_less": Words(
        "{lender}: loan {loan} is approved for {amount}, less than you asked. Agree to it in your account or "
        "at your branch; then it is paid out.",
        "{lender}: kalimo {loan} e lumeletsoe ka {amount}, e ka tlase ho eo u e kopileng. Lumela akhaonteng ea "
        "hau kapa lekaleng; joale e tla ntšoa.",
    ),
    "amended": Words(
        "{lender}: your application {loan} was changed; it is now for {amount}. Look at it in your account and agree, "
        "or ask your branch.",
        "{lender}: kopo ea hau {loan} e fetotsoe; joale ke ea {amount}. E shebe akhaonteng ea hau 'me u lumele, "
        "kapa u botse lekala.",
    ),
    "rejected": Words(
        "{lender}: your application {loan} was not approved. See the reason in your account, or ask your branch.",
        "{lender}: kopo ea hau {loan} ha ea lumelloa. Bona lebaka akhaonteng ea hau, kapa u botse lekala la hau.",
    ),
    "info_requested": Words(
        "{lender}: we need something from you for application {loan}. See your account, or come to your branch.",
        "{lender}: re hloka ntho ho uena bakeng sa kopo {loan}. Bona akhaonto ea hau, kapa u tle lekaleng.",
    ),
    "disbursement": Words(
        "{lender}: {amount} of loan {loan} was paid out. First installment: {due_amount} on {due}.",
        "{lender}: {amount} ea kalimo {loan} e ntšitsoe. Karolo ea pele: {due_amount} ka {due}.",
    ),
    "repayment": Words(
        "{lender}: we received {amount} for loan {loan}. Receipt {number}. Still to pay: {left}.",
        "{lender}: re amohetse {amount} bakeng sa kalimo {loan}. Resiti {number}. Ho setse {left}.",
    ),
    "reversal": Words(
        "{lender}: a receipt of {amount} for loan {loan} was reversed. Still to pay: {left}. Ask us why.",
        "{lender}: resiti ea {amount} bakeng sa kalimo {loan} e hlakotsoe. Ho setse {left}. Botsa lekala la hau.",
    ),
    "dispute_corrected": Words(
        "{lender}: you were right. The entry of {loan} that you disputed on {day} is corrected in your history.",
        "{lender}: u ne u nepile. Lintlha tsa {loan} tseo u li hanneng ka {day} li lokisitsoe nalaneng ea hau.",
    ),
    "dispute_stands": Words(
        "{lender}: the entry of {loan} that you disputed on {day} stays. See the reason in your account.",
        "{lender}: lintlha tsa {loan} tseo u li hanneng ka {day} li lula li le joalo. Bona lebaka akhaonteng.",
    ),
    "due_soon": Words(
        "{lender}: {amount} of loan {loan} is due on {due}.",
        "{lender}: {amount} ea kalimo {loan} e lokela ho lefuoa ka {due}.",
    ),
    "due_today": Words(
        "{lender}: {amount} of loan {loan} is due today.",
        "{lender}: {amount} ea kalimo {loan} e lokela ho lefuoa kajeno.",
    ),
    "overdue": Words(
        "{lender}: {amount} of loan {loan} was due on {due}. If you cannot pay, talk to your branch.",
        "{lender}: {amount} ea kalimo {loan} e ne e lokela ho lefuoa ka {due}. Haeba u sitoa, buisana le lekala.",
    ),
}

# One may do without these; what became of one's application and money is always told.
REMINDERS = frozenset({"due_soon", "due_today", "overdue"})


def text_of(kind: str, language: str, values: dict[str, str]) -> str:
    """The words of one message.

    Raises:
        KeyError: a kind or value that is not there. ValueError: an unknown language.
    """
    return TEXTS[kind].read(language, **values)
