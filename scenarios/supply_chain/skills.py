"""What the offline assistant can do here: the requests it recognises, and which script serves each.

Cues look at one sentence at a time where words of two requests could meet, such as orders and purchase orders.
"""

from domain.skill import Skill
from scenarios.supply_chain.scripts import billing, orders, planning, shipments
from scenarios.supply_chain.scripts.shared import authenticate
from scenarios.supply_chain.slots import SLOTS

__all__ = ["SKILLS", "SLOTS", "authenticate"]

_PO = r"(?:purchase orders?\b|POs?\b)"
_NO_PO = rf"(?![^.!?]*\b{_PO})"
_NEAR = r"[^.!?]*?"

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
        rf"(?<!PO: )\b(?:cancel|call off|scrap|stop)\b{_NO_PO}",
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
        r"\b(?:delivery (?:date|day)|re-?schedul\w+|postpone|push back|bring forward|(?:later|earlier|different|another|new) (?:date|day))\b",
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
    ),
    Skill(
        "expedite",
        r"\b(?:expedite\w*|speed \w*(?: ?\w+)? ?up|speed up|faster|quicker|accelerate|hurry)\b",
        shipments.expedite,
        ("shipment_id",),
    ),
    Skill("reroute", r"\b(?:re-?rout\w+|re-?direct\w*|divert\w*)\b", shipments.reroute, ("shipment_id", "site_city")),
    Skill(
        "change_carrier",
        r"\b(?:change|switch|different|another|other|swap|replace|new)\b(?: \S+){0,6}? (?:carriers?|hauliers?|freight company|trucking company)\b",
        shipments.change_carrier,
        ("shipment_id", "carrier"),
    ),
    Skill(
        "hold_status",
        r"\bcustoms\b(?![^.!?]*\b(?:release\w*|documents?|paper\w*|clear\w*)\b)",
        shipments.hold_status,
        ("shipment_id",),
    ),
    Skill(
        "clear_customs",
        rf"\b(?:release\w*|documents?|paper\w*|clear\w*)\b{_NEAR}\bcustoms\b|\bcustoms\b{_NEAR}\b(?:release\w*|documents?|paper\w*|clear\w*)\b",
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
        r"\b(?:(?:look at|check|explain|details of|go through|break down|summary of) (?:\S+ ){0,3}(?:invoice|bill)|how much (?:\S+ ){0,5}(?:owe|due|open on|left)|"
        r"(?:what|when) (?:\S+ ){0,6}(?:invoice|bill) (?:\S+ ){0,3}(?:due|about))\b",
        billing.invoice_status,
        ("invoice_id",),
    ),
    Skill(
        "dispute_invoice",
        r"\b(?:dispute|disputing|object to|contest|challenge|disagree with|not accept\w*)\b",
        billing.dispute_invoice,
        ("invoice_id", "dispute_reason"),
    ),
    Skill("claim_credit", r"\b(?:credit|compensat\w+|money back|rebate)\b", billing.claim_credit, ("invoice_id",)),
    Skill(
        "extend_due_date",
        r"\b(?:extend|extension|more time|longer to pay|due date|payment deadline|pay later)\b",
        billing.extend_due_date,
        ("invoice_id", "days"),
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
        r"\b(?:buy|reorder|replenish|restock|top up|(?:new|raise a|place a|create a|open a) purchase order)\b",
        planning.create_purchase,
        ("product", "quantity", "to_warehouse"),
    ),
    Skill(
        "amend_purchase",
        rf"\b(?:amend|adjust|change|correct|revise|quantity)\b{_NEAR}\b{_PO}|\b{_PO}{_NEAR}\b(?:amend|adjust|change|correct|revise|quantity)\w*\b",
        planning.amend_purchase,
        ("purchase_order_id", "quantity"),
    ),
    Skill(
        "cancel_purchase",
        rf"\b(?:cancel|call off|scrap|stop)\b{_NEAR}\b{_PO}|\b{_PO}{_NEAR}\b(?:cancel\w*|called off|scrapped|stopped)\b",
        planning.cancel_purchase,
        ("purchase_order_id",),
    ),
    Skill(
        "receive_goods",
        rf"\b(?:receipt|receive|arrived|came in|turned up|unloaded|book in)\b{_NEAR}\b{_PO}|\b{_PO}{_NEAR}\b(?:receipt|receive|arrived|came in|turned up|unloaded|book in|booked in)\b",
        planning.receive_goods,
        ("purchase_order_id", "quantity"),
    ),
    Skill(
        "purchase_status",
        rf"\b(?:state|status|see|pull up|show|expect)\b{_NEAR}\b{_PO}|\b{_PO}{_NEAR}\b(?:state|status|stands?|expected|confirmed)\b",
        planning.purchase_status,
        ("purchase_order_id",),
    ),
    Skill("callback", r"\b(?:call(?:ed)? (?:\w+ )?back|callback|ring (?:\w+ )?back|phone (?:\w+ )?back|give (?:\w+ )a (?:call|ring))\b", billing.callback, ("about",)),
    Skill("hand_over", r"\b(?:human|real person|speak (?:to|with) (?:a|some)|talk (?:to|with) (?:a|some))\b", billing.hand_over),
)
