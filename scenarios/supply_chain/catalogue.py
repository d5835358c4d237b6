"""Names that the world is drawn from. All are invented; cities of sites and of warehouses do not overlap."""

TODAY = "2026-03-09"
"""The day on which conversations take place; as in scenario.yaml's clock."""

COMPANIES = (
    "Halvorsen Bearings",
    "Brightwater Foods",
    "Castell Medical",
    "Orlan Textiles",
    "Pinecrest Furniture",
    "Kestrel Robotics",
    "Marlow Pharma",
    "Tessin Optics",
    "Undertow Marine",
    "Fennick Cosmetics",
    "Quarry Lane Builders",
    "Solvik Energy",
)
OPERATOR = "Northgate Control"

SITE_CITIES = {
    "Leipzig": "Germany",
    "Bremen": "Germany",
    "Stuttgart": "Germany",
    "Utrecht": "Netherlands",
    "Breda": "Netherlands",
    "Nantes": "France",
    "Toulouse": "France",
    "Dijon": "France",
    "Krakow": "Poland",
    "Poznan": "Poland",
    "Leeds": "United Kingdom",
    "Bristol": "United Kingdom",
    "Glasgow": "United Kingdom",
    "Basel": "Switzerland",
    "Lausanne": "Switzerland",
    "Bergen": "Norway",
    "Stavanger": "Norway",
    "Turin": "Italy",
    "Verona": "Italy",
    "Bari": "Italy",
}
STREETS = ("Harbour Road", "Mill Lane", "Foundry Street", "Canal Way", "Depot Avenue", "Station Yard", "Kiln Street", "Quay Side")

WAREHOUSES = {
    "WH-RTM": ("Rotterdam", "Netherlands"),
    "WH-HAM": ("Hamburg", "Germany"),
    "WH-GDN": ("Gdansk", "Poland"),
    "WH-LYS": ("Lyon", "France"),
    "WH-GOA": ("Genoa", "Italy"),
    "WH-LGG": ("Liege", "Belgium"),
}

CARRIERS = {
    "CA-NOR": "Nordhaul",
    "CA-BLU": "Blueline Freight",
    "CA-MER": "Mercator Express",
    "CA-TRA": "Transalpina",
    "CA-OAK": "Oakway Logistics",
    "CA-VEL": "Velora Cargo",
}

PRODUCTS = {
    "HX-204": ("hydraulic pump", 28900, 14.5),
    "HX-311": ("pressure valve", 7450, 2.1),
    "BR-118": ("roller bearing", 3990, 1.2),
    "BR-142": ("thrust bearing", 5120, 1.8),
    "MT-505": ("servo motor", 41900, 9.4),
    "MT-560": ("gear motor", 36500, 12.7),
    "SN-077": ("proximity sensor", 2890, 0.2),
    "SN-091": ("pressure sensor", 6240, 0.3),
    "CB-310": ("control board", 15800, 0.6),
    "CB-322": ("relay module", 4310, 0.4),
    "FL-615": ("oil filter", 1890, 0.9),
    "FL-640": ("air filter", 2240, 1.1),
    "CP-701": ("flange coupling", 9870, 4.2),
    "CP-733": ("chain coupling", 7690, 3.6),
    "PL-820": ("pallet wrapper", 52400, 38.0),
    "PL-844": ("label printer", 31200, 7.9),
    "LT-902": ("dock light", 4760, 2.5),
    "LT-915": ("beacon lamp", 3350, 0.8),
    "GS-450": ("gasket set", 1290, 0.3),
    "GS-471": ("seal kit", 1760, 0.4),
    "TN-266": ("belt tensioner", 8840, 2.9),
    "TN-281": ("conveyor belt", 64300, 46.0),
    "WD-133": ("steel rack", 21900, 31.5),
    "WD-159": ("mesh deck", 5980, 8.3),
    "KB-388": ("cable drum", 12750, 17.2),
}

SUPPLIERS = (
    "Arven Components",
    "Baltic Castings",
    "Corvo Precision",
    "Duna Hydraulics",
    "Eskil Electronics",
    "Ferrant Steelworks",
    "Galena Drives",
    "Hoya Seals",
)

FIRST_NAMES = (
    "Adela", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Luca", "Maren", "Nadia",
    "Oskar", "Paula", "Quentin", "Rosa", "Stefan", "Tilda", "Umar", "Vera", "Willem", "Xenia", "Yusuf", "Zoe", "Anton", "Britta",
    "Cedric", "Dalia",
)  # fmt: skip
LAST_NAMES = (
    "Abelson", "Baranski", "Castellan", "Drescher", "Eklund", "Fontaine", "Grabner", "Hollis", "Ivarsen", "Jansen", "Kowal",
    "Lindqvist", "Moretti", "Novak", "Okafor", "Pereira", "Quist", "Rossi", "Sandoval", "Tanaka", "Ulrich", "Vermeer", "Weller",
    "Yilmaz", "Zeller",
)  # fmt: skip

DOCUMENTS = ("commercial invoice", "packing list", "certificate of origin", "export licence", "safety data sheet")
HOLD_REASONS = ("documents missing", "value query", "tariff code query", "random inspection")
TRANSIT_POINTS = ("Antwerp hub", "Cologne hub", "Basel crossing", "Calais terminal", "Brenner crossing", "Oslo terminal")
