"""The tools of the help desk, in the order in which they are offered."""

from scenarios.retail.arithmetic import calculate
from scenarios.retail.changes import (
    cancel_pending_order,
    modify_pending_order_address,
    modify_pending_order_payment,
    modify_user_address,
    return_delivered_order_items,
)
from scenarios.retail.lookups import (
    find_user_id_by_email,
    find_user_id_by_name_zip,
    get_item_details,
    get_order_details,
    get_product_details,
    get_user_details,
    list_all_product_types,
    transfer_to_human_agents,
)
from scenarios.retail.swaps import exchange_delivered_order_items, modify_pending_order_items

TOOLS = [
    calculate,
    cancel_pending_order,
    exchange_delivered_order_items,
    find_user_id_by_email,
    find_user_id_by_name_zip,
    get_item_details,
    get_order_details,
    get_product_details,
    get_user_details,
    list_all_product_types,
    modify_pending_order_address,
    modify_pending_order_items,
    modify_pending_order_payment,
    modify_user_address,
    return_delivered_order_items,
    transfer_to_human_agents,
]
