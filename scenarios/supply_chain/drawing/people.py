"""Companies with their sites and contacts."""

from random import Random

from scenarios.supply_chain import catalogue as names
from scenarios.supply_chain.drawing.common import Rows, numbers


def add_companies(tables: dict[str, Rows], rng: Random) -> None:
    """Customers, and the operator with its planners."""
    people = iter(rng.sample([(first, last) for first in names.FIRST_NAMES for last in names.LAST_NAMES], 40))
    contact_ids = iter(rng.sample(numbers(rng, "CT", 40, 4), 40))
    site_ids = iter(numbers(rng, "SI", 3 * len(names.COMPANIES) + 1, 4))
    for number, name in enumerate((*names.COMPANIES, names.OPERATOR)):
        own = name == names.OPERATOR
        company_id = f"C-{101 + number}"
        tier = "priority" if rng.random() < 0.4 else "standard"
        tables["companies"][company_id] = {
            "company_id": company_id,
            "name": name,
            "tier": tier,
            "credit_limit_cents": 0,
            "expedite_ceiling_cents": 80_000 if tier == "priority" else 30_000,
            "payment_terms_days": rng.choice([14, 30, 45]),
        }
        for city in rng.sample(list(names.SITE_CITIES), 1 if own else 3):
            site_id = next(site_ids)
            address = f"{rng.randint(1, 180)} {rng.choice(names.STREETS)}, {city}"
            country = names.SITE_CITIES[city]
            tables["sites"][site_id] = {
                "site_id": site_id,
                "company_id": company_id,
                "city": city,
                "country": country,
                "address": address,
            }
        for _ in range(7 if own else 2 + (number % 4 != 0)):
            contact_id, (first, last) = next(contact_ids), next(people)
            tables["contacts"][contact_id] = {
                "contact_id": contact_id,
                "company_id": company_id,
                "name": f"{first} {last}",
                "email": f"{first}.{last}@{name.split()[0]}.example".lower(),
                "role": "planner" if own else "customer",
                "spend_limit_cents": rng.choice([500_000, 1_500_000, 4_000_000]) if own else 0,
                "access_code": f"{rng.randint(100_000, 999_999)}",
            }
