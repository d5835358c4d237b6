"""Scripts of the offline assistant: it asks the user to look and to press, and does itself what the records need.

What a phone shows comes back as text: ``bar`` is what stands in its status bar, with a slot of its own for every step, since a
slot that is asked for once is not asked for again.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from domain.skill import Script

TODAY = "2025-02-25"
MOST_GB = 2.0
_NO_SERVICE = "No Signal"
_FAST = "4g_5g_preferred"


def money(amount: float) -> str:
    """A sum as it is said."""
    return f"${amount:.2f}"


def line_of(s: Script) -> Mapping[str, Any]:
    """The line whose number the user gave; the only one of who does not know it."""
    if s.unknown("phone_number") and not s.has("phone_number") and len(s.user["line_ids"]) == 1:
        only: Mapping[str, Any] = s.look("get_details_by_id", id=s.user["line_ids"][0])
        return only
    for line_id in s.user["line_ids"]:
        line: Mapping[str, Any] = s.look("get_details_by_id", id=line_id)
        if line["phone_number"] == s.need("phone_number"):
            return line
    s.decline("line.unknown", phone_number=s.need("phone_number"))


def escalate(s: Script, why: str) -> NoReturn:
    """Give the conversation to a person."""
    s.look("transfer_to_human_agents", summary=f"{s.user['full_name']} ({s.user['customer_id']}): {why}")
    s.hand_over("hand_over.done")


def restore_service(s: Script) -> str:
    """The status bar once there is a signal; what cannot be put right goes to a person."""
    bar: str = s.need("bar")
    if "Airplane" in bar:
        bar = s.need("bar_airplane")
    if _NO_SERVICE in bar:
        sim = s.need("sim")
        if "locked" in sim:
            escalate(s, "the SIM card is locked, and only technical support can unlock it")
        if "No SIM" in sim:
            bar = s.need("bar_sim")
    if _NO_SERVICE in bar and line_of(s)["status"] == "Suspended":
        bar = _resume(s, line_of(s))
    if _NO_SERVICE in bar and "broken" in s.need("apn"):
        s.need("apn_reset")
        bar = s.need("bar_restarted")
    if _NO_SERVICE in bar:
        escalate(s, "there is still no service after all that can be tried")
    return bar


def _resume(s: Script, line: Mapping[str, Any]) -> str:
    """Lift a suspension: the bill is paid, the line resumed, the phone restarted."""
    if (line["contract_end_date"] or TODAY) < TODAY:
        escalate(s, "the line is suspended and its contract has ended, so the suspension cannot be lifted here")
    for bill in s.look("get_bills_for_customer", customer_id=s.user["customer_id"]):
        if bill["status"] == "Overdue":
            settle_bill(s, bill, "pay_bill.suspended")
    s.act("resume_line", customer_id=s.user["customer_id"], line_id=line["line_id"])
    return str(s.need("bar_resumed"))


def settle_bill(s: Script, bill: Mapping[str, Any], phrase: str) -> None:
    """Have an overdue bill paid by the user."""
    bill_id = bill["bill_id"]
    s.confirm(phrase, bill_id=bill_id, total=money(bill["total_due"]), due_date=bill["due_date"])
    s.act("send_payment_request", customer_id=s.user["customer_id"], bill_id=bill_id)
    s.need("payment_request", bill_id=bill_id)
    s.need("payment", bill_id=bill_id)
    if s.look("get_details_by_id", id=bill_id)["status"] != "Paid":
        escalate(s, f"bill {bill_id} was paid by the customer, but is still open on record")


def add_data(s: Script, line: Mapping[str, Any], phrase: str, question: str = "ask.amount", **about: str) -> str:
    """Add data to a line, and return what it cost."""
    amount = s.need("amount", question, **about)
    if not 0 < amount <= MOST_GB:
        s.decline("refuel.too_much", amount=f"{amount:g} GB", most=f"{MOST_GB:g} GB")
    plan = s.look("get_details_by_id", id=line["plan_id"])
    total = money(amount * plan["data_refueling_price_per_gb"])
    price = money(plan["data_refueling_price_per_gb"])
    s.confirm(phrase, amount=f"{amount:g} GB", total=total, price=price, phone_number=line["phone_number"])
    s.act("refuel_data", customer_id=s.user["customer_id"], line_id=line["line_id"], gb_amount=amount)
    return total


def restore_data(s: Script, bar: str) -> str:
    """The status bar once nothing keeps mobile data off, however slow it may be."""
    if "Data Disabled" in bar:
        bar = s.need("bar_data")
    customer_id = s.user["customer_id"]
    line = line_of(s)
    if s.need("place") == "abroad":
        if not line["roaming_enabled"]:
            s.act("enable_roaming", customer_id=customer_id, line_id=line["line_id"])
        if s.need("roaming") == "No":
            bar = s.need("bar_roaming")
    usage = s.look("get_data_usage", customer_id=customer_id, line_id=line["line_id"])
    used, limit = float(usage["data_used_gb"]), float(usage["data_limit_gb"]) + float(usage["data_refueling_gb"])
    if used > limit:
        add_data(s, line, "refuel.used_up", "ask.amount_used_up", used=f"{used:g} GB", limit=f"{limit:g} GB")
    return bar


def no_service(s: Script) -> NoReturn:
    """Get a signal back."""
    s.tell("no_service.done", bar=restore_service(s))


def mobile_data(s: Script) -> NoReturn:
    """Get mobile data going, and as fast as it should be."""
    bar = restore_data(s, restore_service(s))
    if "Data Saver" in bar:
        bar = s.need("bar_saver")
    if s.need("mode") != _FAST:
        bar = s.need("bar_mode")
    if "VPN" in bar:
        s.need("bar_vpn")
    speed = s.need("speed")
    if "Excellent" not in speed:
        escalate(s, f"mobile data is still not as it should be; the speed test says: {speed}")
    s.tell("mobile_data.done", speed=speed)


def mms(s: Script) -> NoReturn:
    """Get picture messages going."""
    restore_data(s, restore_service(s))
    if s.need("mode") in ("2g_only", "3g_only"):
        s.need("bar_mode")
    if s.need("able") == "can":
        s.tell("mms.done")
    if "Not Set" in s.need("apn"):
        s.need("apn_reset")
        s.need("bar_restarted")
    if s.need("wifi_calling") == "ON":
        s.need("bar_wifi_calling")
    granted = s.need("permissions")
    if "storage" not in granted:
        s.need("storage_granted")
    if "sms" not in granted:
        s.need("sms_granted")
    if s.need("able_now") != "can":
        escalate(s, "picture messages still cannot be sent after all that can be tried")
    s.tell("mms.done")


def refuel(s: Script) -> NoReturn:
    """Add data to the line."""
    line = line_of(s)
    total = add_data(s, line, "refuel.confirm")
    s.tell("refuel.done", amount=f"{s.need('amount'):g} GB", total=total, phone_number=line["phone_number"])


def pay_bill(s: Script) -> NoReturn:
    """Have overdue bills paid."""
    overdue = [bill for bill in s.look("get_bills_for_customer", customer_id=s.user["customer_id"]) if bill["status"] == "Overdue"]
    if not overdue:
        s.decline("pay_bill.none")
    settle_bill(s, overdue[0], "pay_bill.confirm")
    s.tell("pay_bill.done", bill_id=overdue[0]["bill_id"], total=money(overdue[0]["total_due"]))


def travel(s: Script) -> NoReturn:
    """Let the line be used abroad."""
    line = line_of(s)
    if line["roaming_enabled"]:
        s.tell("travel.already", phone_number=line["phone_number"])
    s.act("enable_roaming", customer_id=s.user["customer_id"], line_id=line["line_id"])
    s.tell("travel.done", phone_number=line["phone_number"])


def hand_over(s: Script) -> NoReturn:
    """The user asks for a person."""
    escalate(s, f"asks for a person: {s.said[:200].strip()}")
