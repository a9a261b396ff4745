"""``python -m cxcontracts`` is ``cxcontracts``."""

from cxcontracts.cli import main

if __name__ == "__main__":
    main(prog_name="cxcontracts")
