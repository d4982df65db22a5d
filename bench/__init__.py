"""How fast kam is, as ratios against raw SQL: `make bench` (bench/README.md)."""
