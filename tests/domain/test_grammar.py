"""Phrases say what can be said, fit their speaker, and leave values as they are."""

from random import Random

import pytest

from domain.errors import SettingError
from domain.grammar import Grammar, Phrase, tidy
from tests.domain.personas import persona


def test_only_alternatives_whose_values_are_given_are_chosen():
    """A placeholder that cannot be filled is never said."""
    grammar = Grammar({"ask": ["Stop {order}.", "Stop it.", "Stop [{order}|that|{order} in {city}]."]})
    said = {grammar.say("ask", {}, Random(seed)) for seed in range(40)}
    assert said == {"Stop it.", "Stop that."}


def test_a_phrase_that_cannot_be_said_names_what_is_missing():
    """The error says which values there are and which would do."""
    with pytest.raises(SettingError, match="'ask' needs order; there are city"):
        Grammar({"ask": ["Stop {order}."]}).say("ask", {"city": "Lyon"}, Random(0))


def test_conditions_choose_by_persona_and_give_way_to_values():
    """Who fits no alternative gets one all the same; a value that is missing is worse than a tone that is off."""
    grammar = Grammar({"hi": [{"say": "yo", "slang_usage": "high"}, {"say": "Good day {name}", "politeness": "high"}]})
    assert grammar.say("hi", {}, Random(0), persona(slang_usage=0.9)) == "Yo"
    assert grammar.say("hi", {"name": "Ada"}, Random(0), persona(politeness=0.9)) == "Good day Ada"
    assert grammar.say("hi", {}, Random(0), persona(politeness=0.9)) == "Yo"


def test_values_stay_as_they_are():
    """No capital, no lost space, no second full stop: a value may be an identifier."""
    grammar = Grammar({"tell": ["{email} it is. {reason}."]})
    assert grammar.say("tell", {"email": "ada@x.example", "reason": "so  be it."}, Random(0)) == "ada@x.example it is. so  be it."


def test_phrases_within_phrases_read_as_one_text():
    """After a comma a small letter, after a full stop a capital, and every request has an end."""
    grammar = Grammar({"open": ["{@hi} {request} {@thanks}"], "hi": ["Hey,"], "thanks": ["thanks!"], "request.x": ["Please stop it"]})
    assert grammar.say("open", {"request": Phrase("request.x")}, Random(0)) == "Hey, please stop it. Thanks!"


def test_lists_and_money_are_spoken():
    """As people would say them."""
    assert Grammar({"a": ["{x} for {y}"]}).say("a", {"x": ["a", "b", "c"], "y": 12.5}, Random(0)) == "a, b and c for 12.50"


@pytest.mark.parametrize(
    ("untidy", "tidied"),
    [("hello , , you .  ok", "Hello, you. Ok"), ("wait... what?.", "Wait... What?"), ("a ;; b!.", "A; b!"), ("v1.2 it is", "V1.2 it is")],
)
def test_tidy(untidy, tidied):
    """Spaces, punctuation, capitals."""
    assert tidy(untidy) == tidied


@pytest.mark.parametrize(
    "phrases",
    [{"a": "text"}, {"a": []}, {"a": ["[open"]}, {"a": ["close]"]}, {"a": ["{@b}"]}, {"a": [{"say": "x", "mood": "high"}]}, {True: ["y"]}],
)
def test_broken_files_are_refused(phrases):
    """At once, and with the place."""
    with pytest.raises(SettingError):
        Grammar(phrases)
