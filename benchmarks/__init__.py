"""What cxcontracts costs, and what it is worth, beside other tools. Nothing here ships."""
