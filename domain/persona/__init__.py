"""Who a user is and how they speak, not what they want: 23 traits in three tiers, after StateGen's companion paper.

Numbers decide; phrases and prompts know buckets alone. The words for prompts are content: scenarios/personas.yaml.
"""
