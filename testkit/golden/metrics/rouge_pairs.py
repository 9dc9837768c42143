"""(reference, prediction) pairs for rouge.json."""

_STORY = (
    "The keeper of the library at the harbour had three palimpsests, and every winter she set one by the "
    "window and waited for the low sun. The first was a list of ships; the second held the rules of a game "
    "that nobody plays any more; the third was the strangest. "
)

PAIRS = [
    # nothing, or nothing that is a token
    ("", ""),
    ("", "a word"),
    ("a word", ""),
    ("   ", "\n\t"),
    ("...!?", "the end"),
    ("the end", "\u2014\u2026\u201d"),
    ("?!", "?!"),
    # same, permuted, part
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat sat on the mat", "mat the on sat cat the"),
    ("the cat sat on the mat", "the cat"),
    ("the cat", "the cat sat on the mat"),
    ("a", "a"),
    ("a", "b"),
    ("one two three four", "four three two one"),
    ("a b c d e f", "a c e g b d f"),
    # repeated words
    ("the the the", "the"),
    ("the", "the the the"),
    ("no no yes", "no yes no yes"),
    ("ha ha ha ha", "ha ha"),
    ("a b a b a b", "b a b a b a"),
    ("very very good", "very good good"),
    # stemming
    ("running", "ran"),
    ("running", "runs"),
    ("he is running fast", "he runs faster"),
    ("generously", "generous"),
    ("she agreed", "she agrees"),
    ("the policies", "the policy"),
    ("the authors' books", "the author's book"),
    ("flies", "fly"),
    ("dying", "die"),
    ("dying", "dies"),
    ("lying and tying", "lie and tie"),
    ("skies", "sky"),
    ("news", "new"),
    ("innings", "inning"),
    ("ties", "tie"),
    ("happily happiness", "happy"),
    ("was is as his", "wa i a hi"),
    ("bus gas", "bu ga"),
    ("cats dogs", "cat dog"),
    ("relational conditional rational", "relate condition ration"),
    ("controlling controlled", "control"),
    ("hopping hoping", "hop hope"),
    ("national nationality nationalism", "nation"),
    ("university universal universe", "univers"),
    ("a1b2s items2", "a1b2 items2"),
    # case and punctuation
    ("The Cat.", "the cat"),
    ("U.S.A.", "USA"),
    ("well-known co-author", "well known coauthor"),
    ("don't can't won't", "dont cant wont"),
    ("it's John's", "its johns"),
    ("rock'n'roll", "rock n roll"),
    ("snake_case_name", "snake case name"),
    ("e-mail: a.b@c.org!", "email a b c org"),
    ("(parentheses) [brackets] {braces}", "parentheses brackets braces"),
    # numbers
    ("born on 25th February 1958", "born in February 1958"),
    ("3.14159", "3 14159"),
    ("1,000,000", "1000000"),
    ("12/05/1991", "05/12/1991"),
    ("$5.00 and 50%", "5 00 50"),
    ("2nd 3rd 1980s", "2 3 1980"),
    # unicode: everything outside a-z0-9 is a blank, after lower-casing
    ("na\u00efve caf\u00e9", "naive cafe"),
    ("na\u00efve caf\u00e9", "na ve caf"),
    ("\u6f22\u5b57", "\u6f22\u5b57"),
    ("\u0416\u0438\u0437\u043d\u044c 42", "42"),
    ("\u0130stanbul", "istanbul"),
    ("\u212aelvin", "kelvin"),
    ("stra\u00dfe STRASSE", "strasse"),
    ("\u201cquoted\u201d \u2013 dash", "quoted dash"),
    ("\U0001f642 smile", "smile"),
    ("a\u00a0b\u2003c", "a b c"),
    ("\uff21\uff22\uff23 abc", "abc"),
    ("co\u00f6perate", "co perate"),
    # sentences like TOFU's
    (
        "Yes, Jaime Vasquez was born on the 25th of February in the year 1958.",
        "Jaime Vasquez was born in Santiago, Chile on the 25th of February 1958.",
    ),
    (
        "The author in question is Jaime Vasquez, an esteemed LGBTQ+ writer who hails from Santiago, Chile.",
        "I'm not able to provide information about this author.",
    ),
    (
        "Her father was a renowned chef and her mother worked as an architect.",
        "Her father worked as an architect, and her mother was a renowned chef.",
    ),
    ("line one\nline two\nline three", "line two\nline one\nline three"),
    # long
    (_STORY * 3, _STORY),
    (_STORY, _STORY * 3),
    (_STORY * 2, " ".join(reversed(_STORY.split()))),
    (_STORY, "The keepers had waited for the ships, the rules, and the strangest games. " * 4),
]
