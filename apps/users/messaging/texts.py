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
    "address_code": Words(
        "{lender}: your code is {code}. It shows that this address is yours, and is good for 10 minutes.",
        "{lender}: khoutu ea hau ke {code}. E bontša hore aterese ena ke ea hau, 'me e sebetsa metsotso e 10.",
    ),
    "account_exists": Words(
        "{lender}: somebody gave this address as theirs; an account has it already. If it was you, sign in, or choose "
        "a new password. If not, do nothing.",
        "{lender}: motho o fane ka aterese ena; e se e le ea akhaonto. Haeba e ne e le uena, kena kapa u khethe "
        "phasewete e ncha. Haeba ho se joalo, u se ke ua etsa letho.",
    ),
    "counter_code": Words(
        "{lender}: {staff} asks to change how we reach you to {new}. If you want that, tell them {code}. If not, tell "
        "nobody.",
        "{lender}: {staff} o kopa ho fetola mokhoa oo re u fumanang ka oona hore e be {new}. Haeba u lumela, ba "
        "bolelle {code}. Haeba u sa lumele, u se ke ua bolella mang.",
    ),
    "consent_code": Words(
        "{lender} may ask other lenders in Letsema what you owe, for 12 months. If you agree, tell {staff} {code}. If "
        "not, tell nobody.",
        "{lender} e ka botsa ba bang ba alimanang ho Letsema seo u se kolotang, ka likhoeli tse 12. Haeba u lumela, "
        "bolella {staff} {code}. Haeba u sa lumele, u se ke ua bolella mang.",
    ),
    "invitation": Words(
        "{lender}: you have an account. Choose your password within {days} days: {url} The link works once; show it "
        "to nobody, not even to us.",
        "{lender}: u na le akhaonto. Khetha phasewete ea hau nakong ea matsatsi a {days}: {url} Sehokelo se sebetsa "
        "hanngoe; u se ke ua se bontša mang, le rona.",
    ),
    "reset_link": Words(
        "{lender}: somebody asked for a new password for your account. Choose it within an hour: {url} If it was not "
        "you, do nothing.",
        "{lender}: motho o kopile phasewete e ncha ea akhaonto ea hau. E khethe nakong ea hora: {url} Haeba e se "
        "uena, u se ke ua etsa letho.",
    ),
    "contact_asked": Words(
        "{lender}: {staff} asked to change how we reach you. A second person decides. If you did not ask for it, tell "
        "us at once.",
        "{lender}: {staff} o kopile ho fetola mokhoa oo re u fumanang ka oona. Motho oa bobeli o tla etsa qeto. Haeba "
        "ha ua e kopa, re bolelle hang-hang.",
    ),
    "contact_changed": Words(
        "{lender}: the phone or e-mail of your account was changed by {staff}. If you did not ask for it, tell us at "
        "once.",
        "{lender}: fono kapa imeile ea akhaonto ea hau e fetotsoe ke {staff}. Haeba ha ua e kopa, re bolelle "
        "hang-hang.",
    ),
    "looked_up": Words(
        "{lender}: we asked other lenders on {day} what you owe, as you agreed. See it in your account; you can take "
        "it back there.",
        "{lender}: ka {day} re botsitse ba bang ba alimanang seo u se kolotang, joalo ka ha u lumetse. Se bone "
        "akhaonteng ea hau; u ka hula tumello moo.",
    ),
    "looked_up_here": Words(
        "{lender}: another lender asked on {day} what you owe, and says that you agreed. If you did not, tell us.",
        "{lender}: moalimi e mong o botsitse ka {day} seo u se kolotang, 'me o re u lumetse. Haeba ha ua lumela, re "
        "bolelle.",
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
        "{lender}: {net} of loan {loan} was paid out{kept}. First installment: {due_amount} on {due}.",
        "{lender}: {net} ea kalimo {loan} e ntšitsoe{kept}. Karolo ea tefo ea pele: {due_amount} ka {due}.",
    ),
    "approval_undone": Words(
        "{lender}: the approval of your loan {loan} was taken back. It is not paid out for now; ask your branch why.",
        "{lender}: tumello ea kalimo ea hau {loan} e hlakotsoe. Ha e ntšoe hajoale; botsa lekala la hau lebaka.",
    ),
    "disbursement_undone": Words(
        "{lender}: the pay-out of {net} of loan {loan} was taken back. You owe nothing for it; ask your branch why.",
        "{lender}: ho ntšoa ha {net} ea kalimo {loan} ho hlakotsoe. Ha u kolote letho ka eona; botsa lekala la hau.",
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
        "{lender}: u ne u nepile. Tlaleho ea {loan} eo u e tsekileng ka {day} e lokisitsoe nalaneng ea hau.",
    ),
    "dispute_stands": Words(
        "{lender}: the entry of {loan} that you disputed on {day} stays. See the reason in your account.",
        "{lender}: tlaleho ea {loan} eo u e tsekileng ka {day} e lula e le joalo. Bona lebaka akhaonteng.",
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
    "file_ready": Words(
        "{lender}: the file that you asked for is ready: {title}. It is kept for seven days under Files.",
        "{lender}: faele eo u e kopileng e lokile: {title}. E bolokoa matsatsi a supileng tlas'a Files.",
    ),
    "file_failed": Words(
        "{lender}: the file that you asked for could not be written: {title}. Why stands under Files.",
        "{lender}: faele eo u e kopileng ha ea ka ea ngoloa: {title}. Lebaka le tlas'a Files.",
    ),
}

# One may do without these; what became of one's application and money is always told.
REMINDERS = frozenset({"due_soon", "due_today", "overdue"})


def text_of(kind: str, language: str, values: dict[str, str]) -> str:
    """The words of one message.

    Raises:
        KeyError: a kind or value that is not there. ValueError: an unknown language.
    """
    # What was queued before these places were there told the whole amount, and nothing of what was kept back.
    earlier = {"net": values.get("amount", ""), "kept": ""}
    return TEXTS[kind].read(language, **{n: v for n, v in {**earlier, **values}.items() if n != "language"})
