"""Tests of what `build` makes of resources."""
