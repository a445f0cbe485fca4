"""How well are scans read? Pages drawn from the sample letters, as good and bad scanners give them, recognised anew."""
