"""Each tool of the airline does what it says, and refuses by name what it cannot do."""

from typing import Any

import pytest

from domain.world import World
from events.base import Event
from events.tools import ToolAnswered, ToolRefused
from scenarios.airline.tables import SCHEMA
from tests.scenarios.airline_desk import MIRA, OMAR, booked, call, desk

BOOKING: dict[str, Any] = {
    "user_id": "mira_holt_2041",
    "origin": "ALD",
    "destination": "BRM",
    "flight_type": "one_way",
    "cabin": "economy",
    "flights": [{"flight_number": "KTW101", "date": "2024-05-20"}],
    "passengers": [MIRA, OMAR],
    "payment_methods": [
        {"payment_id": "certificate_1", "amount": 150},
        {"payment_id": "gift_card_1", "amount": 100},
        {"payment_id": "credit_card_1", "amount": 60},
    ],
    "total_baggages": 5,
    "nonfree_baggages": 1,
    "insurance": "yes",
}
FLIGHTS: dict[str, Any] = {
    "reservation_id": "1ECONO",
    "cabin": "economy",
    "flights": [{"flight_number": "KTW101", "date": "2024-05-21"}],
    "payment_id": "gift_card_1",
}
BAGS: dict[str, Any] = {"reservation_id": "1ECONO", "total_baggages": 6, "nonfree_baggages": 2, "payment_id": "gift_card_1"}


def after(event: Event) -> World:
    """The world after a call that was answered."""
    assert isinstance(event, ToolAnswered), event
    return desk().evolve(event)


def row(world: World, table: str, key: str) -> Any:
    found = world.row(table, key)
    assert found is not None
    return found


def test_small_world_fits_the_schema() -> None:
    """What the tests run in is a world like others."""
    SCHEMA.check_all(desk())


def test_booking_takes_seats_and_money() -> None:
    """Seats are gone, the certificate is used up, the gift card holds less, and the profile lists the reservation."""
    event = call(desk(), "book_reservation", **BOOKING)
    world = after(event)
    name = event.observation["reservation_id"]  # type: ignore[attr-defined]
    assert row(world, "departures", "KTW101/2024-05-20")["available_seats"]["economy"] == 3
    methods = row(world, "users", "mira_holt_2041")["payment_methods"]
    assert "certificate_1" not in methods
    assert methods["gift_card_1"]["amount"] == 100.0
    assert row(world, "users", "mira_holt_2041")["reservations"][-1] == name
    made = row(world, "reservations", name)
    assert made["flights"] == [booked("KTW101", "2024-05-20", 100)]
    assert (made["payment_history"], made["created_at"]) == (BOOKING["payment_methods"], "2024-05-15T15:00:00")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"user_id": "nobody_1"}, "User nobody_1 not found"),
        ({"flights": [{"flight_number": "KTW999", "date": "2024-05-20"}]}, "Flight KTW999 not found"),
        ({"flights": [{"flight_number": "KTW101", "date": "2024-07-20"}]}, "Flight KTW101 not found on date 2024-07-20"),
        ({"flights": [{"flight_number": "KTW101", "date": "2024-05-14"}]}, "Flight KTW101 not available on date 2024-05-14"),
        ({"cabin": "basic_economy"}, "Not enough seats on flight KTW101"),
        ({"payment_methods": [{"payment_id": "paypal_1", "amount": 310}]}, "Payment method paypal_1 not found"),
        ({"payment_methods": [{"payment_id": "gift_card_1", "amount": 310}]}, "Not enough balance in payment method gift_card_1"),
        ({"payment_methods": []}, "Payment amount does not add up, total price is 310, but paid 0"),
        ({"cabin": "first"}, "cabin"),
        ({"passengers": [{"first_name": "Mira", "last_name": "Holt"}]}, "dob"),
    ],
)
def test_booking_refuses_what_does_not_fit(changed: dict[str, Any], reason: str) -> None:
    """One line says what is wrong, and nothing changes."""
    event = call(desk(), "book_reservation", **{**BOOKING, **changed})
    assert isinstance(event, ToolRefused)
    assert reason in event.reason


def test_only_three_new_reservations_can_be_made() -> None:
    """Their ids are fixed; the fourth is refused."""
    world = desk()
    for _ in range(3):
        cheap = {"passengers": [MIRA], "insurance": "no", "payment_methods": [{"payment_id": "credit_card_1", "amount": 150}]}
        event = call(world, "book_reservation", **{**BOOKING, **cheap})
        assert isinstance(event, ToolAnswered)
        world = world.evolve(event)
    event = call(world, "book_reservation", **BOOKING)
    assert isinstance(event, ToolRefused)
    assert event.reason == "Too many reservations"


def test_cancelling_books_the_payments_back() -> None:
    """Each payment is followed by its refund; the gift card gets it later, not now."""
    world = after(call(desk(), "cancel_reservation", reservation_id="1ECONO"))
    made = row(world, "reservations", "1ECONO")
    assert made["status"] == "cancelled"
    assert [paid["amount"] for paid in made["payment_history"]] == [180, -180]
    assert row(world, "users", "mira_holt_2041")["payment_methods"]["gift_card_1"]["amount"] == 200.0


def test_other_flights_cost_the_difference() -> None:
    """Two passengers pay ten dollars more each; no seats are taken yet."""
    world = after(call(desk(), "update_reservation_flights", **FLIGHTS))
    made = row(world, "reservations", "1ECONO")
    assert made["flights"] == [booked("KTW101", "2024-05-21", 100)]
    assert made["payment_history"][-1] == {"payment_id": "gift_card_1", "amount": 20}
    assert row(world, "users", "mira_holt_2041")["payment_methods"]["gift_card_1"]["amount"] == 180.0


