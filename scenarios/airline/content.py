"""What the drawn airline is made of: people and places. All invented; the names of cities are put together."""

FIRST_NAMES = (
    "Agnes", "Basil", "Corin", "Delia", "Emeka", "Frida", "Gideon", "Hanna", "Ivo", "Juno", "Kamala", "Leif", "Maren", "Nico",
    "Orla", "Pavel", "Quinn", "Rafe", "Selma", "Tariq", "Ulla", "Viggo", "Wilma", "Ximena", "Yasmin", "Zeno", "Ines", "Bram",
)  # fmt: skip
LAST_NAMES = (
    "Ashdown", "Brandt", "Cordova", "Dekker", "Engstrom", "Fairley", "Grieve", "Halvorsen", "Iqbal", "Jarvis", "Kimura", "Lund",
    "Marchetti", "Nyberg", "Obrien", "Pereira", "Qureshi", "Rourke", "Salgado", "Tanaka", "Ulrich", "Valdez", "Wexler", "Yilmaz",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.org", "mail.example", "post.example")
STREETS = ("Beacon", "Cedar", "Drover", "Elm", "Ferry", "Gable", "Heron", "Inlet", "Jetty", "Kiln", "Lantern", "Mill", "North", "Osprey")
ROADS = ("Street", "Avenue", "Lane", "Road", "Drive", "Row")
STATES = ("AK", "CO", "ME", "MT", "NV", "OR", "UT", "VT", "WA", "WY")

CITY_BEGINNINGS = (
    "Alder", "Brack", "Calder", "Dun", "Ember", "Fallow", "Garn", "Hollin", "Iver", "Kestrel", "Larch", "Marl", "Norrow", "Oster",
    "Pell", "Quarn", "Raven", "Sorrel", "Thorn", "Wend",
)  # fmt: skip
CITY_ENDINGS = ("bridge", "bury", "dale", "field", "gate", "haven", "mere", "mouth", "port", "stead", "wick", "worth")

CARRIER = "KTW"
"""Begins each flight number."""
