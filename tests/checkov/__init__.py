"""The checks inside checkov."""
