"""Exports: what a person sees, as a file whose header our own import understands."""
