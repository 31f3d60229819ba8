"""The gate between plan and apply: what of a plan needs the approval of a person, and whether it has it."""
