"""`python -m policypack` is `policypack`."""

from policypack.cli import main

if __name__ == "__main__":
    main()
