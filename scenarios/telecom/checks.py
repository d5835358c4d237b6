"""What a goal may check of the world that a conversation leaves; the names are those of tau2-bench's recordings."""

from domain.values import FrozenDict
from domain.world import World
from scenarios.telecom import network
from scenarios.telecom.tables import PHONE


def assert_service_status(world: World, expected_status: str) -> bool:
    """The phone is ``connected``, or has ``no_service``."""
    phone, _ = _own(world)
    return bool(phone["network_connection_status"] == expected_status)


def assert_mobile_data_status(world: World, expected_status: bool) -> bool:
    """Mobile data gets through, or does not."""
    return network.data_works(*_own(world)) == expected_status


def assert_internet_speed(world: World, expected_speed: float, expected_desc: str | None = None) -> bool:
    """Mobile data is at least so fast (Mbps), and is called so."""
    mbps = network.speed(*_own(world))
    if mbps is None or mbps < expected_speed:
        return False
    return expected_desc is None or network.grade(mbps)[0].lower() == expected_desc.lower()


def assert_can_send_mms(world: World, expected_status: bool) -> bool:
    """Picture messages can be sent, or cannot."""
    return network.can_send_mms(*_own(world)) == expected_status


def assert_no_overdue_bill(world: World, overdue_bill_id: str) -> bool:
    """The bill is not there, or it is paid."""
    bill = world.row("bills", overdue_bill_id)
    return bill is None or bill["status"] == "Paid"


def assert_data_refueling_amount(world: World, customer_id: str, line_id: str, expected_amount: float) -> bool:
    """So many gigabytes were added to the customer's line, to a thousandth."""
    customer, line = world.row("customers", customer_id), world.row("lines", line_id)
    if customer is None or line is None or line_id not in customer["line_ids"]:
        return False
    return bool(abs(line["data_refueling_gb"] - expected_amount) < 0.001)


def assert_line_status(world: World, line_id: str, expected_status: str) -> bool:
    """The line is ``Active``, ``Suspended`` ..."""
    line = world.row("lines", line_id)
    return line is not None and line["status"] == expected_status


def _own(world: World) -> tuple[FrozenDict, FrozenDict]:
    """The user's phone, and what is around it."""
    phone, around = world.row("phones", PHONE), world.row("surroundings", PHONE)
    assert phone is not None
    assert around is not None
    return phone, around


def assert_roaming_allowed(world: World, line_id: str) -> bool:
    """The company lets the line be used abroad."""
    line = world.row("lines", line_id)
    return line is not None and bool(line["roaming_enabled"])


def assert_switched_on(world: World, field: str) -> bool:
    """Something is on that the phone can have on or off, such as ``wifi_enabled``."""
    return bool(_own(world)[0][field])


def assert_apn_name(world: World, expected_name: str) -> bool:
    """The APN of the phone is called so."""
    return bool(_own(world)[0]["active_apn_settings"]["apn_name"] == expected_name)


CHECKS = {
    check.__name__: check
    for check in (
        assert_service_status,
        assert_mobile_data_status,
        assert_internet_speed,
        assert_can_send_mms,
        assert_no_overdue_bill,
        assert_data_refueling_amount,
        assert_line_status,
        assert_roaming_allowed,
        assert_switched_on,
        assert_apn_name,
    )
}
