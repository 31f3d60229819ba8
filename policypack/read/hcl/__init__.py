"""HCL: syntax, expressions and modules."""
