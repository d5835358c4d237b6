"""What the offline assistant can do here: the requests it recognises, and which script serves each.

Cues look at one sentence at a time where words of two requests could meet, such as orders and purchase orders.
"""

from domain.skill import Skill
from scenarios.supply_chain.scripts import billing, orders, planning, shipments
from scenarios.supply_chain.scripts.shared import authenticate
from scenarios.supply_chain.slots import SLOTS

__all__ = ["SKILLS", "SLOTS", "authenticate"]

_IN = r"(?:[^.!?]|\.(?=\d))"
"""Any character inside of a sentence; the stop in SO-48213.2 does not end one."""
_NEAR = rf"{_IN}*?"
_PO = r"\b(?:purchase orders?|POs?)\b"
_CANCEL = r"\b(?:cancel\w*|call(?:ed)? off|scrap(?:ped)?|stop(?:ped)?)\b"
_AMEND = r"\b(?:amend\w*|adjust\w*|change[ds]?|correct\w*|revise\w*|quantity)\b"
_RECEIVE = r"\b(?:receipt|receive|arrived|came in|turned up|unloaded|book(?:ed)? in)\b"
_CUSTOMS = r"\bcustoms\b"
_PAPERS = (
    r"\b(?:release\w*|documents?|paper\w*|clear\w*|commercial invoice|packing list|certificate of origin|export licence|"
    r"safety data sheet)\b"
)


def _both(one: str, other: str) -> str:
    """Both in one sentence, in either order."""
    return f"{one}{_NEAR}{other}|{other}{_NEAR}{one}"


def _without(one: str, other: str) -> str:
    """One in a sentence that does not have the other."""
    return rf"(?:^|[.!?] )(?:(?!{other}){_IN})*?{one}(?!{_IN}*{other})"


