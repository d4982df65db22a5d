"""What a person sets for themselves: their profile and how they sign in."""
