"""The documents use the field's words: one term for one thing, none that needs reading twice."""

import re

import pytest

from tap_pagerduty.tap import TapPagerDuty
from tests.docs.test_readme import DOCUMENTS, document

# What is not written, as a regular expression, and what is.
WORDS = {
    r"\banswer(s|ed|ing)?\b": "response, respond",
    r"\btold\b|\btells?\b": "report, show, say",
    r"\bask(s|ed|ing)? (for it )?again\b": "retry",
    r"\btry \d+\b|\(try\b": "attempt",
    r"\b(go|goes|going|went) on\b": "resume, continue",
    r"\bunder way\b": "in progress, in flight",
    r"\bread whole\b|\bas a whole\b": "full, in full",
    r"\b(begin|begins|began|begun|beginning)\b": "start",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bheed(s|ed|ing)?\b": "honor",
    r"\bis no (JSON|date|object|list|number|text)\b": "is not valid JSON, not a date, …",
    r"\bheld? against\b|\bholds (it|them|each \w+) against\b": "compare with",
    r"\bwhat (comes|becomes) of\b|\bcomes of it\b": "result",
    r"\bas it is now\b": "in its current state",
    r"\bbesides\b": "also",
    r"\bof late\b": "recently",
    r"\bha(ve|s) what it takes\b": "have the required access",
    r"\bby itself\b": "alone, automatically",
    r"\bnever not\b": "never missed",
    r"\btakes? no notice of\b": "ignore",
    r"\bsomebody\b": "name the actor",
    r"\bto be rid of\b": "to silence",
    r"\bsiblings?\b": "the other",
    r"\bsay nothing to\b": "cannot be used by",
    r"\bDo so\b": "repeat the action",
    r"\bin small letters\b": "in lower case",
}
# The vendor's own texts, and what is run, are quoted as they are.
QUOTED = re.compile(r"```.*?```|`[^`\n]+`|<!--.*?-->|\]\([^)]*\)", re.DOTALL)


def found(text):
    text = QUOTED.sub("", text)
    return [
        f"{text[max(0, hit.start() - 40) : hit.end() + 30]!r}: {better}"
        for word, better in WORDS.items()
        for hit in re.finditer(word, text, re.IGNORECASE)
    ]


def written():
    yield from ((name, document(name)) for name in DOCUMENTS)
    settings = TapPagerDuty.config_jsonschema["properties"]
    yield "settings", "\n".join(each.get("description") or "" for each in settings.values())


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in written()])
def test_the_words_are_those_of_the_field(name, text):
    assert not found(text), name


def test_a_word_that_crept_back_is_found():
    assert found("The API answers, and the run goes on.") == [
        "'The API answers, and the run goes on.': response, respond",
        "'The API answers, and the run goes on.': resume, continue",
    ]
    assert not found("`answer` in code, and a [link](answers.md)")