SKILLS = (
    Skill("track_shipment", r"\b(?:track(?:ing)?|whereabouts|locate|how far along)\b", shipments.track_shipment, ("shipment_id",)),
    Skill(
        "order_status",
        r"\b(?:order status|(?:update|news|word) on|progress of|coming along|how things stand|where things stand)\b",
        orders.order_status,
        ("order_id", "product"),
    ),
    Skill(
        "cancel_order",
        _without(_CANCEL, _PO),
        orders.cancel_order,
        ("order_id", "product"),
    ),
    Skill(
        "change_site",
        r"\b(?:delivery (?:site|address|location)|(?:different|another|other|new) (?:address|delivery site))\b",
        orders.change_site,
        ("order_id", "product", "site_city"),
    ),
    Skill(
        "change_date",
        r"\b(?:delivery (?:date|day)|re-?schedul\w+|postpone|push back|bring forward|"
        r"(?:later|earlier|different|another|new) (?:date|day))\b",
        orders.change_date,
        ("order_id", "product", "new_date"),
    ),
    Skill(
        "split_order",
        r"\b(?:split\w*|divide|separate order|order of (?:its|their) own)\b",
        orders.split_order,
        ("order_id", "product", "quantity"),
    ),
    Skill("reserve_stock", r"\b(?:reserve|allocate|set aside|earmark)\b", orders.reserve_stock, ("order_id", "product")),
    Skill(
        "release_stock",
        r"\b(?:un-?reserve|free up|give (?:back|up)|hand back|let go of)\b",
        orders.release_stock,
        ("order_id", "product"),
    ),
    Skill(
        "book_shipment",
        rf"\b(?:book|arrange|organi[sz]e)\b{_NEAR}\b(?:transport|shipping|shipment|pick-?up|haulage|truck)\b",
        orders.book_shipment,
        ("order_id", "product", "service"),
        "checkout",
    ),
    Skill(
        "expedite",
        r"\b(?:expedite\w*|speed (?:\w+ )?up|faster|quicker|accelerate|hurry)\b",
        shipments.expedite,
        ("shipment_id",),
    ),
    Skill("reroute", r"\b(?:re-?rout\w+|re-?direct\w*|divert\w*)\b", shipments.reroute, ("shipment_id", "site_city")),
    Skill(
        "change_carrier",
        r"\b(?:change|switch|different|another|other|swap|replace|new)\b(?: [^\s.!?;:]+){0,6}? "
        r"(?:carriers?|hauliers?|freight company|trucking company)\b",
        shipments.change_carrier,
        ("shipment_id", "carrier"),
    ),
    Skill(
        "hold_status",
        _without(_CUSTOMS, _PAPERS),
        shipments.hold_status,
        ("shipment_id",),
    ),
    Skill(
        "clear_customs",
        _both(_CUSTOMS, _PAPERS),
        shipments.clear_customs,
        ("shipment_id", "document"),
    ),
    Skill(
        "quote_freight",
        r"\b(?:quot(?:e|ation)|freight (?:rates?|prices?|costs?)|rates? for)\b",
        shipments.quote_freight,
        ("from_warehouse", "country", "weight"),
    ),
    Skill(
        "invoice_status",
        r"\b(?:(?:look at|check|explain|details of|go through|break down|summary of) (?:\S+ ){0,3}(?:invoice|bill)|"
        r"how much (?:\S+ ){0,5}(?:owe|due|open on|left)|"
        r"(?:what(?:'?s)?|when) (?:\S+ ){0,6}(?:invoice|bill) (?:\S+ ){0,3}(?:due|about|abt))\b",
        billing.invoice_status,
        ("invoice_id",),
    ),
    Skill(
        "dispute_invoice",
        r"\b(?:dispute|disputing|object to|contest|challenge|disagree with|not accept\w*)\b",
        billing.dispute_invoice,
        ("invoice_id", "dispute_reason"),
        "dispute",
    ),
    Skill("claim_credit", r"\b(?:credit(?:ed)?|compensat\w+|money back|rebate)\b", billing.claim_credit, ("invoice_id",), "complaint"),
    Skill(
        "extend_due_date",
        r"\b(?:extend|extension|more time|longer to pay|due date|payment deadline|pay later)\b",
        billing.extend_due_date,
        ("invoice_id", "days"),
        "account_issue",
    ),
    Skill(
        "check_stock",
        r"\b(?:stock levels?|in stock|availab\w+|check (?:\S+ )?stock|how many (?:\S+ ){0,6}(?:have|left|free)|on hand)\b",
        planning.check_stock,
        ("product",),
    ),
    Skill(
        "transfer_stock",
        r"\b(?:transfer|move|shift|relocate|rebalance)\b",
        planning.transfer_stock,
        ("product", "quantity", "from_warehouse", "to_warehouse"),
    ),
    Skill(
        "create_purchase",
        r"\b(?:buy|reorder|replenish\w*|restock|top up|(?:new|raise a|place a|create a|open a) purchase order)\b",
        planning.create_purchase,
        ("product", "quantity", "to_warehouse"),
        "checkout",
    ),
    Skill(
        "amend_purchase",
        _both(_AMEND, _PO),
        planning.amend_purchase,
        ("purchase_order_id", "quantity"),
    ),
    Skill(
        "cancel_purchase",
        _both(_CANCEL, _PO),
        planning.cancel_purchase,
        ("purchase_order_id",),
    ),
    Skill(
        "receive_goods",
        _both(_RECEIVE, _PO),
        planning.receive_goods,
        ("purchase_order_id", "quantity"),
    ),
    Skill(
        "purchase_status",
        rf"\b(?:state|status|see|pull up|show|expect)\b{_NEAR}{_PO}|{_PO}{_NEAR}\b(?:state|status|stands?|expected|confirmed)\b",
        planning.purchase_status,
        ("purchase_order_id",),
    ),
    Skill("incoming", r"\b(?:incoming|still to come|to come in|yet to come)\b", planning.incoming, ("product",)),
    Skill(
        "callback",
        r"\b(?:(?:call(?:ed)?|ring|phone) (?:\w+ )?back|callback|give (?:\w+ )a (?:call|ring))\b",
        billing.callback,
        ("reference",),
    ),
    Skill("hand_over", r"\b(?:human|real person|(?:speak|talk) (?:to|with) (?:a|some)\w*)\b", billing.hand_over, kind="escalation"),
)
