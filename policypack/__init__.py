"""policypack: whether one identity can wipe out production data and every way back, told from Terraform."""

__version__ = "0.1.0"
