"""All tools of the supply chain; the agents of a hierarchy get those of their area."""

from domain.tools import CodeTool
from scenarios.supply_chain.areas import billing, customs, desk, inventory, logistics, orders, procurement

AREAS: dict[str, tuple[CodeTool, ...]] = {
    "desk": desk.TOOLS,
    "inventory": (*orders.TOOLS, *inventory.TOOLS),
    "logistics": (*logistics.TOOLS, *customs.TOOLS),
    "procurement": procurement.TOOLS,
    "billing": billing.TOOLS,
}
TOOLS: tuple[CodeTool, ...] = tuple(tool for tools in AREAS.values() for tool in tools)
