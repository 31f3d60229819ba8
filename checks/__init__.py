"""checkov loads only from a folder with this file, and executes every module beside it: see policypack_checkov.py."""
