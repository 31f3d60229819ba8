"""HCL and the plan of that HCL must agree."""
