"""Supply chain: customers and planners talk to a control tower over inventory, logistics, procurement and billing."""
