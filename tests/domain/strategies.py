"""What hypothesis draws: JSON values, and commands to the parcel world."""

from typing import Any

from hypothesis import strategies as st

from domain.conversation import CallTools, Speak, Wanted

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

keys = st.sampled_from(["R-1", "R-2", "R-3", "R-404", "C-1", "C-2"])
amounts = st.one_of(st.integers(-5, 50), st.floats(-5, 50, allow_nan=False), st.just(25.0))
wanted = st.one_of(
    st.builds(lambda key: Wanted("find_return", {"return_id": key}), keys),
    st.builds(lambda key, amount: Wanted("open_return", {"customer_id": key, "amount": amount}), keys, amounts),
    st.builds(
        lambda key, amount, tags: Wanted("change_return", {"return_id": key, "amount": amount, "tags": tags}),
        keys,
        st.none() | amounts,
        st.none() | st.lists(st.sampled_from(["gift", "fragile", "late"]), max_size=3, unique=True),
    ),
    st.builds(lambda key: Wanted("cancel_return", {"return_id": key}), keys),
    st.builds(lambda table, key: Wanted("forget", {"table": table, "key": key}), st.sampled_from(["returns", "customers"]), keys),
    st.builds(lambda key, then: Wanted("half_way", {"return_id": key, "then": then}), keys, st.sampled_from(["refuse", "raise", "schema"])),
    st.builds(lambda key: Wanted("sneak", {"return_id": key}), keys),
    st.builds(lambda value: Wanted("open_return", {"amount": value}), json_values),
    st.just(Wanted("no_such_tool", {})),
)
commands = st.lists(
    st.one_of(
        st.builds(lambda calls: CallTools("assistant", calls), st.lists(wanted, min_size=1, max_size=3)),
        st.builds(lambda text: Speak("user", text), st.sampled_from(["Yes, go ahead.", "No, wait.", "R-1 is cancelled."])),
        st.builds(lambda text: Speak("assistant", text), texts),
    ),
    max_size=10,
)
