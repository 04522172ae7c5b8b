"""Whether somebody writes of trouble: that a thing is broken, or does not do what it should."""

import re
from itertools import chain, pairwise

from app.search import analysis
from app.search.terms import Understood

BROKEN = (
    "error errors fail fails failed failing failure broken stuck wrong problem problems trouble crash crashes crashed "
    "jammed hangs denied unable cannot cant couldnt didnt doesnt isnt wont "
    "fehler fehlermeldung kaputt defekt störung probleme hängt klemmt abgestürzt "
    "erreur erreurs panne cassé bloqué bloquée problème problèmes "
    "avería averiado averiada fallo fallos roto rota atascado problema problemas "
    "errore errori guasto guasta rotto rotta bloccato bloccata problemi "
    "erro erros avaria avariado falha falhas quebrado "
    "fout fouten foutmelding storing kapot probleem problemen "
    "felmeddelande trasig trasigt"
).split()
# What is denied, by the word that does so; the other stands before it or after it.
BEFORE = {
    "not": "can could did does is will",
    "nicht": "druckt funktioniert geht kann klappt lädt läuft öffnet reagiert sich startet",
    "pas": "arrive démarre fonctionne imprime marche ouvre peut peux répond",
    "plus": "fonctionne imprime marche répond",
    "niet": "gaat kan lukt opent print reageert start werkt",
    "inte": "fungerar går kan skriver startar svarar öppnas",
}
AFTER = {
    "not": "print start work working works",
    "no": "abre arranca enciende funciona imprime puede puedo responde",
    "non": "funziona parte posso risponde riesco stampa",
    "não": "abre consigo funciona imprime liga responde",
}
SHORT = re.compile(r"\b(?:can|couldn|didn|doesn|isn|won)['’`´]t\b", re.IGNORECASE)  # and not "can I change t-shirts"


def _folded(words: str) -> list[str]:
    return [analysis.fold(word) for word in words.split()]


WORDS = frozenset(map(analysis.fold, BROKEN))
DENIED = frozenset(
    [(before, analysis.fold(no)) for no, words in BEFORE.items() for before in _folded(words)]
    + [(analysis.fold(no), after) for no, words in AFTER.items() for after in _folded(words)]
)
# One of these is in every question about trouble.
SIGNS = frozenset([*BROKEN, *WORDS, *BEFORE, *AFTER, *map(analysis.fold, AFTER), "t"])


def told(asked: Understood) -> str:
    """The first words of a question that tell of trouble; none where there are none."""
    if SIGNS.isdisjoint(asked.words):
        return ""
    spelled = asked.flat.split()
    broken = (word for word in spelled if word in WORDS)
    denied = (" ".join(pair) for pair in pairwise(spelled) if pair in DENIED)
    short = (found[0].lower() for found in SHORT.finditer(asked.text))
    return next(chain(broken, denied, short), "")
