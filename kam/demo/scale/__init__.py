"""A company of any size for tests of scale: written by set-based SQL, the same for the same seed and day."""
