// Signing in, registering, a new password.
export const DOORS = {
  "Sign in": "Kena",
  "Your loans at {brand}.": "Likalimo tsa hau ho {brand}.",
  "Phone or e-mail": "Mohala kapa emeile",
  "Password": "Phasewete",
  "Open an account": "Bula akhaonto",
  "See what we lend": "Bona seo re se alimanang",
  "Forgotten your password?": "U lebetse phasewete?",
  "At {brand}. You need a phone number or an e-mail address.":
    "Ho {brand}. U hloka nomoro ea mohala kapa aterese ea emeile.",
  "Open my account": "Bula akhaonto ea ka",
  "Full name": "Mabitso ka botlalo",
  "Phone": "Mohala",
  "8 digits, like 5812 3456": "Linomoro tse 8, joalo ka 5812 3456",
  "E-mail": "Emeile",
  "E-mail (optional)": "Emeile (haeba u e-na le eona)",
  "At least 10 characters, not only digits": "Bonyane litlhaku tse 10, e se linomoro feela",
  "Already have one?": "U se u e-na le eona?",
  "I have read this and agree.": "Ke balile sena 'me kea lumela.",
  "Code": "Khoutu",
  "The six digits that we sent you": "Linomoro tse tšeletseng tseo re u romeletseng tsona",
  "Choose a new password": "Khetha phasewete e ncha",
  "New password": "Phasewete e ncha",
  "Set the password": "Beha phasewete",
  "Send me a code": "Nthomelle khoutu",
  "If there is such an account, a code is on its way. It is good for 10 minutes.":
    "Haeba akhaonto e joalo e teng, khoutu e tseleng. E sebetsa metsotso e 10.",
  "No code came? If you sign in with a code and have shown no e-mail to be yours, ask at your branch.":
    "Ha ho khoutu e fihlileng? Haeba u kena ka khoutu 'me u sa netefatsa emeile, botsa lekaleng la hau.",
  "Your password is changed. Sign in with it now.": "Phasewete ea hau e fetotsoe. Kena ka eona joale.",
};
