"""Who can do what, to what, by which statements, and what would stop it: one policy language a package."""
