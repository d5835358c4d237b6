"""What the drawn company is made of: people, places, plans and devices. All invented."""

from typing import Any

FIRST_NAMES = (
    "Adela", "Bruno", "Carys", "Dario", "Elin", "Farid", "Greta", "Hamish", "Imani", "Jonas", "Keira", "Lazlo", "Mirela", "Nils",
    "Odile", "Petra", "Ramon", "Sanne", "Tomas", "Uma", "Vera", "Wendel", "Yara", "Zoltan",
)  # fmt: skip
LAST_NAMES = (
    "Abernathy", "Bergqvist", "Castellan", "Drummond", "Eklund", "Farrow", "Gunnarson", "Holloway", "Ibsen", "Janssen", "Kowalik",
    "Lindqvist", "Morrow", "Novotny", "Okonjo", "Prescott", "Quillan", "Rademaker", "Sorensen", "Thackeray", "Underhill", "Vasquez",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.org", "mail.example", "post.example")
STREETS = ("Antler", "Bramble", "Chapel", "Dune", "Eastgate", "Fern", "Granary", "Hollow", "Juniper", "Linden", "Meadow", "Orchard")
ROADS = ("Street", "Avenue", "Lane", "Road", "Drive", "Court")
CITIES = (
    ("Harrow Falls", "MN"),
    ("Pinecrest", "WA"),
    ("Lowell Bay", "ME"),
    ("Copper Ridge", "AZ"),
    ("Amberton", "OH"),
    ("Saltmarsh", "NC"),
)
METHODS = ("Credit Card", "Debit Card", "PayPal")
MODELS = {
    "phone": ("Wren 4", "Wren 5 Pro", "Halden S", "Halden S Max", "Tessel One", "Tessel Mini"),
    "tablet": ("Slate 10", "Slate 12"),
    "watch": ("Loop 2",),
}
PLANS: tuple[dict[str, Any], ...] = (
    {"name": "Starter", "data_limit_gb": 3.0, "price_per_month": 25.0, "data_refueling_price_per_gb": 6.0},
    {"name": "Everyday", "data_limit_gb": 10.0, "price_per_month": 40.0, "data_refueling_price_per_gb": 4.0},
    {"name": "Plenty", "data_limit_gb": 20.0, "price_per_month": 55.0, "data_refueling_price_per_gb": 2.5},
    {"name": "Traveller", "data_limit_gb": 30.0, "price_per_month": 75.0, "data_refueling_price_per_gb": 1.5},
)
