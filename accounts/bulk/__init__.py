"""What is done to many accounts at once, and taken back: reassigning, tagging."""
