"""What goes to the partner, and the gates before it."""
