"""What the reports look like, and what they never let out."""
