"""Rows that may mean the same: found in the background, shown to whoever sees both, dismissed for good."""
