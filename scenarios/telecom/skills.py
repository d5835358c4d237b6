SLOTS = []; SKILLS = []
