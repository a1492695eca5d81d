"""`bonescint doctor`: the machine, the disks and the custody of a study; nothing is changed."""
