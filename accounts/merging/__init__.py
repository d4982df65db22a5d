"""Two rows that mean the same become one: what moves, what gives way, and the way back."""
