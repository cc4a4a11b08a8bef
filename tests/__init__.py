"""Tests, in the folders of what they test."""

import gc

gc.set_threshold(50_000, 20, 100)  # what is loaded stays: looking through it for garbage took a quarter of loading