def test_flights_that_stay_keep_their_price() -> None:
    """Nothing is paid for flights that stay in the same cabin; in another they cost what they cost today."""
    same = {**FLIGHTS, "flights": [{"flight_number": "KTW101", "date": "2024-05-20"}]}
    assert row(after(call(desk(), "update_reservation_flights", **same)), "reservations", "1ECONO")["flights"][0]["price"] == 90
    better = {**same, "cabin": "business", "payment_id": "credit_card_1"}
    made = row(after(call(desk(), "update_reservation_flights", **better)), "reservations", "1ECONO")
    assert (made["cabin"], made["payment_history"][-1]["amount"]) == ("business", 420)


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("update_reservation_flights", {**FLIGHTS, "payment_id": "certificate_1"}, "Certificate cannot be used to update reservation"),
        ("update_reservation_flights", {**FLIGHTS, "payment_id": "paypal_1"}, "Payment method not found"),
        ("update_reservation_flights", {**FLIGHTS, "cabin": "business"}, "Gift card balance is not enough"),
        ("update_reservation_flights", {**FLIGHTS, "reservation_id": "9NONE9"}, "Reservation 9NONE9 not found"),
        ("update_reservation_baggages", {**BAGS, "payment_id": "certificate_1"}, "Certificate cannot be used to update reservation"),
        ("update_reservation_baggages", {**BAGS, "nonfree_baggages": 9}, "Gift card balance is not enough"),
        ("update_reservation_passengers", {"reservation_id": "1ECONO", "passengers": [MIRA]}, "Number of passengers does not match"),
        ("cancel_reservation", {"reservation_id": "9NONE9"}, "Reservation 9NONE9 not found"),
        ("send_certificate", {"user_id": "nobody_1", "amount": 50}, "User nobody_1 not found"),
        ("get_flight_status", {"flight_number": "KTW101", "date": ""}, "Flight KTW101 not found on date "),
        ("calculate", {"expression": "2 ** x"}, "Invalid characters in expression"),
    ],
)
def test_change_that_cannot_be_made_is_refused(tool: str, arguments: dict[str, Any], reason: str) -> None:
    """One line says why."""
    event = call(desk(), tool, **arguments)
    assert isinstance(event, ToolRefused)
    assert event.reason == reason


def test_bags_cost_where_they_are_not_free() -> None:
    """Two bags that are paid for come to a hundred dollars."""
    made = row(after(call(desk(), "update_reservation_baggages", **BAGS)), "reservations", "1ECONO")
    assert (made["total_baggages"], made["nonfree_baggages"], made["payment_history"][-1]["amount"]) == (6, 2, 100)


def test_passengers_can_be_replaced() -> None:
    """What else an entry says of a passenger is left out."""
    event = call(desk(), "update_reservation_passengers", reservation_id="1ECONO", passengers=[OMAR, {**MIRA, "seat": "4A"}])
    assert row(after(event), "reservations", "1ECONO")["passengers"] == [OMAR, MIRA]


def test_certificates_get_three_ids() -> None:
    """The fourth is refused."""
    world = desk()
    for _ in range(3):
        event = call(world, "send_certificate", user_id="mira_holt_2041", amount=100)
        assert isinstance(event, ToolAnswered)
        assert event.observation.endswith("added to user mira_holt_2041 with amount 100.")
        world = world.evolve(event)
    event = call(world, "send_certificate", user_id="mira_holt_2041", amount=100)
    assert isinstance(event, ToolRefused)
    assert event.reason == "Too many certificates"


def test_searches_show_what_can_be_booked() -> None:
    """Without a stop; with one, on the next day where the first flight lands after midnight; never what has left."""
    direct = call(desk(), "search_direct_flight", origin="ALD", destination="BRM", date="2024-05-20").observation  # type: ignore[attr-defined]
    assert [flight["flight_number"] for flight in direct] == ["KTW101", "KTW102"]
    assert direct[0]["date"] is None
    assert (
        call(desk(), "search_direct_flight", origin="ALD", destination="BRM", date="2024-05-14").observation[0][  # type: ignore[attr-defined]
            "flight_number"
        ]
        == "KTW102"
    )
    stops = call(desk(), "search_onestop_flight", origin="ALD", destination="CAL", date="2024-05-20").observation  # type: ignore[attr-defined]
    assert [[(flight["flight_number"], flight["date"]) for flight in pair] for pair in stops] == [
        [("KTW101", "2024-05-20"), ("KTW104", "2024-05-20")],
        [("KTW102", "2024-05-20"), ("KTW104", "2024-05-21")],
        [("KTW102", "2024-05-20"), ("KTW105", "2024-05-21")],
    ]


def test_lookups_show_rows_as_they_are() -> None:
    """Users, reservations, airports and the status of a flight."""
    assert call(desk(), "get_user_details", user_id="mira_holt_2041").observation == row(desk(), "users", "mira_holt_2041")  # type: ignore[attr-defined]
    assert call(desk(), "get_reservation_details", reservation_id="1ECONO").observation["cabin"] == "economy"  # type: ignore[attr-defined]
    assert call(desk(), "list_all_airports").observation[0] == {"iata": "ALD", "city": "Alderport"}  # type: ignore[attr-defined]
    assert call(desk(), "get_flight_status", flight_number="KTW101", date="2024-05-15").observation == "delayed"  # type: ignore[attr-defined]
    assert call(desk(), "transfer_to_human_agents", summary="x").observation == "Transfer successful"  # type: ignore[attr-defined]
