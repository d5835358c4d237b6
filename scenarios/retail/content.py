"""What the drawn shop is made of: people, places, goods. All invented."""

FIRST_NAMES = (
    "Adele", "Bruno", "Celia", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Imani", "Jonas", "Keiko", "Lionel", "Mira", "Nadia",
    "Oskar", "Paloma", "Quentin", "Rosa", "Stefan", "Tamsin", "Umar", "Vera", "Wendell", "Xenia", "Yannick", "Zora", "Amara", "Callum",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Becker", "Castillo", "Dubois", "Eriksen", "Fontaine", "Galloway", "Holt", "Ibarra", "Jansen", "Kaplan", "Lindqvist",
    "Mbeki", "Novak", "Okafor", "Petrov", "Quigley", "Romero", "Sandoval", "Thorne", "Ueda", "Vargas", "Whitlock", "Yamada", "Zeller",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.org", "mail.example", "post.example")
CITIES = (
    ("Portland", "OR", "972"), ("Madison", "WI", "537"), ("Tucson", "AZ", "857"), ("Raleigh", "NC", "276"), ("Omaha", "NE", "681"),
    ("Boise", "ID", "837"), ("Savannah", "GA", "314"), ("Albany", "NY", "122"), ("El Paso", "TX", "799"), ("Spokane", "WA", "992"),
    ("Tampa", "FL", "336"), ("Duluth", "MN", "558"), ("Santa Fe", "NM", "875"), ("Toledo", "OH", "436"), ("Oakland", "CA", "946"),
)  # fmt: skip
STREETS = (
    "Alder", "Birchwood", "Canal", "Dovecote", "Ember", "Foundry", "Garnet", "Harbor", "Ironwood", "Juniper", "Kestrel", "Larkspur",
    "Millstone", "Nightingale", "Orchard", "Pepper", "Quarry", "Redwood", "Saffron", "Thistle", "Umber", "Violet", "Willow",
)  # fmt: skip
ROADS = ("Street", "Avenue", "Lane", "Road", "Drive", "Way", "Court")

PRODUCTS: dict[str, tuple[float, dict[str, tuple[str, ...]]]] = {
    "Rain Jacket": (89.0, {"color": ("navy", "olive", "yellow"), "size": ("S", "M", "L", "XL"), "lining": ("fleece", "mesh")}),
    "Hoodie": (48.0, {"color": ("grey", "maroon", "black"), "size": ("S", "M", "L", "XL"), "closure": ("zip", "pullover")}),
    "Trail Shoes": (124.0, {"size": ("7", "8", "9", "10", "11"), "color": ("red", "slate"), "waterproof": ("yes", "no")}),
    "Duffel Bag": (72.0, {"volume": ("30L", "45L", "60L"), "color": ("green", "black", "tan"), "material": ("canvas", "nylon")}),
    "Fountain Pen": (36.0, {"nib": ("fine", "medium", "broad"), "color": ("blue", "black", "silver")}),
    "Table Lamp": (58.0, {"shade": ("linen", "glass", "paper"), "base": ("oak", "brass"), "brightness": ("low", "high")}),
    "Standing Desk": (420.0, {"width": ("120 cm", "140 cm", "160 cm"), "top": ("oak", "white", "walnut"), "drive": ("manual", "electric")}),
    "Desk Chair": (260.0, {"color": ("black", "teal", "beige"), "armrests": ("fixed", "adjustable", "none"), "seat": ("mesh", "leather")}),
    "Noise Meter": (95.0, {"range": ("60 dB", "100 dB", "130 dB"), "power": ("battery", "USB")}),
    "Wireless Mouse": (
        39.0,
        {"color": ("white", "black", "pink"), "grip": ("left-handed", "right-handed"), "sensor": ("optical", "laser")},
    ),
    "Travel Keyboard": (110.0, {"layout": ("compact", "full"), "switches": ("quiet", "clicky", "tactile"), "color": ("black", "white")}),
    "Web Camera": (84.0, {"resolution": ("720p", "1080p", "4K"), "mount": ("clip", "tripod"), "microphone": ("built-in", "none")}),
    "Portable Charger": (45.0, {"capacity": ("5000mAh", "10000mAh", "20000mAh"), "ports": ("one", "two"), "color": ("black", "coral")}),
    "Espresso Maker": (
        310.0,
        {"pressure": ("9 bar", "15 bar", "19 bar"), "color": ("chrome", "cream"), "grinder": ("included", "not included")},
    ),
    "Tea Kettle": (52.0, {"volume": ("1L", "1.5L", "2L"), "material": ("steel", "glass", "enamel"), "whistle": ("loud", "silent")}),
    "Cast Iron Pan": (44.0, {"diameter": ("20 cm", "24 cm", "28 cm"), "handle": ("short", "long"), "lid": ("with lid", "without lid")}),
    "Yoga Mat": (31.0, {"thickness": ("4mm", "6mm", "8mm"), "color": ("plum", "teal", "sand"), "material": ("cork", "rubber")}),
    "Jigsaw Puzzle": (
        24.0,
        {"pieces": ("500", "1000", "2000"), "motif": ("mountains", "harbor", "botanical"), "material": ("wood", "cardboard")},
    ),
    "Camping Tent": (
        230.0,
        {"capacity": ("2-person", "3-person", "4-person"), "season": ("three-season", "four-season"), "color": ("orange", "green")},
    ),
    "Wall Clock": (41.0, {"diameter": ("25 cm", "30 cm", "40 cm"), "face": ("roman", "plain"), "frame": ("oak", "steel", "bamboo")}),
}
"""Product -> (typical price, option -> values)."""
