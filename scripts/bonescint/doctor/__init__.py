"""`bonescint doctor`: the machine, the disks and the custody of a study; nothing is changed.

`machine` is the root below which /proc, /sys and /dev lie, `root` the program's folder.
"""
