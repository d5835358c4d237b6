"""Scripts of the skills, by what they are about. Each reads from top to bottom; ``domain/skill.py`` says how."""
