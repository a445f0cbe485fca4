"""What does it cost? Measures build time, memory, disk, start-up and latency over made-up archives of any size.

Not for: how good the hits are. The documents are composed by a machine and mean nothing.
"""
