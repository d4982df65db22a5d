"""Proofs at scale, run by hand: too long for every test run."""
