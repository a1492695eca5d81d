"""What goes to the partner, behind its gates: targets of `deliver`, never of `all`."""
