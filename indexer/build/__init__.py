"""From files to a generation: import, plan, write, calibrate, publish."""
