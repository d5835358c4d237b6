"""Near duplicates are counted exactly as comparing every pair with difflib would."""

from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.variety import near_duplicates


def plainly(texts, threshold):
    """Every pair, with no bound."""
    repeated = 0
    for at, text in enumerate(texts):
        repeated += any(SequenceMatcher(None, earlier, text).ratio() >= threshold for earlier in texts[:at])
    return repeated / len(texts) if texts else 0.0


@given(st.lists(st.text("abc ", max_size=12), max_size=12), st.sampled_from([0.5, 0.7, 0.85, 1.0]))
def test_equals_difflib_on_short_texts(texts, threshold):
    """No bound misses a pair."""
    assert near_duplicates(texts, threshold) == plainly(texts, threshold)


def test_equals_difflib_on_sentences():
    """Also on texts beyond the length at which difflib leaves out frequent characters."""
    rng = Random(3)
    words = ["please", "my", "order", "parcel", "could", "you", "stop", "it", "today", "thanks", "hello", "number", "again", "is"]
    texts = [" ".join(rng.choices(words, k=rng.choice((6, 7, 60)))) for _ in range(40)]
    texts += [text.replace("please", "kindly", 1) for text in texts[:20]]
    assert near_duplicates(texts) == plainly(texts, 0.85) > 0.1


def test_the_first_of_its_kind_does_not_count():
    """Of three equal texts two repeat an earlier one."""
    assert near_duplicates(["same", "same", "other thing", "same"]) == 0.5


def test_a_threshold_out_of_range_is_refused():
    """A threshold of 85 is a mistake, not a very strict one."""
    with pytest.raises(ValueError, match="85"):
        near_duplicates(["a"], 85)
