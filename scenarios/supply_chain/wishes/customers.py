"""All that customers' contacts want."""

from scenarios.supply_chain.wishes import invoices, orders, shipments
from scenarios.supply_chain.wishes.plan import Kind

READS: tuple[Kind, ...] = (
    shipments.track_shipment,
    orders.order_status,
    shipments.hold_status,
    shipments.quote_freight,
    invoices.invoice_status,
)
WRITES: tuple[Kind, ...] = (
    orders.cancel_order,
    orders.change_site,
    orders.change_date,
    orders.split_order,
    orders.reserve_stock,
    orders.release_stock,
    orders.book_shipment,
    shipments.expedite,
    shipments.reroute,
    shipments.change_carrier,
    shipments.clear_customs,
    invoices.dispute_invoice,
    invoices.claim_credit,
    invoices.extend_due_date,
    invoices.callback,
)
