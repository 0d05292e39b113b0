// Sentences of the server, with their changing parts; tests/test_portal_words.py finds those that it no longer says.
export const SAID = {
  "A code is on its way to {to}. Sign in with it.": "Khoutu e tseleng ho {to}. Kena ka eona.",
  "This code is not right, or is too old. Look at the last message, or ask for a new code.":
    "Khoutu ena ha ea nepahala, kapa e se e felile. Sheba molaetsa oa ho qetela, kapa u kope khoutu e ncha.",
  "There is no such address on your account; add it first.": "Aterese e joalo ha e eo akhaonteng ea hau; e kenye pele.",
  "Read how your data is kept, and agree to it.": "Bala kamoo lintlha tsa hau li bolokoang kateng, 'me u lumele.",
  "While signing in asks for a code this stays as it is; turn that off first, or ask your branch.":
    "Ha u kena ka khoutu sena ha se fetohe; khaola khoutu pele, kapa u botse lekaleng la hau.",
  "Choose a password.": "Khetha phasewete.",
  "Give the person's name.": "Kenya lebitso.",
  "Give a phone number or an e-mail, so that the person can sign in.":
    "Kenya nomoro ea mohala kapa emeile, e le hore u tsebe ho kena.",
  "“{text}” is not a phone number of Lesotho; give 8 digits beginning 5, 6 or 2, like +266 5812 3456.":
    "“{text}” ha se nomoro ea mohala ea Lesotho; kenya linomoro tse 8 tse qalang ka " +
    "5, 6 kapa 2, joalo ka +266 5812 3456.",
  "“{text}” is not a national ID number; give its 6 to 20 digits or letters.":
    "“{text}” ha se nomoro ea boitsebiso; kenya linomoro kapa litlhaku tsa eona tse 6 ho isa ho tse 20.",
  "This phone number already belongs to an account here; sign in, or use another.":
    "Nomoro ena ea mohala e se e na le akhaonto mona; kena, kapa u sebelise e 'ngoe.",
  "This e-mail already belongs to an account here; sign in, or use another.":
    "Emeile ena e se e na le akhaonto mona; kena, kapa u sebelise e 'ngoe.",
  "Your national ID is already on record; ask your branch to correct it.":
    "Nomoro ea hau ea boitsebiso e se e ngotsoe; kopa lekala la hau hore le e lokise.",
  "Your date of birth is already on record; ask your branch to correct it.":
    "Letsatsi la hau la tsoalo le se le ngotsoe; kopa lekala la hau hore le le lokise.",
  "Say what is wrong, in at most {MAXIMUM_LENGTH} characters.":
    "Bolela se fosahetseng, ka litlhaku tse sa feteng {MAXIMUM_LENGTH}.",
  "You have disputed this already; it waits for a decision.": "U se u hanne sena; ho emetsoe qeto.",
  "Say what happened, in at most {MAXIMUM_LENGTH} characters.":
    "Bolela se etsahetseng, ka litlhaku tse sa feteng {MAXIMUM_LENGTH}.",
};
